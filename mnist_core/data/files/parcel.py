"""What the reading process hands over: raw arrays one after the other, then a tree of what they are, in JSON.

The tree is lists and dicts only. What is no array is `{"text": "abc"}`, `{"rows": ["ab", "cd"]}`,
`{"names": [...], "fields": [tree, ...]}`, `{"shape": [...], "cells": [tree, ...]}`,
`{"shape": [...], "names": [...], "structs": [[tree, ...], ...]}` or `{"opaque": "a function handle"}`. An
array is `{"at": offset, "type": "f8", "shape": [...], "order": "F"}`, column after column (in
order "C" row after row), in the machine's order of bytes.
"""

import json
import math
import mmap
import os
import struct
import sys
from collections.abc import Callable, Iterable, Sequence
from typing import Any, BinaryIO, TypeAlias

import numpy as np

from mnist_core.ground.errors import DataFileError
from mnist_core.ground.variables import Cells, Opaque, Structs, Value

Tree: TypeAlias = dict[str, Any]

GIGABYTE = 2**30
MOST_BYTES = 4 * GIGABYTE  # of all variables: far above real sets of digits, below what exhausts a machine
_MOST_TREE_BYTES = 2**26
_ALIGNED = 64  # a line of cache; every kind of number may begin there
_END = struct.Struct("<QQ8s")  # where the tree begins, its length, and a mark that all was written
_MARK = b"the end."
_TYPES = {f"{kind}{size}" for kind, sizes in {"f": "48", "i": "1248", "u": "1248"}.items() for size in sizes}
_TYPES |= {"b1", "c8", "c16"}
_NATIVE = "<" if sys.byteorder == "little" else ">"


class Packer:
    """Writes a parcel.

    Parameters
    ----------
    stream : binary file
        Where to; its arrays are never read back.
    most_bytes : int
        What all variables may need together.
    """

    def __init__(self, stream: BinaryIO, most_bytes: int = MOST_BYTES) -> None:
        self._stream = stream
        self._most_bytes = most_bytes
        self._place = 0

    def add(self, values: np.ndarray) -> Tree:
        """Add an array that is in memory."""
        values = np.asarray(values)
        lines = np.ascontiguousarray(values.T, dtype=values.dtype.newbyteorder("="))
        return self.add_stream(lines.dtype, values.shape, [lines.reshape(-1).view(np.uint8).data])

    def add_stream(
        self, dtype: np.dtype, shape: Sequence[int], pieces: Iterable[bytes | memoryview], order: str = "F"
    ) -> Tree:
        """Add an array that comes in pieces of whole numbers.

        Parameters
        ----------
        dtype : dtype
            Of the pieces; other orders of bytes are turned.
        shape : sequence of int
            Of the array.
        pieces : iterable of bytes
            As many bytes together as the array has.
        order : str
            Of the numbers: "F" column after column, "C" row after row.
        """
        shape = [*map(int, shape), *[1] * (2 - len(shape))]  # of two axes at least, as all in MATLAB
        self.check_room(math.prod(shape) * dtype.itemsize)
        at, n_bytes = self._write_pieces(dtype, pieces)
        assert n_bytes == math.prod(shape) * dtype.itemsize
        return {"at": at, "type": f"{dtype.kind}{dtype.itemsize}", "shape": shape, "order": order}

    def add_rows(self, dtype: np.dtype, width: int, pieces: Iterable[bytes | memoryview]) -> Tree:
        """Add a matrix row after row, of which only the end tells how many rows it has.

        Parameters
        ----------
        dtype : dtype
            Of the pieces; other orders of bytes are turned.
        width : int
            Columns.
        pieces : iterable of bytes
            Whole rows.
        """
        at, n_bytes = self._write_pieces(dtype, pieces)
        n_rows, rest = divmod(n_bytes, width * dtype.itemsize)
        assert not rest
        return {"at": at, "type": f"{dtype.kind}{dtype.itemsize}", "shape": [n_rows, width], "order": "C"}

    def check_room(self, n_bytes: int) -> None:
        """Refuse what would need more bytes than all variables may."""
        if self._place + n_bytes > self._most_bytes:
            raise DataFileError(
                f"must hold at most {self._most_bytes / GIGABYTE:.3g} GB of variables, but says that it has "
                f"{(self._place + n_bytes) / GIGABYTE:,.1f} GB: save fewer images, or as uint8."
            )

    def close(self, tree: Tree) -> None:
        """Write the tree, after which the parcel is whole."""
        text = json.dumps(tree).encode("ascii")
        at = self._place
        self._write(text)
        self._write(_END.pack(at, len(text), _MARK))
        self._stream.flush()

    def _write_pieces(self, dtype: np.dtype, pieces: Iterable[bytes | memoryview]) -> tuple[int, int]:
        """Write numbers; return where they begin, and how many bytes they are."""
        self._write(bytes(-self._place % _ALIGNED))
        at = self._place
        for piece in pieces:
            self.check_room(len(piece))
            if dtype.newbyteorder("=") != dtype:
                self._write(np.frombuffer(piece, dtype).byteswap().data.cast("B"))
            else:
                self._write(piece)
        return at, self._place - at

    def _write(self, piece: bytes | memoryview) -> None:
        self._stream.write(piece)
        self._place += len(piece)


def unpack(file: int) -> Tree:
    """Read the tree of a parcel.

    Parameters
    ----------
    file : int
        Descriptor of the parcel. What it says is foreign: `build_value` checks every word.

    Raises
    ------
    ValueError, TypeError, RecursionError
        If the parcel is not whole.
    """
    size = os.fstat(file).st_size
    if size < _END.size:
        raise ValueError("a parcel without an end")
    at, n_bytes, mark = _END.unpack(os.pread(file, _END.size, size - _END.size))
    if mark != _MARK or n_bytes > _MOST_TREE_BYTES or at + n_bytes + _END.size != size:
        raise ValueError("a parcel whose end is not its own")
    tree = json.loads(os.pread(file, n_bytes, at))
    if not isinstance(tree, dict):
        raise TypeError("a parcel without a tree")
    return tree


def map_parcel(file: int) -> memoryview:
    """Map a parcel: its arrays are not copied, and writing to them changes only the caller's pages."""
    return memoryview(mmap.mmap(file, 0, access=mmap.ACCESS_COPY))


def build_value(tree: Any, memory: memoryview) -> Value:
    """Build a value from its part of a tree, with arrays that lie in the mapped parcel.

    Raises
    ------
    ValueError, KeyError, TypeError, StopIteration
        If the tree is not one that `Packer` makes.
    """
    kind = next(key for key in _BUILDERS if key in tree)
    return _BUILDERS[kind](tree, memory)


def _build_text(tree: Tree, memory: memoryview) -> str:  # noqa: ARG001 - as all builders
    return _check_text(tree["text"])


def _build_rows(tree: Tree, memory: memoryview) -> np.ndarray:  # noqa: ARG001
    return np.array([_check_text(row) for row in tree["rows"]], dtype=np.str_)


def _build_opaque(tree: Tree, memory: memoryview) -> Opaque:  # noqa: ARG001
    return Opaque(_check_text(tree["opaque"]))


def _build_struct(tree: Tree, memory: memoryview) -> dict[str, Value]:
    values = (build_value(field, memory) for field in tree["fields"])
    return {_check_text(name): value for name, value in zip(tree["names"], values, strict=True)}


def _build_structs(tree: Tree, memory: memoryview) -> Structs:
    names, items = tree["names"], tree["structs"]
    built = (_build_struct({"names": names, "fields": item}, memory) for item in items)
    return Structs(_check_shape(tree["shape"], len(items)), tuple(built))


def _build_cells(tree: Tree, memory: memoryview) -> Cells:
    items = tree["cells"]
    shape = _check_shape(tree["shape"], len(items))
    return Cells(shape, tuple(build_value(item, memory) for item in items))


def _build_array(tree: Tree, memory: memoryview) -> np.ndarray:
    if tree["type"] not in _TYPES or tree["order"] not in ("F", "C"):
        raise ValueError("a type or an order that no array has")
    dtype = np.dtype(tree["type"])
    shape = tuple(_check_length(length) for length in tree["shape"])
    begin = _check_length(tree["at"])
    part = memory[begin : begin + math.prod(shape) * dtype.itemsize]
    # Raises ValueError where the parcel is too short for the shape.
    return np.ndarray(shape, dtype, part, order=tree["order"])


def _check_shape(shape: list[Any], n_items: int) -> tuple[int, ...]:
    checked = tuple(_check_length(length) for length in shape)
    if math.prod(checked) != n_items:
        raise ValueError("a count that its shape belies")
    return checked


def _check_text(text: Any) -> str:
    if not isinstance(text, str):
        raise TypeError("text that is none")
    return text.encode("utf-8", "replace").decode("utf-8")  # without halves of letters


def _check_length(length: Any) -> int:
    if not isinstance(length, int) or length < 0:
        raise ValueError("a length that is none")
    return length


_BUILDERS: dict[str, Callable[[Tree, memoryview], Value]] = {
    "at": _build_array,
    "text": _build_text,
    "rows": _build_rows,
    "fields": _build_struct,
    "cells": _build_cells,
    "structs": _build_structs,
    "opaque": _build_opaque,
}
