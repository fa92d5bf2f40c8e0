"""Octave's binary format: names, types in words, lengths and raw numbers, one variable after the other.

References
----------
Octave's `libinterp/corefcn/ls-oct-binary.cc`, and `save_binary` of each of its types.
"""

import math
import struct
from collections.abc import Callable
from typing import BinaryIO

import numpy as np

from mnist_core.data.files.limits import Census
from mnist_core.data.files.parcel import Packer, Tree
from mnist_core.data.files.sources import PlainSource, is_damaged, read_pieces
from mnist_core.data.files.trees import (
    pack_csc,
    pack_diagonal,
    pack_permutation,
    pack_range,
    to_structs,
    to_text,
)

_MAGIC_BYTES = 11  # its name, the order of bytes, and how its machine writes fractions
_NAMED = 255  # the mark of a type that is named in words
_SAVED_AS = ("u1", "u2", "u4", "i1", "i2", "i4", "f4", "f8", "u8", "i8")
_INTEGERS = tuple(f"{sign}int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64))
_MOST_NAME_BYTES, _MOST_TEXT_BYTES = 2**16, 2**24
_MOST_AXES = 32


def read_variables(stream: BinaryIO, n_bytes: int, packer: Packer) -> dict[str, Tree]:
    """Read a file that Octave saved with `-binary`; see `ReadVariables`."""
    stream.seek(0)
    source = PlainSource(stream, n_bytes)
    walk = _Walk(source, "<" if source.read(_MAGIC_BYTES)[9:10] == b"L" else ">", packer)
    found: dict[str, Tree] = {}
    while source.n_left:
        name, tree = walk.read_variable(depth=0)
        found[name] = tree
    return found


class _Walk:
    """A walk through the variables of one file."""

    def __init__(self, source: PlainSource, order: str, packer: Packer) -> None:
        self._source = source
        self._order = order
        self._packer = packer
        self._census = Census()

    def read_variable(self, depth: int) -> tuple[str, Tree]:
        """Read a variable, an element of a cell, or a field: its name and what it holds."""
        self._census.count(depth)
        name = self._read_words()
        self._read_words()  # what its author wrote about it
        _, mark = self._source.read(2)  # whether it is global, and its type
        if mark != _NAMED:
            raise is_damaged("a variable without a type")
        kind = self._read_words()
        if kind in self._nesting:
            return name, self._nesting[kind](depth + 1)
        return name, self._read_plain(kind)

    @property
    def _nesting(self) -> dict[str, Callable[[int], Tree]]:
        return {
            "cell": self._read_cells,
            "struct": self._read_structs,
            "scalar struct": self._read_fields,
            "function handle": self._read_function,
        }

    def _read_plain(self, kind: str) -> Tree:
        """Read what holds nothing but numbers or letters."""
        if kind in ("string", "sq_string"):
            return self._read_text()
        if kind in ("range", "double_range"):
            base, limit, step = self._take(self._read_type(), 3)
            return pack_range(base, limit, step, self._packer)
        words = kind.removeprefix("float ").split()
        form = words[-1] if words else ""
        if words[:1] in (["sparse"], ["diagonal"], ["permutation"]):
            return self._read_special(words)
        if form not in ("scalar", "matrix", "bool") or words[0] not in (*_INTEGERS, "complex", "bool", form):
            raise is_damaged(f"a variable of type {kind}, which is none that can be read")
        shape = self._read_shape() if form == "matrix" else (1, 1)
        if words[0] == "bool":
            return self._read_numbers(np.dtype(bool), shape)
        return self._read_numbers(self._find_type(words[0]), shape)

    def _find_type(self, word: str) -> np.dtype:
        if word in _INTEGERS:
            return np.dtype(word)
        dtype = self._read_type()
        if word != "complex":
            return dtype
        if dtype.kind != "f":
            raise is_damaged("complex numbers that are whole")
        return np.dtype(f"c{2 * dtype.itemsize}")

    def _read_numbers(self, dtype: np.dtype, shape: tuple[int, ...]) -> Tree:
        n_bytes = math.prod(shape) * dtype.itemsize
        self._packer.check_room(n_bytes)
        pieces = read_pieces(self._source, n_bytes)
        if dtype.kind == "b":
            pieces = ((np.frombuffer(piece, np.uint8) != 0).tobytes() for piece in pieces)
        return self._packer.add_stream(self._as_stored(dtype), shape, pieces)

    def _read_special(self, words: list[str]) -> Tree:
        """Read a matrix that is kept without its zeros."""
        if words[0] == "sparse":
            shape, n = self._read_shape(), self._read_ints(1)[0]
            starts, rows = self._take(np.dtype(np.int32), shape[1] + 1), self._take(np.dtype(np.int32), n)
            data = self._take(np.dtype(bool) if "bool" in words else self._find_type(words[1]), n)
            return pack_csc(data, rows, starts, shape, self._packer)
        if words[0] == "diagonal":
            shape = self._read_ints(2)
            data = self._take(self._find_type(words[1]), min(shape))
            return pack_diagonal(data, shape, self._packer)
        n, is_column = self._read_ints(1)[0], self._source.read(1) != b"\x00"
        return pack_permutation(self._take(np.dtype(np.int64), n), is_column, self._packer)

    def _read_text(self) -> Tree:
        shape = self._read_shape()
        if math.prod(shape) > _MOST_TEXT_BYTES:
            raise is_damaged(f"text of {math.prod(shape):,} letters")
        letters = self._take(np.dtype(np.uint8), math.prod(shape))
        if len(shape) > 2:
            return {"opaque": "text of more than two axes"}
        rows = letters.reshape(shape, order="F")
        return to_text([row.tobytes().decode("utf-8", "replace") for row in rows])

    def _read_cells(self, depth: int) -> Tree:
        shape = self._read_shape()
        self._census.expect(math.prod(shape))
        items = [self.read_variable(depth)[1] for _ in range(math.prod(shape))]
        return {"shape": list(shape), "cells": items}

    def _read_structs(self, depth: int) -> Tree:
        shape = self._read_shape()
        fields = [self.read_variable(depth) for _ in range(self._read_count())]
        return to_structs(shape, fields)

    def _read_fields(self, depth: int) -> Tree:
        fields = [self.read_variable(depth) for _ in range(self._read_count())]
        return {"names": [name for name, _ in fields], "fields": [tree for _, tree in fields]}

    def _read_function(self, depth: int) -> Tree:
        """Read past a function, and past what it has captured."""
        name, _, captured = self._read_words().partition(" ")
        if name == "@<anonymous>":
            self._read_words()
            for _ in range(int(captured) if captured.isdecimal() else 0):
                self.read_variable(depth)
        return {"opaque": "a function handle"}

    def _read_count(self) -> int:
        n = self._read_ints(1)[0]
        self._census.expect(n)
        return n

    def _read_shape(self) -> tuple[int, ...]:
        n_axes = -struct.unpack(self._order + "i", self._source.read(4))[0]
        if not 2 <= n_axes <= _MOST_AXES:
            raise is_damaged("a matrix without a size")
        return self._read_ints(n_axes)

    def _read_ints(self, n: int) -> tuple[int, ...]:
        """Read counts, of which none is negative."""
        found = struct.unpack(f"{self._order}{n}i", self._source.read(4 * n))
        if min(found) < 0:
            raise is_damaged("a negative length")
        return found

    def _read_type(self) -> np.dtype:
        code = self._source.read(1)[0]
        if code >= len(_SAVED_AS):
            raise is_damaged("numbers of a kind that is none")
        return np.dtype(_SAVED_AS[code])

    def _as_stored(self, dtype: np.dtype) -> np.dtype:
        return dtype if self._order == ("<" if np.little_endian else ">") else dtype.newbyteorder("S")

    def _take(self, dtype: np.dtype, n: int) -> np.ndarray:
        """Read a few numbers into memory."""
        self._packer.check_room(n * dtype.itemsize)
        stored = np.frombuffer(self._source.read(n * dtype.itemsize), self._as_stored(dtype))
        return stored.astype(dtype)

    def _read_words(self) -> str:
        n_bytes = self._read_ints(1)[0]
        if n_bytes > _MOST_NAME_BYTES:
            raise is_damaged(f"a name of {n_bytes:,} bytes")
        return self._source.read(n_bytes).decode("utf-8", "replace")
