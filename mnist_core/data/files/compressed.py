"""Reads a file that gzip, bzip2 or xz compressed alone: what is in it is read as if it had come so."""

import bz2
import lzma
from io import BufferedIOBase
from typing import BinaryIO, cast

from zlib_ng import gzip_ng, zlib_ng

from mnist_core.data.files.formats import HEAD_BYTES, describe_problem, find_format
from mnist_core.data.files.limits import check_ratio
from mnist_core.data.files.nameless import open_nameless
from mnist_core.data.files.parcel import Packer, Tree
from mnist_core.data.files.reader import read_variables as read_inside
from mnist_core.data.files.sources import PIECE_BYTES, is_cut_short, is_damaged
from mnist_core.ground.errors import DataFileError

_CURE = "unpack it first"
_ZLIB_ERROR = cast(type[Exception], zlib_ng.error)


def read_variables(stream: BinaryIO, n_bytes: int, packer: Packer) -> dict[str, Tree]:  # noqa: ARG001
    """Read the variables of the file inside of a compressed one; a `ReadVariables`."""
    with open_nameless() as inside:
        _inflate(stream, inside, packer)
        inside.seek(0)
        head = inside.read(HEAD_BYTES)
        form = find_format(head)
        if form is None:
            raise DataFileError(describe_problem(head))
        if form.is_container:
            raise DataFileError(
                f"must hold a file with images or labels, but holds a {form.value[0]} in which others are: "
                f"{_CURE}."
            )
        return read_inside(inside, form, packer)


def _inflate(stream: BinaryIO, inside: BinaryIO, packer: Packer) -> None:
    try:
        with _open_compressed(stream) as source:
            while piece := source.read(PIECE_BYTES):
                inside.write(piece)
                packer.check_room(inside.tell())
                check_ratio(inside.tell(), stream.tell(), _CURE)  # so far: a trap is left early
    except EOFError as error:
        raise is_cut_short() from error
    except (OSError, lzma.LZMAError, _ZLIB_ERROR) as error:
        raise is_damaged("its compressed bytes do not fit together") from error
    inside.flush()


def _open_compressed(stream: BinaryIO) -> BufferedIOBase:
    """Open a compressed file for reading, by how it begins."""
    stream.seek(0)
    beginning = stream.read(2)
    stream.seek(0)
    if beginning == b"BZ":
        return bz2.BZ2File(stream)
    if beginning == b"\xfd7":
        return lzma.LZMAFile(stream)
    return cast(BufferedIOBase, gzip_ng.GzipNGFile(fileobj=stream))  # type: ignore[no-untyped-call]
