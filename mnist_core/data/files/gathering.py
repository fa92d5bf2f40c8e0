"""Gathers the files of a folder, or files that were chosen together, as one ZIP in memory."""

import os
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from io import BufferedIOBase
from pathlib import Path
from typing import BinaryIO, TypeAlias

from mnist_core.data.files.limits import MOST_ENTRIES
from mnist_core.data.files.nameless import open_nameless
from mnist_core.data.files.parcel import GIGABYTE
from mnist_core.ground.errors import DataFileError, say_reason

Source: TypeAlias = Path | BufferedIOBase
"""A file, or its bytes open for reading."""

_PIECE_BYTES = 2**20


def gather_folder(folder: Path, most_bytes: int) -> BinaryIO:
    """Gather all plain files below a folder; a link is followed only to what lies below it too.

    Raises
    ------
    DataFileError
        If they are more, or larger, than any set of pictures, or one cannot be read.
    """
    with ExitStack() as stack:
        packed = stack.enter_context(open_nameless())
        try:
            gather(list(_walk(folder, most_bytes)), packed)
        except OSError as error:
            raise DataFileError(
                f"must be a folder whose files can be read, but cannot: {say_reason(error)}."
            ) from error
        stack.pop_all()
    return packed


def gather(files: Sequence[tuple[Source, str]], packed: BinaryIO | BufferedIOBase) -> None:
    """Write files to a ZIP under their names, whose folders are parted by `/`."""
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        for source, name in files:
            readable = name.encode("utf-8", "replace").decode("utf-8")
            with archive.open(zipfile.ZipInfo(readable), "w", force_zip64=True) as target:
                target.writelines(read_through(source))
    packed.flush()


def read_through(source: Source) -> Iterator[bytes]:
    """Read the bytes of a file piece by piece."""
    if isinstance(source, Path):
        with source.open("rb") as file:
            yield from read_through(file)
        return
    source.seek(0)
    while piece := source.read(_PIECE_BYTES):
        yield piece


def _walk(folder: Path, most_bytes: int) -> Iterator[tuple[Source, str]]:
    """List the files below a folder but hidden ones, as far as they are not too many."""
    n_files = n_bytes = 0
    top = folder.resolve()
    for parent, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            path = Path(parent, name)
            if name.startswith(".") or not path.is_file() or not path.resolve().is_relative_to(top):
                continue
            n_files += 1
            n_bytes += path.stat().st_size
            if n_files > MOST_ENTRIES or n_bytes > most_bytes:
                raise DataFileError(
                    f"must hold at most {MOST_ENTRIES:,} files of {most_bytes / GIGABYTE:.3g} GB together, "
                    "but has more: name the folder that holds the images alone."
                )
            yield path, path.relative_to(folder).as_posix()
