"""Files that are written whole or not at all, and disks that do not take them."""

import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import get_ident
from typing import BinaryIO

from mnist_core.ground.errors import StorageError


@contextmanager
def replace_file(path: Path, *, is_lasting: bool = True) -> Iterator[BinaryIO]:
    """Open a file that takes the place of another once all is on disk; readers see the old or the new one.

    Parameters
    ----------
    path : Path
        Where the file will be, in a folder that exists. What is written meanwhile stands beside it, under a
        name that begins with a dot, and goes where writing fails. A link, a pipe or a device is written to
        as it is.
    is_lasting : bool
        Whether to wait until the disk has it; else it outlives the process, but perhaps no failure of power.

    Raises
    ------
    OSError
        If it cannot be written.
    """
    if is_passage(path):
        with path.open("wb") as file:
            yield file
        return
    beside = path.with_name(f".{path.name}-{os.getpid()}-{get_ident()}")
    try:
        with beside.open("wb") as file:
            yield file
            file.flush()
            if is_lasting:
                os.fsync(file.fileno())
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


@contextmanager
def write_out(path: Path, what: str) -> Iterator[BinaryIO]:
    """Open a file that a user has asked for as `replace_file` does, and say in a sentence why it cannot be.

    Parameters
    ----------
    path : Path
        Where to; its folder is made where absent.
    what : str
        What is written, as the beginning of a sentence: "The table".

    Raises
    ------
    StorageError
        If it cannot be written; what was there stays.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with replace_file(path) as file:
            yield file
    except OSError as error:
        raise StorageError(
            f"{what} must go to {path}, but it cannot be written ({error.strerror or error}): make room "
            "there, or name another place."
        ) from error


def keep_file(path: Path, data: bytes, what: str) -> None:
    """Keep in a file what work needs to go on, whole or not at all; its folder is made where absent.

    Parameters
    ----------
    path : Path
        Where the file will be.
    data : bytes
        What it will hold.
    what : str
        What that is, in words for the error.

    Raises
    ------
    StorageError
        If it cannot be written.
    """
    with needing_room(path.parent, what), replace_file(path) as file:
        file.write(data)


@contextmanager
def needing_room(folder: Path, what: str) -> Iterator[None]:
    """Make a folder where it is absent, and say what could not be kept there where it cannot be written to.

    Raises
    ------
    StorageError
        If so.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        yield
    except OSError as error:
        raise StorageError(
            f"The work needs room for {what} in {folder}, but it cannot be written to ({error.strerror}): "
            "make room or mend the folder's rights, then go on."
        ) from error


def link_file(path: Path, target: Path) -> None:
    """Let a file have a second name, which costs no room; a copy where the disk knows no such links.

    Raises
    ------
    OSError
        If it cannot be written.
    """
    try:
        os.link(path, target)
    except FileExistsError:
        raise
    except OSError:
        shutil.copy2(path, target)


def is_passage(path: Path) -> bool:
    """Say whether a path leads elsewhere: it is a link, a pipe or a device, and no file to be replaced."""
    try:
        mode = path.lstat().st_mode
    except OSError:
        return False
    return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))
