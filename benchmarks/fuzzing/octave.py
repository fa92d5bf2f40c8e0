"""Writes files as Octave does, as text and binary, in either order of bytes."""

import struct
from collections.abc import Mapping
from typing import Any

import numpy as np

_SAVED_AS = ("u1", "u2", "u4", "i1", "i2", "i4", "f4", "f8", "u8", "i8")


def write_octave_text(variables: Mapping[str, Any]) -> bytes:
    """Write arrays, texts, cell arrays of one row and structs as Octave's `save -text`."""
    return b"# Created by Octave 7.3.0\n" + b"".join(_text(*item) for item in variables.items())


def write_octave_binary(variables: Mapping[str, Any], order: str = "<") -> bytes:
    """Write arrays, texts, cell arrays of one row and structs as Octave's `save -binary`."""
    magic = b"Octave-1-L\x01" if order == "<" else b"Octave-1-B\x02"
    return magic + b"".join(_binary(name, value, order) for name, value in variables.items())


def _text(name: str, value: Any) -> bytes:
    head = f"# name: {name}\n# type: "
    if isinstance(value, str):
        return f"{head}string\n# elements: 1\n# length: {len(value.encode())}\n{value}\n\n\n".encode()
    if isinstance(value, list):
        cells = b"".join(_text("<cell-element>", item) for item in value)
        return f"{head}cell\n# rows: 1\n# columns: {len(value)}\n".encode() + cells + b"\n\n"
    if isinstance(value, dict):
        fields = b"".join(_text(key, item) for key, item in value.items())
        return f"{head}scalar struct\n# ndims: 2\n 1 1\n# length: {len(value)}\n".encode() + fields + b"\n\n"
    array = np.atleast_2d(np.asarray(value))
    kind = {"b": "bool ", "f": ""}.get(array.dtype.kind, f"{array.dtype.name} ") + "matrix"
    if array.dtype.kind in "bf" and array.ndim == 2:
        shape = f"# rows: {array.shape[0]}\n# columns: {array.shape[1]}\n"
        lines = [" " + " ".join(f"{number:.17g}" for number in row) for row in array.astype(float)]
    else:
        shape = f"# ndims: {array.ndim}\n {' '.join(map(str, array.shape))}\n"
        lines = [f" {number:.17g}" for number in array.ravel(order="F").astype(float)]
    return f"{head}{kind}\n{shape}{chr(10).join(lines)}\n\n\n".encode()


def _binary(name: str, value: Any, order: str) -> bytes:
    def count(*numbers: int) -> bytes:
        return struct.pack(f"{order}{len(numbers)}i", *numbers)

    def head(kind: str) -> bytes:
        named = count(len(name)) + name.encode() + count(0)
        return named + b"\x00\xff" + count(len(kind)) + kind.encode()

    if isinstance(value, str):
        return head("string") + count(-2, 1, len(value.encode())) + value.encode()
    if isinstance(value, list):
        return (
            head("cell")
            + count(-2, 1, len(value))
            + b"".join(_binary("<cell-element>", item, order) for item in value)
        )
    if isinstance(value, dict):
        fields = b"".join(_binary(key, item, order) for key, item in value.items())
        return head("scalar struct") + count(len(value)) + fields
    array = np.atleast_2d(np.asarray(value))
    code = f"{array.dtype.kind}{array.dtype.itemsize}"
    shape = count(-array.ndim, *array.shape)
    content = array.astype(array.dtype if code == "b1" else order + code).tobytes(order="F")
    if array.dtype.kind == "f":
        return head("matrix") + shape + bytes([_SAVED_AS.index(code)]) + content
    return head("bool matrix" if code == "b1" else f"{array.dtype.name} matrix") + shape + content
