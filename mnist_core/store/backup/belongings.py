"""What belongs to a lab of all that stands in its home: all but its store, and what it can do without."""

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path, PurePosixPath
from typing import BinaryIO

import sqlalchemy as sa

from mnist_core.ground.errors import BackupError
from mnist_core.ground.settings import Settings
from mnist_core.ground.system import IS_POSIX

_STORE = "lab.db"
# The speed is this machine's; what was downloaded can be again.
_LEFT_OUT = {"logs", "downloads", "backups", "speed.json"}
_ENDINGS_LEFT_OUT = (".lock",)
_FIRST = "runs"  # their checkpoints go once they are done; the rest stays
_LAST = "datasets"  # models name them: one that is saved meanwhile was made of what is there by then
_OPEN_AT_ONCE = 64
_MOST_LETTERS = 4096  # of a path on Linux


def list_places(settings: Settings) -> list[Path]:
    """List what belongs to the lab at the top of its home, files and folders."""
    store = _find_store(settings)
    found = [path for path in settings.home.glob("*") if is_belonging(path.name)]
    found = [path for path in found if store is None or path.name not in _name_files_of(store)]
    return sorted(found, key=lambda path: (path.name != _FIRST, path.name))


def is_belonging(name: str) -> bool:
    """Say whether a path below a home, with slashes, names something that belongs to a lab, and nothing else.

    What begins with a dot is a lock, or is being written.
    """
    parts = PurePosixPath(name).parts
    if not parts or len(name) > _MOST_LETTERS or str(PurePosixPath(*parts)) != name:
        return False
    if any(part.startswith(".") or "\0" in part or "\\" in part for part in parts) or parts[0] == "/":
        return False
    top = parts[0]
    return not (top in _LEFT_OUT or top in _name_files_of(_STORE) or top.endswith(_ENDINGS_LEFT_OUT))


def open_belongings(settings: Settings) -> Iterator[tuple[str, BinaryIO]]:
    """Open each file that belongs to the lab, under its path below the home.

    A folder's files are opened together: what replaces the folder meanwhile is not mixed with them. What is
    removed meanwhile is left out, as is what is no plain file.

    Raises
    ------
    BackupError
        If one cannot be read.
    """
    if not IS_POSIX:
        raise BackupError(
            "A backup has to walk the lab's home in a way that this system does not have: stop the lab and "
            f"copy {settings.home} instead."
        )
    places = list_places(settings)
    late: list[Path] = []
    for place in filter(Path.is_dir, places):
        yield from _walk(place, settings.home, late)
    files = [place.name for place in places if not place.is_dir()]
    home = os.open(settings.home, os.O_RDONLY)
    try:
        yield from _open_files(files, home, PurePosixPath())
    finally:
        os.close(home)
    for place in late:
        yield from _walk(place, settings.home, None)


def _walk(place: Path, home: Path, late: list[Path] | None) -> Iterator[tuple[str, BinaryIO]]:
    """Open the files of a folder; data sets are put off where there is a list for them."""
    # Its own link is followed, as a folder may have been put on another disk; no other is.
    top = place.resolve()
    if late is not None and place.name == _LAST:
        late.append(place)
        return
    for folder, folders, names, number in os.fwalk(top, onerror=_refuse):
        inside = PurePosixPath(folder).relative_to(top)
        if late is not None and _LAST in folders:
            late.append(place / inside / _LAST)
            folders.remove(_LAST)
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield from _open_files(names, number, PurePosixPath(place.relative_to(home)) / inside)


def _open_files(names: list[str], folder: int, below: PurePosixPath) -> Iterator[tuple[str, BinaryIO]]:
    names = sorted(name for name in names if not name.startswith("."))
    for start in range(0, len(names), _OPEN_AT_ONCE):
        with ExitStack() as opened:
            together = [
                (below / name, opened.enter_context(file))
                for name in names[start : start + _OPEN_AT_ONCE]
                if (file := _open_file(name, folder)) is not None
            ]
            for path, file in together:
                yield str(path), file


def _open_file(name: str, folder: int) -> BinaryIO | None:
    try:
        # Without waiting, as for a pipe.
        number = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=folder)
    except OSError as error:
        _refuse(error)
        return None
    if not stat.S_ISREG(os.fstat(number).st_mode):
        os.close(number)
        return None
    return os.fdopen(number, "rb")


def _refuse(error: OSError) -> None:
    """Pass over what was removed, or is a link or a socket; what may not be read is to be told."""
    if error.errno not in (errno.ENOENT, errno.ELOOP, errno.ENXIO, errno.ENOTDIR):
        raise BackupError(
            f"The backup has to read all of the lab's home, but cannot read {error.filename} "
            f"({error.strerror}): allow it."
        ) from error


def _find_store(settings: Settings) -> str | None:
    """Name the store's file where it stands at the top of the home under another name."""
    database = sa.make_url(settings.database).database
    path = Path(database) if database else None
    return path.name if path is not None and path.parent == settings.home else None


def _name_files_of(store: str) -> set[str]:
    return {store, f"{store}-wal", f"{store}-shm", f"{store}-journal"}
