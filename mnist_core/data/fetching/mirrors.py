"""Gets a file from whichever of its mirrors gives it whole."""

import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path
from urllib.parse import urlsplit

import pooch
import requests
from requests import ConnectionError as NoConnectionError
from requests import HTTPError, RequestException, Timeout

from mnist_core.data.fetching.public_set import Download
from mnist_core.ground.errors import FetchError
from mnist_core.ground.places import NO_LOCKS
from mnist_core.ground.system import lock

_TIMEOUTS_S = (5, 20)  # to connect, and between two pieces
_PIECE_BYTES = 2**16
_UNREACHED = "could not be reached"
_LOCK = ".fetching"
_MEGABYTE = 1e6

Report = Callable[[str, int, int], None]
"""Called with a file's name, its bytes so far, and all its bytes, 0 where that is not known."""


def fetch_file(
    title: str, download: Download, mirrors: Sequence[str], folder: Path, report: Report | None = None
) -> Path:
    """Fetch a file, or find it where it was fetched before.

    It counts as fetched once its hash is right; until then it is asked from one mirror after the other.
    What has come when a mirror breaks off is kept, and the next one, or the next fetch, goes on from there.
    Who asks for a file that another process is fetching waits for that.

    Parameters
    ----------
    title : str
        What the data set is called.
    download : Download
        The file.
    mirrors : sequence of str
        Addresses of folders that hold it, each ending in a slash.
    folder : Path
        Where it is kept; made where absent.
    report : callable or None
        Told of the progress.

    Raises
    ------
    FetchError
        If no mirror gives it whole, or the folder has no room or cannot be written.
    """
    path = folder / download.name
    if _is_whole(path, download):
        return path
    pooch.get_logger().setLevel("ERROR")  # what happens is told through `report` and the exception
    try:
        with _hold(folder):
            if _is_whole(path, download):  # another process was faster
                return path
            return _ask_mirrors(title, download, mirrors, folder, report or _tell_nobody)
    except OSError as error:
        raise FetchError(f"{title} needs room in {folder}, but it cannot be written: {error}.") from error


def _ask_mirrors(
    title: str, download: Download, mirrors: Sequence[str], folder: Path, report: Report
) -> Path:
    part = folder / f"{download.name}.part"
    _check_room(title, download, part)
    failures: list[tuple[str, str]] = []
    for mirror in mirrors:
        try:
            return _fetch_from(mirror, download, part, report)
        except (RequestException, ValueError) as error:
            failures.append((urlsplit(mirror).netloc, _explain_failure(error)))
        except OSError:
            part.unlink(missing_ok=True)  # a disk that is full had better not stay so
            raise
    raise FetchError(_say_failures(title, download.name, failures))


def _fetch_from(mirror: str, download: Download, part: Path, report: Report) -> Path:
    """Fetch a file from one mirror; where it gives the rest of one that does not fit, all of it."""
    is_rest = part.exists()
    try:
        return _retrieve(mirror, download, part, report)
    except ValueError:
        if not is_rest:
            raise
    return _retrieve(mirror, download, part, report)


def _retrieve(mirror: str, download: Download, part: Path, report: Report) -> Path:
    def get(url: str, output_file: str, _: object) -> None:
        _get(url, download.name, part, report)
        part.replace(output_file)

    known, name = f"sha256:{download.sha256}", download.name
    return Path(pooch.retrieve(mirror + name, known, fname=name, path=part.parent, downloader=get))


def _get(url: str, name: str, part: Path, report: Report) -> None:
    """Get a file, from where it broke off the last time; what has come stays where it breaks off."""
    done = part.stat().st_size if part.exists() else 0
    headers = {"Accept-Encoding": "identity"}  # else what is compressed may come compressed once more
    if done:
        headers["Range"] = f"bytes={done}-"
    with requests.get(url, headers=headers, stream=True, timeout=_TIMEOUTS_S) as answer:
        if answer.status_code == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
            part.unlink()
            raise ValueError("what came before is of another file")
        answer.raise_for_status()
        is_rest = answer.status_code == HTTPStatus.PARTIAL_CONTENT
        done = done if is_rest else 0
        n_bytes = done + int(answer.headers.get("Content-Length", 0))
        with part.open("ab" if is_rest else "wb") as file:
            for piece in answer.iter_content(_PIECE_BYTES):
                file.write(piece)
                done += len(piece)
                report(name, done, max(done, n_bytes))


def _is_whole(path: Path, download: Download) -> bool:
    return path.exists() and pooch.file_hash(str(path)) == download.sha256


def _check_room(title: str, download: Download, part: Path) -> None:
    there = part.stat().st_size if part.exists() else 0
    needed = (download.n_bytes or 0) - there
    free = shutil.disk_usage(part.parent).free
    if needed > free:
        raise FetchError(
            f"Fetching {title} needs {needed / _MEGABYTE:,.0f} MB of room in {part.parent}, but only "
            f"{free / _MEGABYTE:,.0f} MB are free: make room, or open the built-in sample."
        )


@contextmanager
def _hold(folder: Path) -> Iterator[None]:
    """Fetch alone to a folder; another process waits here."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / _LOCK).open("wb") as file:
        try:
            lock(file, waits=True)
        except OSError as error:
            if error.errno not in NO_LOCKS:
                raise
        yield


def _tell_nobody(_name: str, _done: int, _all: int) -> None:
    """Take progress that nobody follows."""


def _say_failures(title: str, name: str, failures: Sequence[tuple[str, str]]) -> str:
    if all(reason == _UNREACHED for _, reason in failures):
        n = len(failures)
        mirrors = "its one public mirror" if n == 1 else f"none of {n} public mirrors"
        needed = f"a network connection, but {mirrors} could {'not ' if n == 1 else ''}be reached"
    else:
        reasons = ", ".join(f"{host} {reason}" for host, reason in failures)
        needed = f"a mirror that gives {name} whole, but {reasons}"
    return (
        f"Fetching {title} needs {needed}: try again later, upload a file, or open the built-in sample, "
        "which needs no network."
    )


def _explain_failure(error: Exception) -> str:
    if isinstance(error, HTTPError) and error.response is not None:
        return f"answered {error.response.status_code}"
    if isinstance(error, Timeout):
        return "did not answer in time"
    if isinstance(error, NoConnectionError):
        return _UNREACHED
    if isinstance(error, RequestException):
        return "broke off"
    return "gave other bytes"  # pooch's ValueError of a wrong hash
