"""Files that are written whole or not at all."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import get_ident
from typing import BinaryIO


@contextmanager
def replace_file(path: Path) -> Iterator[BinaryIO]:
    """Open a file that takes the place of another once all is on disk; readers see the old or the new one.

    Parameters
    ----------
    path : Path
        Where the file will be, in a folder that exists. What is written meanwhile stands beside it, under a
        name that begins with a dot, and goes where writing fails.

    Raises
    ------
    OSError
        If it cannot be written.
    """
    beside = path.with_name(f".{path.name}-{os.getpid()}-{get_ident()}")
    try:
        with beside.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
