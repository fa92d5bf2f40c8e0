"""Places that results will be written to: tried and held before the work that makes them."""

import errno
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from mnist_core.ground.errors import ModelError, StorageError, say_reason
from mnist_core.ground.system import IS_POSIX, lock

NO_LOCKS = (errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP)
"""What a disk says that knows no locks."""


def check_model_folder(folder: Path) -> None:
    """Check that a model can be saved to a folder: it is absent, empty or a model's, and can be written.

    Raises
    ------
    ModelError
        If it cannot.
    """
    if folder.exists() and not folder.is_dir():
        raise ModelError(f"{folder} must be a folder for the model, but is a file: name another place.")
    if folder.exists() and not (folder / "model.json").exists() and any(folder.iterdir()):
        raise ModelError(
            f"{folder} must be a new folder or a model's, but holds other files: name another one."
        )
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder.parent):
            pass
    except OSError as error:
        raise ModelError(
            f"The model needs room in {folder.parent}, but it cannot be written ({_say_why(error)}): name "
            "another place."
        ) from error


@contextmanager
def hold_place(path: Path) -> Iterator[None]:
    """Hold a place from before the work until its result is there, so that no two processes write to one.

    A file `.NAME.lock` stands beside it meanwhile; its lock goes with this process, however that ends.

    Parameters
    ----------
    path : Path
        Of the file or folder that will be written. Its own folder is made where absent, and goes where it
        is left empty.

    Raises
    ------
    StorageError
        If nothing can be written there, or another process holds it.
    """
    made = [folder for folder in path.parents if not folder.exists()]
    lock_path = path.with_name(f".{path.name}.lock")
    try:
        with _take(lock_path, path):
            try:
                yield
            finally:
                if IS_POSIX:
                    lock_path.unlink(missing_ok=True)
    finally:
        with suppress(OSError):  # another has opened it meanwhile, or something is in a folder by now
            if not IS_POSIX:  # what is open cannot go there
                lock_path.unlink(missing_ok=True)
            for folder in made:
                folder.rmdir()


def _take(lock_path: Path, path: Path) -> BinaryIO:
    """Return the lock's file, open and locked."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = lock_path.open("a+b")
        while not _is_locked(file, lock_path):
            file.close()
            file = lock_path.open("a+b")
    except BlockingIOError as error:
        raise StorageError(
            f"{path} is being written by another process: wait for its end, or name another place."
        ) from error
    except OSError as error:
        raise StorageError(
            f"{path} must be a place to write to, but cannot be written ({_say_why(error)}): name another."
        ) from error
    return file


def _is_locked(file: BinaryIO, lock_path: Path) -> bool:
    """Lock a file; say whether it still stands under its name, which who held it before takes away."""
    try:
        lock(file, waits=False)
    except OSError as error:
        if error.errno in NO_LOCKS:
            return True
        file.close()
        raise
    with suppress(FileNotFoundError):
        return os.path.samestat(os.fstat(file.fileno()), lock_path.stat())
    return False


def _say_why(error: OSError) -> str:
    if isinstance(error, FileExistsError | NotADirectoryError):
        return "a part of its path is a file"
    return say_reason(error)
