"""Octave's text format: a line `# key: value` for each fact of a variable, then its numbers in decimals.

References
----------
Octave's `libinterp/corefcn/ls-oct-text.cc`, and `save_ascii` of each of its types.
"""

import math
import re
from collections.abc import Callable
from typing import BinaryIO

import numpy as np

from mnist_core.data.files.limits import Census
from mnist_core.data.files.octave_numbers import INTEGERS, find_type, parse_decimals, to_count
from mnist_core.data.files.parcel import Packer, Tree
from mnist_core.data.files.sources import is_cut_short, is_damaged
from mnist_core.data.files.trees import (
    pack_csc,
    pack_diagonal,
    pack_permutation,
    pack_range,
    to_structs,
    to_text,
)

_FACT = re.compile(rb"# ([a-z, ]+?)(?:: ?(.*))?$")
_MOST_LINE_BYTES = 2**24
_MOST_TEXT_BYTES = 2**24
_PIECE_BYTES = 2**18


def read_variables(stream: BinaryIO, n_bytes: int, packer: Packer) -> dict[str, Tree]:
    """Read a file that Octave saved with `-text` or without a word; see `ReadVariables`."""
    stream.seek(0)
    walk = _Walk(stream, n_bytes, packer)
    found: dict[str, Tree] = {}
    while walk.has_more():
        name, tree = walk.read_variable(depth=0)
        found[name] = tree
    return found


class _Walk:
    """A walk down the lines of one file."""

    def __init__(self, stream: BinaryIO, n_bytes: int, packer: Packer) -> None:
        self._stream = stream
        self._n_bytes = n_bytes
        self._packer = packer
        self._census = Census()
        self._waiting: bytes | None = None

    def has_more(self) -> bool:
        """Say whether anything but blank lines and remarks follows."""
        while line := self._read_line():
            if line.strip() and not line.startswith(b"# Created"):
                self._waiting = line
                return True
        return False

    def read_variable(self, depth: int) -> tuple[str, Tree]:
        """Read a variable, an element of a cell, or a field: its name and what it holds."""
        self._census.count(depth)
        name = self._expect("name")
        kind = self._expect("type").removeprefix("global ")
        nesting: dict[str, Callable[[int], Tree]] = {
            "cell": self._read_cells,
            "struct": self._read_structs,
            "scalar struct": self._read_fields,
            "function handle": self._read_function,
        }
        if kind in nesting:
            return name, nesting[kind](depth + 1)
        return name, self._read_plain(kind)

    def _read_plain(self, kind: str) -> Tree:
        """Read what holds nothing but numbers or letters."""
        if kind in ("string", "sq_string"):
            return self._read_text()
        if kind in ("range", "double_range"):
            self._expect("base, limit, increment")
            base, limit, step = self._read_numbers(np.dtype(float), 3)
            return pack_range(base, limit, step, self._packer)
        words = kind.removeprefix("float ").split()
        form = words[-1] if words else ""
        if words[:1] in (["sparse"], ["diagonal"], ["permutation"]):
            return self._read_special(words)
        if form not in ("scalar", "matrix", "bool") or words[0] not in (*INTEGERS, "complex", "bool", form):
            raise is_damaged(f"a variable of type {kind}, which is none that can be read")
        dtype = find_type(words[0], is_single=kind.startswith("float "))
        return self._read_matrix(dtype) if form == "matrix" else self._read_one(dtype)

    def _read_one(self, dtype: np.dtype) -> Tree:
        return self._packer.add(self._read_numbers(dtype, 1).reshape(1, 1))

    def _read_matrix(self, dtype: np.dtype) -> Tree:
        key, first = self._read_fact()
        if key == "ndims":
            shape = self._read_lengths(first)
            values = self._read_numbers(dtype, math.prod(shape)).reshape(shape, order="F")
        elif key == "rows":
            shape = (to_count(first), self._expect_count("columns"))
            values = self._read_numbers(dtype, math.prod(shape)).reshape(shape)
        else:
            raise is_damaged("a matrix without a size")
        return self._packer.add(values)

    def _read_special(self, words: list[str]) -> Tree:
        """Read a matrix that is kept without its zeros."""
        if words[0] == "permutation":
            n, is_column = self._expect_count("size"), self._expect("orient") == "c"
            return pack_permutation(self._read_numbers(np.dtype(np.int64), n) - 1, is_column, self._packer)
        dtype = find_type(words[1], is_single=False)
        if words[0] == "sparse":
            return self._read_sparse(dtype, self._expect_count("nnz"))
        shape = (self._expect_count("rows"), self._expect_count("columns"))
        return pack_diagonal(self._read_numbers(dtype, min(shape)), shape, self._packer)

    def _read_sparse(self, dtype: np.dtype, n: int) -> Tree:
        """Read a line an element: row, column, number."""
        shape = (self._expect_count("rows"), self._expect_count("columns"))
        self._packer.check_room(8 * shape[1])
        width = 4 if dtype.kind == "c" else 3
        table = self._read_numbers(np.dtype(float), n * width).reshape(n, width)
        rows, columns = table[:, 0].astype(np.int64) - 1, table[:, 1].astype(np.int64) - 1
        if (np.diff(columns) < 0).any() or (n and not 0 <= columns[0] <= columns[-1] < shape[1]):
            raise is_damaged("a sparse matrix whose columns are out of order")
        data = table[:, 2] + 1j * table[:, 3] if dtype.kind == "c" else table[:, 2].astype(dtype)
        return pack_csc(data, rows, np.searchsorted(columns, np.arange(shape[1] + 1)), shape, self._packer)

    def _read_numbers(self, dtype: np.dtype, n: int) -> np.ndarray:
        """Read so many numbers, on as many lines as they take."""
        if dtype.kind == "c":
            return self._read_numbers(np.dtype(float), 2 * n).view(np.complex128)
        self._packer.check_room(n * dtype.itemsize)
        if 2 * n > self._n_bytes:  # a digit and what parts it from the next
            raise is_damaged(f"{n:,} numbers in {self._n_bytes:,} bytes")
        values = np.empty(n, dtype)
        done = 0
        while done < n:
            found = parse_decimals(self._read_lines(), dtype)
            if not 0 < len(found) <= n - done:
                raise is_damaged(f"other than the {n:,} numbers that were announced")
            values[done : done + len(found)] = found
            done += len(found)
        return values

    def _read_lines(self) -> bytes:
        """Read some lines of numbers, at least one, and none of what follows the numbers."""
        lines = [self._read_filled_line()]
        n_bytes = len(lines[0])
        while n_bytes < _PIECE_BYTES:
            line = self._read_line()
            if not line.strip() or line.startswith(b"#"):
                self._waiting = line
                break
            lines.append(line)
            n_bytes += len(line)
        return b"".join(lines)

    def _read_text(self) -> Tree:
        key, first = self._read_fact()
        if key == "ndims":
            self._read_lengths(first)
            self._read_line()
            return {"opaque": "text of more than two axes"}
        if key != "elements":
            raise is_damaged("text without a size")
        self._census.expect(to_count(first))
        return to_text([self._read_row() for _ in range(to_count(first))])

    def _read_row(self) -> str:
        n_bytes = self._expect_count("length")
        if n_bytes > _MOST_TEXT_BYTES:
            raise is_damaged(f"text of {n_bytes:,} letters")
        row = self._stream.read(n_bytes)  # which may hold ends of lines
        if len(row) != n_bytes:
            raise is_cut_short()
        self._read_line()
        return row.decode("utf-8", "replace")

    def _read_cells(self, depth: int) -> Tree:
        key, first = self._read_fact()
        if key == "ndims":
            shape = self._read_lengths(first)
        else:
            shape = (to_count(first), self._expect_count("columns"))
        self._census.expect(math.prod(shape))
        items = [self.read_variable(depth)[1] for _ in range(math.prod(shape))]
        return {"shape": list(shape), "cells": items}

    def _read_structs(self, depth: int) -> Tree:
        shape = self._read_lengths(self._expect("ndims"))
        return to_structs(shape, self._read_members(depth))

    def _read_fields(self, depth: int) -> Tree:
        key, first = self._read_fact()
        if key == "ndims":
            self._read_lengths(first)
            first = self._expect("length")
        fields = self._read_members(depth, first)
        return {"names": [name for name, _ in fields], "fields": [tree for _, tree in fields]}

    def _read_members(self, depth: int, count: str | None = None) -> list[tuple[str, Tree]]:
        n = to_count(self._expect("length") if count is None else count)
        self._census.expect(n)
        return [self.read_variable(depth) for _ in range(n)]

    def _read_function(self, depth: int) -> Tree:
        """Read past a function, and past what it has captured."""
        while (line := self._read_line()).strip():
            if line.startswith(b"# length: "):
                self._waiting = line
                self._read_members(depth)
                break
            if line.startswith(b"# name: "):
                self._waiting = line
                break
        return {"opaque": "a function handle"}

    def _read_lengths(self, n_axes: str) -> tuple[int, ...]:
        lengths = self._read_filled_line().split()
        if len(lengths) != to_count(n_axes) or len(lengths) < 2:
            raise is_damaged("a matrix without a size")
        return tuple(to_count(length.decode("ascii", "replace")) for length in lengths)

    def _expect_count(self, key: str) -> int:
        return to_count(self._expect(key))

    def _expect(self, key: str) -> str:
        found, value = self._read_fact()
        if found != key:
            raise is_damaged(f"a line of {found} where one of {key} belongs")
        return value

    def _read_fact(self) -> tuple[str, str]:
        """Read a line `# key: value`."""
        line = self._read_filled_line().rstrip(b"\r\n")
        fact = _FACT.match(line)
        if fact is None:
            raise is_damaged("a line that tells nothing where one about a variable belongs")
        return fact[1].decode("ascii"), (fact[2] or b"").decode("utf-8", "replace").strip()

    def _read_filled_line(self) -> bytes:
        """Read the next line that is not blank."""
        while line := self._read_line():
            if line.strip():
                return line
        raise is_cut_short()

    def _read_line(self) -> bytes:
        """Read a line with its end; nothing where the file ends."""
        if self._waiting is not None:
            line, self._waiting = self._waiting, None
            return line
        line = self._stream.readline(_MOST_LINE_BYTES)
        if len(line) == _MOST_LINE_BYTES:
            raise is_damaged(f"a line of more than {_MOST_LINE_BYTES:,} bytes")
        return line
