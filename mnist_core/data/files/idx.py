"""Reads IDX files, the format in which MNIST is distributed.

References
----------
LeCun, Cortes and Burges, "The MNIST database of handwritten digits", "File formats".
"""

import math
import struct
from typing import BinaryIO

import numpy as np

from mnist_core.data.files.parcel import Packer, Tree
from mnist_core.data.files.sources import PlainSource, is_damaged, read_pieces

_TYPES = {8: "u1", 9: "i1", 11: ">i2", 12: ">i4", 13: ">f4", 14: ">f8"}


def read_variables(stream: BinaryIO, n_bytes: int, packer: Packer) -> dict[str, Tree]:
    """Read the one array of an IDX file, which has no name; a `ReadVariables`."""
    stream.seek(0)
    source = PlainSource(stream, n_bytes)
    _, kind, n_axes = struct.unpack(">HBB", source.read(4))
    shape = struct.unpack(f">{n_axes}I", source.read(4 * n_axes))
    dtype = np.dtype(_TYPES[kind])
    size = math.prod(shape) * dtype.itemsize
    packer.check_room(size)
    if source.n_left > size:
        raise is_damaged(f"{source.n_left - size:,} bytes stand after its last number")
    return {"": packer.add_stream(dtype, shape, read_pieces(source, size), order="C")}
