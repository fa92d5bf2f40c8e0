"""The gate in front of all pages where people enter by name: nothing passes without the token of a person.

It stands before Streamlit itself: neither pages nor their connections, uploads, downloads and parts of
components are reached by who is not known.
"""

import html
import secrets
import time
from collections.abc import Mapping
from hmac import compare_digest
from pathlib import Path
from string import Template
from threading import Lock, Semaphore
from typing import Final
from urllib.parse import quote

import streamlit as st
from starlette.concurrency import run_in_threadpool
from starlette.requests import HTTPConnection, Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from mnist_core.ground.errors import LabError, PersonError
from mnist_core.ground.settings import People, Settings, read_settings
from mnist_core.store.people.entering import TOKEN_DAYS, enter, make_token
from mnist_core.store.people.roll import read_secret
from mnist_ui.who import COOKIE, know, open_whole_store

OPEN_PATHS: Final = ("/health", "/ready", "/_stcore/health")
"""What machines ask for, which tells nothing of anybody."""

_ENTER, _LEAVE = "/enter", "/leave"
_FORM_COOKIE = "mnist-lab-form"  # shows that the form that is sent came from here
_FORM_S = 3600
_MOST_BYTES = 8192  # of a form
_PAGE = Path(__file__).with_name("enter.html")
_MOST_TRIES, _TRIES_S = 60, 60.0  # to come in from one address, where a class may sit, within so many seconds
_MOST_ADDRESSES = 10_000  # that are remembered
_MOST_AT_ONCE = 2  # codes that are looked at: each takes a core for 30 ms, and 19 MB


class Gate:
    """ASGI middleware that lets people in.

    Parameters
    ----------
    app : ASGI application
        What stands behind it.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._tries: dict[str, list[float]] = {}
        self._lock = Lock()
        self._turns = Semaphore(_MOST_AT_ONCE)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let pass who is known; show others the way in."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        settings = read_settings()
        path = _cut_base(scope["path"])
        if settings.people is not People.NAMES or path in OPEN_PATHS:
            await self._app(scope, receive, send)
        elif scope["type"] == "http" and path == _ENTER:
            await (await self._enter(settings, Request(scope, receive)))(scope, receive, send)
        elif scope["type"] == "http" and path == _LEAVE:
            await _leave()(scope, receive, send)
        elif await run_in_threadpool(know, settings, HTTPConnection(scope).cookies.get(COOKIE, "")):
            await self._app(scope, receive, send)
        else:
            await _refuse(scope)(scope, receive, send)

    async def _enter(self, settings: Settings, request: Request) -> Response:
        if request.method not in ("GET", "POST"):
            return PlainTextResponse("Only GET and POST are answered here.", 405)
        if request.method == "GET":
            return _show_form(settings, request)
        if int(request.headers.get("content-length") or _MOST_BYTES + 1) > _MOST_BYTES:
            return _show_form(
                settings, request, "What was sent is too long for a name and a code: type them."
            )
        form = {key: str(value) for key, value in (await request.form(max_fields=10)).items()}
        if not compare_digest(form.get("form", ""), request.cookies.get(_FORM_COOKIE, "-")):
            return _show_form(settings, request, "The form was too old: type your name and code again.", form)
        try:
            self._count_try(request.client.host if request.client else "")
            token = await run_in_threadpool(self._make_token, settings, form)
        except LabError as error:
            return _show_form(settings, request, str(error), form)
        response = RedirectResponse(_find_way_on(form.get("next", "")), 303)
        _set_cookie(response, request, COOKIE, token, TOKEN_DAYS * 86_400)
        response.delete_cookie(_FORM_COOKIE, path=_find_base() + "/")
        return response

    def _count_try(self, address: str) -> None:
        """Refuse what no class can type."""
        now = time.monotonic()
        with self._lock:
            recent = [when for when in self._tries.pop(address, []) if now - when < _TRIES_S]
            if len(self._tries) >= _MOST_ADDRESSES:
                del self._tries[next(iter(self._tries))]
            self._tries[address] = recent
            if len(recent) >= _MOST_TRIES:
                raise PersonError("Too many tries to come in from where you are: wait a minute.")
            recent.append(now)

    def _make_token(self, settings: Settings, form: Mapping[str, str]) -> str:
        store = open_whole_store(settings)
        words = (form.get(field, "") for field in ("name", "code", "class_code"))
        with self._turns:
            person = enter(store, settings, *words)
        return make_token(read_secret(store), person)


def _show_form(
    settings: Settings, request: Request, trouble: str = "", form: Mapping[str, str] | None = None
) -> Response:
    form = form or {"next": request.query_params.get("next", "")}
    word = secrets.token_urlsafe(24)
    new = (
        '<label>Code of the class, for a new name<input name="class_code" type="password" maxlength="200" '
        'autocomplete="off"></label>'
    )
    page = Template(_PAGE.read_text(encoding="utf-8")).substitute(
        action=html.escape(_find_base() + _ENTER),
        trouble=f'<p role="alert">{html.escape(trouble)}</p>' if trouble else "",
        name=html.escape(form.get("name", "")[:200]),
        class_code=new if settings.class_code else "",
        form=word,
        next=html.escape(form.get("next", "")),
    )
    response = HTMLResponse(page, 401 if trouble else 200, {"Cache-Control": "no-store"})
    response.headers["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'self'"
    )
    _set_cookie(response, request, _FORM_COOKIE, word, _FORM_S)
    return response


def _leave() -> Response:
    response = RedirectResponse(_find_base() + _ENTER, 303)
    response.delete_cookie(COOKIE, path=_find_base() + "/")
    return response


def _refuse(scope: Scope) -> Response:
    """Show a browser that asks for a page the way in; close what else is asked for."""
    asks_for_page = scope["type"] == "http" and "text/html" in HTTPConnection(scope).headers.get("accept", "")
    if asks_for_page and scope["method"] == "GET":
        query = scope["query_string"].decode("latin-1")
        way = scope["path"] + (f"?{query}" if query else "")
        return RedirectResponse(f"{_find_base()}{_ENTER}?next={quote(way)}", 303)
    return PlainTextResponse("Enter by your name and code first.", 401)


def _set_cookie(response: Response, request: Request, name: str, value: str, seconds: int) -> None:
    scheme = request.headers.get("x-forwarded-proto", request.url.scheme)
    response.set_cookie(
        name,
        value,
        max_age=seconds,
        path=_find_base() + "/",
        secure=scheme == "https",
        httponly=True,
        samesite="lax",
    )


def _find_way_on(way: str) -> str:
    """Return where to go after the form: a page of this server, else the first."""
    base = _find_base()
    is_ours = way.startswith(f"{base}/") and not way.startswith(("//", "/\\")) and way.isprintable()
    return way if is_ours and "\\" not in way else f"{base}/"


def _find_base() -> str:
    base = str(st.get_option("server.baseUrlPath") or "").strip("/")
    return f"/{base}" if base else ""


def _cut_base(path: str) -> str:
    base = _find_base()
    return path[len(base) :] if base and path.startswith(f"{base}/") else path
