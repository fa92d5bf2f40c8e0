"""The bytes of a file to named values, safely: another process reads them."""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from mnist_core.data.files.confined import find_room, read_confined
from mnist_core.data.files.formats import (
    HEAD_BYTES,
    NETWORKS_OPENED,
    OPENED,
    Format,
    describe_problem,
    find_format,
    find_network_format,
)
from mnist_core.data.files.gathering import Source, gather_folder, read_through
from mnist_core.data.files.nameless import open_nameless
from mnist_core.data.files.printable import make_printable, name_variable
from mnist_core.ground.errors import DataFileError, say_reason
from mnist_core.ground.variables import Value

__all__ = ["make_printable", "name_source", "read_file"]


def read_file(source: Source | str, name: str | None = None, *, is_network: bool = False) -> dict[str, Value]:
    """Read the variables of a file of any format that the lab opens.

    Nothing in the file is evaluated; functions and objects are named and left alone. A process of its own
    with little memory, time and rights parses it. Numbers have the type in which the file stores them.

    Parameters
    ----------
    source : Path, str or binary file
        The file, or its bytes open for reading; or a folder, whose files are read as those of a ZIP.
    name : str or None
        What messages call the file; None takes the name of the path.
    is_network : bool
        Whether it may be of a format that holds no images but the weights of a network.

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
    source = Path(source) if isinstance(source, str) else source
    shown = make_printable(name or name_source(source))
    try:
        opened = NETWORKS_OPENED if is_network else OPENED
        with _open_source(source, opened) as file, open_nameless() as parcel:
            values = read_confined(file.fileno(), parcel.fileno(), _check_format(file, is_network))
            own = name_variable(shown)
            own = f"{own}_" if own in values else own
            return {name or own: value for name, value in values.items()}
    except DataFileError as error:
        raise DataFileError(f"{shown} {error}") from error


def name_source(source: Source) -> str:
    """Name a file or a folder as messages call it."""
    return source.name or source.resolve().name if isinstance(source, Path) else "the file"


@contextmanager
def _open_source(source: Source, opened: str) -> Iterator[BinaryIO]:
    """Open a path, gather a folder, or copy an open file to memory, where another process can read it."""
    if isinstance(source, Path):
        with _open_path(source, opened) as file:
            yield file
        return
    with open_nameless() as copy:
        copy.writelines(read_through(source))
        copy.flush()
        yield copy


def _open_path(path: Path, opened: str) -> BinaryIO:
    try:
        kind = stat.S_IFMT(path.stat().st_mode)  # opening a pipe would wait for whoever fills it
        if kind == stat.S_IFREG:
            return path.open("rb")
        if kind == stat.S_IFDIR:
            return gather_folder(path, find_room())
    except (OSError, ValueError) as error:
        raise DataFileError(f"must be {opened}, but cannot be opened: {say_reason(error)}.") from error
    raise DataFileError(f"must be {opened}, but cannot be opened: it is a device.")


def _check_format(file: BinaryIO, is_network: bool) -> Format:
    head = os.pread(file.fileno(), HEAD_BYTES, 0)
    form = find_network_format(head) if is_network else find_format(head)
    if form is None:
        raise DataFileError(describe_problem(head, NETWORKS_OPENED if is_network else OPENED))
    return form
