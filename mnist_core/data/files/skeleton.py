"""What is left of a MATLAB 5 file without its numbers: small, and read by SciPy.

Each array of numbers that was taken out, and each function or object that is left alone, stands in it as a
1 x 1 matrix of class uint64 that holds its place among the leaves; nothing else in it has that class.
"""

import struct
import warnings
from collections.abc import Sequence
from io import BytesIO
from typing import Any, cast

import numpy as np

from mnist_core.data.files.parcel import Tree
from mnist_core.data.files.sources import is_damaged
from mnist_core.data.files.trees import to_text
from mnist_core.ground.errors import DataFileError

INT8, INT32, UINT32, UINT64, MATRIX, UTF8 = 1, 5, 6, 13, 14, 16  # kinds of element
_UINT64_CLASS = 15
_MOST_BYTES = 2**28  # of text and what holds it


class Skeleton:
    """Collects what SciPy is to read.

    Parameters
    ----------
    order : str
        The file's order of bytes, "<" or ">".
    """

    def __init__(self, order: str) -> None:
        self._order = order
        self._leaves: list[Tree] = []
        self._variables: list[bytes] = []
        self._n_bytes = 0

    def make_element(self, kind: int, content: bytes) -> bytes:
        """Write a tag, its bytes, and what fills them up to eight."""
        tag = struct.pack(self._order + "II", kind, len(content))
        return tag + content + bytes(-len(content) % 8)

    def make_matrix(self, flags: bytes, shape: Sequence[int], name: bytes, content: bytes) -> bytes:
        """Write a matrix whose numbers, or whatever it has, are written already."""
        self._n_bytes += len(content)
        if self._n_bytes > _MOST_BYTES:
            raise DataFileError(
                f"must hold at most {_MOST_BYTES >> 20} MB of text, cells and structs, but "
                "holds more: save the images as one full matrix."
            )
        lengths = struct.pack(f"{self._order}{len(shape)}i", *shape)
        parts = ((UINT32, flags), (INT32, lengths), (INT8, name))
        return self.make_element(
            MATRIX, b"".join(self.make_element(kind, part) for kind, part in parts) + content
        )

    def make_leaf(self, leaf: Tree) -> bytes:
        """Write what stands for a leaf."""
        self._leaves.append(leaf)
        number = struct.pack(self._order + "Q", len(self._leaves) - 1)
        flags = struct.pack(self._order + "II", _UINT64_CLASS, 0)
        return self.make_matrix(flags, (1, 1), b"", self.make_element(UINT64, number))

    def add_variable(self, flags: bytes, shape: Sequence[int], content: bytes) -> int:
        """Add a variable; return its number."""
        name = f"v{len(self._variables)}".encode()
        self._variables.append(self.make_matrix(flags, shape, name, content))
        return len(self._variables) - 1

    def read(self) -> list[Tree]:
        """Have SciPy read all variables, and put the leaves in their places."""
        if not self._variables:
            return []
        from scipy.io import loadmat  # noqa: PLC0415 - a quarter of a second, for few

        ends = b"IM" if self._order == "<" else b"MI"
        header = b"MATLAB 5.0".ljust(124) + struct.pack(self._order + "H", 0x100) + ends
        stream = BytesIO(header + b"".join(self._variables))
        self._variables.clear()
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of names of fields that it changes
                found = loadmat(cast(Any, stream))
            return [self._to_tree(value) for name, value in found.items() if not name.startswith("__")]
        except (DataFileError, MemoryError):
            raise
        except Exception as error:  # the bytes are foreign: any failure to parse them is theirs
            raise is_damaged("SciPy cannot read its cells, structs or text") from error

    def _to_tree(self, value: Any) -> Tree:
        if _is_bare_struct(value):
            return {"names": [], "fields": []}
        if value.dtype.names:
            return self._to_structs(value)
        if value.dtype.kind == "U":
            return to_text([str(row) for row in value.ravel()])
        if value.dtype.kind == "O":
            items = [self._to_tree(item) for item in value.ravel(order="F")]
            return {"shape": list(value.shape), "cells": items}
        return self._leaves[int(value[0, 0])]

    def _to_structs(self, value: np.ndarray) -> Tree:
        names = list(value.dtype.names or ())
        items = [[self._to_tree(item[name]) for name in names] for item in value.ravel(order="F")]
        if len(items) == 1:
            return {"names": names, "fields": items[0]}
        return {"shape": list(value.shape), "names": names, "structs": items}


def _is_bare_struct(value: Any) -> bool:
    """Say whether it is what SciPy makes of a struct without fields: None, alone or as the one element."""
    is_lone = isinstance(value, np.ndarray) and value.dtype.kind == "O" and value.size == 1
    return value is None or (is_lone and value.item() is None)
