"""The bytes of a file to named values, safely: another process reads them."""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedIOBase
from pathlib import Path
from typing import BinaryIO

from mnist_core.data.files.confined import read_confined
from mnist_core.data.files.formats import HEAD_BYTES, OPENED, Format, describe_problem, find_format
from mnist_core.data.files.nameless import open_nameless
from mnist_core.data.files.printable import make_printable, name_variable
from mnist_core.ground.errors import DataFileError
from mnist_core.ground.variables import Value

__all__ = ["make_printable", "read_file"]

_PIECE_BYTES = 2**20


def read_file(source: Path | BufferedIOBase, name: str | None = None) -> dict[str, Value]:
    """Read the variables of a file of any format that the lab opens.

    Nothing in the file is evaluated; functions and objects are named and left alone. A process of its own
    with little memory, time and rights parses it. Numbers have the type in which the file stores them.

    Parameters
    ----------
    source : Path or binary file
        The file, or its bytes open for reading.
    name : str or None
        What messages call the file; None takes the name of the path.

    Returns
    -------
    dict of str to Value
        In the order of the file; see `mnist_core.ground.variables`. Arrays are writable, and mapped from
        memory that is freed with the last of them. What has no name of its own has the file's.

    Raises
    ------
    DataFileError
        If the file is absent, of another kind, damaged or cut short, or larger than anything may be.
    """
    shown = make_printable(name or (source.name if isinstance(source, Path) else "the file"))
    try:
        with _open_source(source) as file, open_nameless() as parcel:
            values = read_confined(file.fileno(), parcel.fileno(), _check_format(file))
            return {name or name_variable(shown): value for name, value in values.items()}
    except DataFileError as error:
        raise DataFileError(f"{shown} {error}") from error


@contextmanager
def _open_source(source: Path | BufferedIOBase) -> Iterator[BinaryIO]:
    """Open a path, or copy an open file to memory, where another process can read it."""
    if isinstance(source, Path):
        with _open_path(source) as file:
            yield file
        return
    with open_nameless() as copy:
        source.seek(0)
        while piece := source.read(_PIECE_BYTES):
            copy.write(piece)
        copy.flush()
        yield copy


def _open_path(path: Path) -> BinaryIO:
    try:
        is_file = stat.S_ISREG(path.stat().st_mode)  # opening a pipe would wait for whoever fills it
        if is_file:
            return path.open("rb")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise DataFileError(f"must be {OPENED}, but cannot be opened: {reason}.") from error
    raise DataFileError(f"must be {OPENED}, but cannot be opened: it is a folder or a device.")


def _check_format(file: BinaryIO) -> Format:
    head = os.pread(file.fileno(), HEAD_BYTES, 0)
    form = find_format(head)
    if form is None:
        raise DataFileError(describe_problem(head))
    return form
