"""Two addresses for machines that look after the app: `/health`, it lives; `/ready`, it can serve people."""

import asyncio
import logging
import shutil
from functools import cache
from threading import Lock
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from mnist_core.ground.errors import LabError
from mnist_core.ground.settings import Settings, read_settings
from mnist_ui.addresses import find_base
from mnist_ui.loading import load_pages

if TYPE_CHECKING:
    from mnist_core.store import Database

PATHS = ("/health", "/ready")
"""Of both addresses, which everybody may ask for."""

_STORE_MAY_TAKE_S = 3.0  # whoever asks waits five seconds, most of them
_LEAST_FREE_BYTES = 50_000_000
_UNSTORED = {"Cache-Control": "no-store"}
_LOG = logging.getLogger("mnist_lab.health")
_ASKING = Lock()  # a store that hangs is asked once at a time, however often it is asked for


def list_routes() -> list[Route]:
    """List the routes of both addresses, below the path that the server is told to be below."""
    answers = (_tell_life, _tell_readiness)
    return [Route(find_base() + path, answer) for path, answer in zip(PATHS, answers, strict=True)]


async def _tell_life(_: Request) -> JSONResponse:
    return JSONResponse({"is_alive": True}, headers=_UNSTORED)


async def _tell_readiness(_: Request) -> JSONResponse:
    missing = await _find_missing(read_settings())
    return JSONResponse(
        {"is_ready": not missing, "missing": missing}, 503 if missing else 200, headers=_UNSTORED
    )


async def _find_missing(settings: Settings) -> list[str]:
    """Say in a sentence each what keeps people from being served; without addresses and names of users."""
    pages = _find_page_trouble()
    home = await asyncio.to_thread(_find_home_trouble, settings)
    # Loading is what imports at the start, and the one that does: the store is not asked before.
    store = "" if pages else await _find_store_trouble(settings.database)
    return [trouble for trouble in (pages, home, store) if trouble]


def _find_page_trouble() -> str:
    loading = load_pages()
    if not loading.done():
        return "The pages are being loaded: ask again in some seconds."
    if (error := loading.exception()) is not None:
        _LOG.error("the pages could not be loaded: %s: %s", type(error).__name__, error)
        return "The pages could not be loaded: the log of the app says why; mend it and start the app again."
    return ""


def _find_home_trouble(settings: Settings) -> str:
    try:
        settings.make_home()
    except LabError:
        return (
            "The lab's home cannot be written to: give its user the right, or name another in MNIST_LAB_HOME."
        )
    if shutil.disk_usage(settings.home).free < _LEAST_FREE_BYTES:
        return "The disk of the lab's home has less than 50 MB left: make room on it."
    return ""


async def _find_store_trouble(url: str) -> str:
    try:
        return await asyncio.wait_for(asyncio.to_thread(_ask_store, url), _STORE_MAY_TAKE_S)
    except TimeoutError:
        return (
            "The store of runs has not answered within 3 s: see whether its database is up and not too busy."
        )


def _ask_store(url: str) -> str:
    if not _ASKING.acquire(blocking=False):
        return "The store of runs has not answered yet: see whether its database is up and not too busy."
    try:
        _open_store(url).check()
    except LabError as error:
        _LOG.warning("the store does not answer: %s", error)
        return "The store of runs does not answer: start its database, or name another in MNIST_LAB_DATABASE."
    finally:
        _ASKING.release()
    return ""


@cache
def _open_store(url: str) -> "Database":
    from mnist_core.store import Database  # noqa: PLC0415 - slow to import, and loaded by now

    return Database(url)
