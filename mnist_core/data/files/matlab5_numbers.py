"""The numbers of MATLAB 5: from their tags to the parcel."""

import math
from collections.abc import Iterable

import numpy as np

from mnist_core.data.files.parcel import Packer, Tree
from mnist_core.data.files.sources import Source, is_damaged
from mnist_core.data.files.tags import NUMBERS, Matrix, Tags, read_padded
from mnist_core.data.files.trees import pack_csc

CLASSES = dict(zip(range(6, 16), ("f8", "f4", "i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8"), strict=True))
"""Classes of matrix that hold numbers."""


def read_numbers(tags: Tags, source: Source, matrix: Matrix, packer: Packer) -> Tree:
    """Read a matrix of numbers straight into the parcel; their type is the one in which the file has them."""
    if math.prod(matrix.shape) == 0:
        dtype = np.dtype(bool) if matrix.is_logical else np.dtype(CLASSES[matrix.kind])
        return packer.add_stream(dtype, matrix.shape, [])
    dtype, pieces = _open_numbers(tags, source, matrix.shape, packer)
    if matrix.is_logical:
        pieces = ((np.frombuffer(piece, dtype) != 0).tobytes() for piece in pieces)
        dtype = np.dtype(bool)
    if not matrix.is_complex:
        return packer.add_stream(dtype, matrix.shape, pieces)
    packer.check_room(math.prod(matrix.shape) * 16)
    real = np.frombuffer(b"".join(pieces), dtype)
    dtype, pieces = _open_numbers(tags, source, matrix.shape, packer)
    imaginary = np.frombuffer(b"".join(pieces), dtype)
    return packer.add((real + 1j * imaginary).reshape(matrix.shape, order="F"))


def _open_numbers(
    tags: Tags, source: Source, shape: tuple[int, ...], packer: Packer
) -> tuple[np.dtype, Iterable[bytes]]:
    """Begin to read numbers: their type, and their bytes, which end with the padding read too."""
    kind, length, small = tags.read_tag(source)
    if kind not in NUMBERS:
        raise is_damaged("numbers of a kind that is none")
    dtype = np.dtype(tags.order + NUMBERS[kind])
    needed = math.prod(shape) * dtype.itemsize
    if needed != length:
        raise is_damaged(
            f"a matrix of {' x '.join(map(str, shape))} needs {needed:,} bytes, but has {length:,}"
        )
    packer.check_room(needed)
    if small is not None:
        return dtype, [small]
    if length > source.n_left:
        raise is_damaged("a matrix that is longer than what it is part of")
    return dtype, read_padded(source, length)


def read_sparse(tags: Tags, source: Source, matrix: Matrix, packer: Packer) -> Tree:
    """Read a sparse matrix as a full one."""
    rows, starts = _take_numbers(tags, source, packer), _take_numbers(tags, source, packer)
    starts = starts[: matrix.shape[1] + 1]
    n = int(starts[-1]) if len(starts) else 0  # there may be room for more
    data = _take_numbers(tags, source, packer, n if matrix.is_logical else None)
    if matrix.is_complex:
        data = data + 1j * _take_numbers(tags, source, packer)
    if matrix.is_logical:
        data = data != 0
    return pack_csc(data[:n], rows[:n], starts, matrix.shape, packer)


def _take_numbers(tags: Tags, source: Source, packer: Packer, n_truths: int | None = None) -> np.ndarray:
    """Read numbers of a sparse matrix into memory."""
    kind, length, small = tags.read_tag(source)
    if kind not in NUMBERS or (small is None and length > source.n_left):
        raise is_damaged("a sparse matrix that is longer than what it is part of")
    packer.check_room(length)
    content = small if small is not None else b"".join(read_padded(source, length))
    # MATLAB says of bytes that are true or false that they are doubles.
    code = "u1" if length == n_truths else NUMBERS[kind]
    if length % int(code[1]):
        raise is_damaged("a sparse matrix with a part of a number")
    return np.frombuffer(content, np.dtype(tags.order + code)).astype(code)
