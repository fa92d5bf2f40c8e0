"""Writes files of MATLAB 4 and 5, in either order of bytes, as SciPy cannot: small, and to the letter."""

import struct
import zlib
from collections.abc import Mapping
from typing import Any

import numpy as np

_KINDS = {"i1": 1, "u1": 2, "i2": 3, "u2": 4, "i4": 5, "u4": 6, "f4": 7, "f8": 9, "i8": 12, "u8": 13}
_CLASSES = {"f8": 6, "f4": 7, "i1": 8, "u1": 9, "i2": 10, "u2": 11, "i4": 12, "u4": 13, "i8": 14, "u8": 15}
_CELL, _STRUCT, _CHAR, _LOGICAL = 1, 2, 4, 0x209
_MATLAB4_KINDS = ("f8", "f4", "i4", "i2", "u2", "u1")


def write_matlab5(variables: Mapping[str, Any], order: str = "<", is_compressed: bool = False) -> bytes:
    """Write a file of MATLAB 5 to 7.

    Parameters
    ----------
    variables : mapping of str to ndarray, str, list or dict
        Arrays, texts, cell arrays of one row, and structs.
    order : str
        "<" or ">".
    is_compressed : bool
        Whether each variable is, as from MATLAB 7 on.
    """
    elements = [make_matrix(value, order, name.encode()) for name, value in variables.items()]
    if is_compressed:
        elements = [_compress(element, order) for element in elements]
    return make_header(order) + b"".join(elements)


def make_header(order: str = "<") -> bytes:
    """Write what stands before the first variable."""
    words = b"MATLAB 5.0 MAT-file, Platform: GLNXA64".ljust(116) + bytes(8)
    return words + struct.pack(order + "H", 0x100) + (b"IM" if order == "<" else b"MI")


def make_element(kind: int, content: bytes, order: str = "<") -> bytes:
    """Write a tag, its bytes, and what fills them up to eight."""
    return struct.pack(order + "II", kind, len(content)) + content + bytes(-len(content) % 8)


def make_matrix(value: Any, order: str = "<", name: bytes = b"") -> bytes:
    """Write a value as an element."""
    if isinstance(value, str):
        letters = np.array([list(value.encode("utf-16-le"))], np.uint8).view("<u2").astype(order + "u2")
        return _make(_CHAR, (1, len(value)), name, make_element(4, letters.tobytes(), order), order)
    if isinstance(value, list):
        cells = b"".join(make_matrix(item, order) for item in value)
        return _make(_CELL, (1, len(value)), name, cells, order)
    if isinstance(value, dict):
        length = struct.pack(order + "HHi", 4, 5, 32) if order == ">" else struct.pack("<HHi", 5, 4, 32)
        names = make_element(1, b"".join(key.encode().ljust(32, b"\x00") for key in value), order)
        fields = b"".join(make_matrix(item, order) for item in value.values())
        return _make(_STRUCT, (1, 1), name, length + names + fields, order)
    array = np.atleast_2d(np.asarray(value))
    if array.dtype.kind == "b":
        content = make_element(2, array.astype(np.uint8).tobytes(order="F"), order)
        return _make(_LOGICAL, array.shape, name, content, order)
    code = f"{array.dtype.kind}{array.dtype.itemsize}"
    content = make_element(_KINDS[code], array.astype(order + code).tobytes(order="F"), order)
    return _make(_CLASSES[code], array.shape, name, content, order)


def write_matlab4(variables: Mapping[str, np.ndarray], order: str = "<") -> bytes:
    """Write a file of MATLAB 4."""
    parts = []
    for name, array in variables.items():
        code = f"{array.dtype.kind}{array.dtype.itemsize}"
        kind = 1000 * (order == ">") + 10 * _MATLAB4_KINDS.index(code)
        rows, columns = array.shape
        parts.append(struct.pack(order + "iiiii", kind, rows, columns, 0, len(name) + 1))
        parts.append(name.encode() + b"\x00" + array.astype(order + code).tobytes(order="F"))
    return b"".join(parts)


def _make(flags: int, shape: tuple[int, ...], name: bytes, content: bytes, order: str) -> bytes:
    start = make_element(6, struct.pack(order + "II", flags, 0), order)
    lengths = make_element(5, struct.pack(f"{order}{len(shape)}i", *shape), order)
    return make_element(14, start + lengths + make_element(1, name, order) + content, order)


def _compress(element: bytes, order: str) -> bytes:
    squeezed = zlib.compress(element)
    return struct.pack(order + "II", 15, len(squeezed)) + squeezed
