"""Reads NumPy's arrays, `.npy`, but never the Python objects that such a file can hold as a pickle.

References
----------
NumPy Enhancement Proposal 1, "A simple file format for NumPy arrays".
"""

import math
import struct
import warnings
from collections.abc import Iterator
from io import BytesIO
from typing import BinaryIO

import numpy as np
from numpy.lib import format as npy_format

from mnist_core.data.files.parcel import Packer, Tree
from mnist_core.data.files.sources import PlainSource, is_cut_short, is_damaged, read_pieces
from mnist_core.data.files.trees import to_text, to_words
from mnist_core.ground.errors import DataFileError

_LENGTHS = {1: "<H", 2: "<I", 3: "<I"}  # of the header, by version
_LONGEST_HEADER = 10_000  # bytes; what NumPy writes of plain numbers takes 128
_LONGEST_AXIS = 2**40
_MOST_LETTERS = 2**22  # padding counted too
_NUMBERS = {"b1", "f2", "f4", "f8", "c8", "c16"} | {f"{sign}{size}" for sign in "iu" for size in (1, 2, 4, 8)}
_MOST_CODE = 0x10FFFF  # of a letter
_OPAQUE = {
    "O": "Python objects (a pickle, which is never opened)",
    "V": "a structured array",
    "M": "dates",
    "m": "spans of time",
}


def read_variables(stream: BinaryIO, n_bytes: int, packer: Packer) -> dict[str, Tree]:
    """Read the one array of a file, which has no name; a `ReadVariables`."""
    stream.seek(0)
    return {"": read_array(PlainSource(stream, n_bytes), packer)}


def read_array(source: PlainSource, packer: Packer) -> Tree:
    """Read an array: its header, and numbers that go on to the parcel piece by piece.

    Parameters
    ----------
    source : PlainSource
        From its first byte to its last.
    packer : Packer
        Where the numbers go.

    Raises
    ------
    FaultError
        If it is damaged or cut short.
    DataFileError
        If it is larger than anything may be.
    """
    shape, order, dtype = _read_header(source)
    if f"{dtype.kind}{dtype.itemsize}" not in _NUMBERS and dtype.kind not in "US":
        return {"opaque": _OPAQUE.get(dtype.kind, f"numbers of {8 * dtype.itemsize} bits")}
    size = math.prod(shape) * dtype.itemsize
    packer.check_room(size)
    if source.n_left > size:
        raise is_damaged(f"{source.n_left - size:,} bytes stand after its last number")
    if source.n_left < size:
        raise is_cut_short(f" ({source.n_left:,} of {size:,} bytes)")
    if dtype.kind in "US":
        return _read_text(source.read(_check_letters(size)), shape, order, dtype)
    pieces = read_pieces(source, size)
    if dtype.kind == "f" and dtype.itemsize == 2:
        dtype, pieces = np.dtype(np.float32), _widen(pieces, dtype)
    return packer.add_stream(dtype, shape, pieces, order)


def _read_header(source: PlainSource) -> tuple[tuple[int, ...], str, np.dtype]:
    magic = source.read(npy_format.MAGIC_LEN)
    length_type = _LENGTHS.get(magic[6])
    if not magic.startswith(npy_format.MAGIC_PREFIX) or length_type is None:
        raise is_damaged("a beginning that no version of the format has")
    words = source.read(struct.calcsize(length_type))
    (length,) = struct.unpack(length_type, words)
    if length > _LONGEST_HEADER:
        raise is_damaged(f"a header of {length:,} bytes, where {_LONGEST_HEADER:,} are more than enough")
    read = npy_format.read_array_header_1_0 if magic[6] == 1 else npy_format.read_array_header_2_0
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of files that Python 2 wrote
            shape, is_fortran, dtype = read(BytesIO(words + source.read(length)))
    except Exception as error:  # of Python's parser too, as the header is written in it
        raise is_damaged("a header that is none") from error
    if any(not 0 <= axis < _LONGEST_AXIS for axis in shape):
        raise is_damaged("axes that no array has")
    return shape, "F" if is_fortran else "C", dtype


def _widen(pieces: Iterator[bytes], dtype: np.dtype) -> Iterator[bytes]:
    """Turn numbers of half precision, which nothing else here knows, to single."""
    for piece in pieces:
        yield np.frombuffer(piece, dtype).astype(np.float32).tobytes()


def _check_letters(size: int) -> int:
    if size > 4 * _MOST_LETTERS:
        raise DataFileError(
            f"must hold at most {_MOST_LETTERS:,} letters of text, but says that it has {size // 4:,}: save "
            "the labels as numbers."
        )
    return size


def _read_text(content: bytes, shape: tuple[int, ...], order: str, dtype: np.dtype) -> Tree:
    codes = np.frombuffer(content, np.dtype("u1" if dtype.kind == "S" else dtype.str[0] + "u4"))
    if not dtype.itemsize or (codes > _MOST_CODE).any():
        raise is_damaged("text that is none")
    values = np.frombuffer(content, dtype).reshape(shape, order="F" if order == "F" else "C")
    words = [word.decode("latin-1") if dtype.kind == "S" else str(word) for word in values.ravel()]
    return to_words(words) if shape else to_text(words)
