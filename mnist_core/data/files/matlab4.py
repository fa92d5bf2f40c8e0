"""MATLAB 4: headers of twenty bytes, each with a name and a matrix behind it.

Numbers go straight to the parcel; text and sparse matrices go to SciPy.
"""

import struct
import warnings
from io import BytesIO
from typing import Any, BinaryIO, cast

import numpy as np

from mnist_core.data.files.formats import HEAD_BYTES, find_matlab4_order
from mnist_core.data.files.limits import Census
from mnist_core.data.files.parcel import Packer, Tree
from mnist_core.data.files.sources import PlainSource, is_cut_short, is_damaged, read_pieces
from mnist_core.data.files.trees import pack_sparse, to_text
from mnist_core.ground.errors import DataFileError

_HEADER = "iiiii"  # kind, rows, columns, whether complex, length of the name
_NUMBERS = ("f8", "f4", "i4", "i2", "u2", "u1")
_FULL = 0  # kind of matrix; 1 is text, 2 a sparse one
_MOST_SPARSE_BYTES = 2**28


def read_variables(stream: BinaryIO, n_bytes: int, packer: Packer) -> dict[str, Tree]:
    """Read a file of MATLAB 4; see `ReadVariables`."""
    stream.seek(0)
    order = find_matlab4_order(stream.read(HEAD_BYTES)) or "<"
    stream.seek(0)
    source = PlainSource(stream, n_bytes)
    census = Census()
    found: dict[str, Tree] = {}
    while source.n_left:
        census.count(depth=0)
        name, tree = _read_variable(source, order, packer)
        found[name] = tree
    return found


def _read_variable(source: PlainSource, order: str, packer: Packer) -> tuple[str, Tree]:
    header = source.read(struct.calcsize(order + _HEADER))
    if find_matlab4_order(header) != order:
        raise is_damaged("what follows a variable is no other")
    kind, rows, columns, is_complex, n_name = struct.unpack(order + _HEADER, header)
    name = source.read(n_name)
    dtype = np.dtype(order + _NUMBERS[kind % 100 // 10])
    n_bytes = rows * columns * dtype.itemsize
    if n_bytes * (1 + is_complex) > source.n_left:
        raise is_cut_short(f" (a matrix of {rows:,} x {columns:,} says that it has {n_bytes:,} bytes)")
    if kind % 10 != _FULL:
        rest = b"".join(read_pieces(source, n_bytes))
        tree = _read_other(header + name + rest, packer)
    elif is_complex:
        real, imaginary = (b"".join(read_pieces(source, n_bytes)) for _ in range(2))
        values = np.frombuffer(real, dtype) + 1j * np.frombuffer(imaginary, dtype)
        tree = packer.add(values.reshape(rows, columns, order="F"))
    else:
        tree = packer.add_stream(dtype, (rows, columns), read_pieces(source, n_bytes))
    return name.rstrip(b"\x00").decode("utf-8", "replace"), tree


def _read_other(variable: bytes, packer: Packer) -> Tree:
    """Have SciPy read text or a sparse matrix."""
    from scipy.io import loadmat  # noqa: PLC0415 - a quarter of a second, for few

    if len(variable) > _MOST_SPARSE_BYTES:
        raise DataFileError(
            f"must hold at most {_MOST_SPARSE_BYTES >> 20} MB of text and sparse matrices, but holds more: "
            "save the images as a full matrix."
        )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            value = next(iter(loadmat(cast(Any, BytesIO(variable))).values()))
    except MemoryError:
        raise
    except Exception as error:  # the bytes are foreign: any failure to parse them is theirs
        raise is_damaged("SciPy cannot read its text or sparse matrices") from error
    if isinstance(value, np.ndarray):
        return to_text([str(row) for row in value.ravel()])
    return pack_sparse(value, packer)
