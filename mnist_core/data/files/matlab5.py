"""MATLAB 5 to 7: walks the tags of a file, takes its numbers out on the way, and leaves the rest to SciPy.

A file is a header and elements, each a tag (kind, length) and that many bytes; those that are a matrix hold
elements again. Numbers, which are nearly all of a file, go straight to the parcel. What is left (structs,
cells and text) becomes a `Skeleton`.
"""

import math
from collections.abc import Iterable
from typing import BinaryIO

import numpy as np

from mnist_core.data.files.limits import Census, check_ratio
from mnist_core.data.files.matlab5_numbers import CLASSES, read_numbers, read_sparse
from mnist_core.data.files.parcel import Packer, Tree
from mnist_core.data.files.skeleton import INT8, INT32, MATRIX, UINT32, UTF8, Skeleton
from mnist_core.data.files.sources import (
    InflatedSource,
    PlainSource,
    Source,
    is_cut_short,
    is_damaged,
    read_pieces,
)
from mnist_core.data.files.tags import TAG_BYTES, Matrix, Tags

_HEADER_BYTES, _COMPRESSED = 128, 15
_LETTERS = (1, 2, 4, UTF8, 17, 18)
_CELL, _STRUCT, _OBJECT, _CHAR, _SPARSE, _FUNCTION, _OPAQUE = 1, 2, 3, 4, 5, 16, 17  # classes of matrix
_MOST_AXES = 32
_MOST_NAME_BYTES = 4096
_MOST_FIELDS_BYTES = 2**20  # of the names of a struct's fields together
_MOST_TEXT_BYTES = 2**24
_OBJECTS = {"string": "a string object", "table": "a table", "categorical": "a categorical array"}


def read_variables(stream: BinaryIO, n_bytes: int, packer: Packer) -> dict[str, Tree]:
    """Read a file of MATLAB 5 to 7; see `ReadVariables`."""
    stream.seek(0)
    header = stream.read(_HEADER_BYTES)
    walk = _Walk("<" if header[126:128] == b"IM" else ">", packer)
    elements = list(walk.list_elements(stream, n_bytes))
    walk.check_sizes(stream, elements)
    return walk.read_variables(stream, elements)


class _Walk:
    """A walk along the tags of one file."""

    def __init__(self, order: str, packer: Packer) -> None:
        self._tags = Tags(order)
        self._packer = packer
        self._skeleton = Skeleton(order)
        self._census = Census()

    def list_elements(self, stream: BinaryIO, n_bytes: int) -> Iterable[tuple[int, int, int]]:
        """List kind, place and length of each element that stands in the file itself."""
        place = _HEADER_BYTES
        while place < n_bytes:
            stream.seek(place)
            kind, length = self._tags.unpack("II", PlainSource(stream, n_bytes - place).read(TAG_BYTES))
            place += TAG_BYTES
            if kind not in (MATRIX, _COMPRESSED) or length == 0:
                raise is_damaged(f"no variable begins at byte {place - TAG_BYTES}")
            if length > n_bytes - place:
                raise is_cut_short(
                    f" (a variable says that it has {length:,} bytes, {n_bytes - place:,} are left)"
                )
            self._census.count(depth=0)
            yield kind, place, length
            # Octave says four bytes too many of a matrix of letters.
            place += length - length % 8 if kind == MATRIX else length

    def check_sizes(self, stream: BinaryIO, elements: Iterable[tuple[int, int, int]]) -> None:
        """Refuse what says that it inflates beyond reason, before anything is inflated."""
        total = 0
        for kind, place, length in elements:
            size = length
            if kind == _COMPRESSED:
                stream.seek(place)
                size = self._tags.unpack("II", InflatedSource(stream, length).read(TAG_BYTES))[1]
                check_ratio(size, length)
            total += size
            self._packer.check_room(total)

    def read_variables(self, stream: BinaryIO, elements: Iterable[tuple[int, int, int]]) -> dict[str, Tree]:
        """Read every element that is a variable with a name."""
        found: dict[str, Tree | int] = {}
        for kind, place, length in elements:
            stream.seek(place)
            if kind == MATRIX:
                name, tree = self._read_variable(PlainSource(stream, length))
            else:
                name, tree = self._read_compressed(InflatedSource(stream, length))
            if name:  # without one it is what functions and objects refer to
                found[name] = tree
        trees = self._skeleton.read()
        return {name: trees[tree] if isinstance(tree, int) else tree for name, tree in found.items()}

    def _read_compressed(self, source: InflatedSource) -> tuple[str, Tree | int]:
        kind, length = self._tags.unpack("II", source.read(TAG_BYTES))
        if kind != MATRIX:
            raise is_damaged("what was compressed is no variable")
        source.n_left = length
        found = self._read_variable(source)
        source.finish()
        return found

    def _read_variable(self, source: Source) -> tuple[str, Tree | int]:
        """Read a variable: its name, and what it holds, or its number in the skeleton."""
        matrix = self._read_start(source, end=0)
        name = matrix.name.decode("utf-8", "replace")
        leaf = self._read_leaf(source, matrix)
        if leaf is not None:
            return name, leaf
        content = self._read_content(source, matrix, depth=1)
        return name, self._skeleton.add_variable(matrix.flags, matrix.shape, content)

    def _read_nested(self, source: Source, depth: int) -> bytes:
        """Read a matrix in a cell or a field: what stands for it in the skeleton."""
        self._census.count(depth)
        kind, length = self._tags.unpack("II", source.read(TAG_BYTES))
        if kind != MATRIX:
            raise is_damaged("a cell or field that holds no matrix")
        if length > source.n_left:
            raise is_damaged("a matrix that is longer than what it is part of")
        if length == 0:
            return self._skeleton.make_leaf(self._packer.add(np.zeros((0, 0))))
        matrix = self._read_start(source, end=source.n_left - length)
        leaf = self._read_leaf(source, matrix)
        if leaf is not None:
            return self._skeleton.make_leaf(leaf)
        content = self._read_content(source, matrix, depth)
        return self._skeleton.make_matrix(matrix.flags, matrix.shape, b"", content)

    def _read_start(self, source: Source, end: int) -> Matrix:
        kind, flags = self._tags.read_part(source, TAG_BYTES)
        if kind != UINT32 or len(flags) != TAG_BYTES:
            raise is_damaged("a matrix without a class")
        word = self._tags.unpack("I", flags[:4])[0]
        if word & 0xFF == _OPAQUE:
            return Matrix(flags, word, (1, 1), self._tags.read_part(source, _MOST_NAME_BYTES)[1], end)
        kind, lengths = self._tags.read_part(source, 4 * _MOST_AXES)
        shape = self._tags.unpack(f"{len(lengths) // 4}i", lengths[: len(lengths) // 4 * 4])
        if kind not in (INT32, UINT32) or len(shape) < 2 or min(shape) < 0:
            raise is_damaged("a matrix without a size")
        name = self._tags.read_part(source, _MOST_NAME_BYTES)[1]
        if (
            word & 0xFF == _OBJECT
        ):  # of an old class, such as PRTools', it is a struct with the name of its class
            self._tags.read_part(source, _MOST_NAME_BYTES)
            word = word & ~0xFF | _STRUCT
            flags = self._tags.pack("I", word) + flags[4:]
        return Matrix(flags, word, shape, name.rstrip(b"\x00"), end)

    def _read_leaf(self, source: Source, matrix: Matrix) -> Tree | None:
        """Read what the skeleton has no place for: numbers, and what is left alone."""
        if matrix.kind in CLASSES:
            leaf = read_numbers(self._tags, source, matrix, self._packer)
        elif matrix.kind == _SPARSE:
            leaf = read_sparse(self._tags, source, matrix, self._packer)
        elif matrix.kind in (_FUNCTION, _OPAQUE):
            leaf = {"opaque": self._name_object(source, matrix)}
        elif matrix.kind in (_CELL, _STRUCT, _CHAR):
            return None
        else:
            leaf = {"opaque": f"a value of class {matrix.kind}, which is unknown"}
        self._skip_to_end(source, matrix)
        return leaf

    def _name_object(self, source: Source, matrix: Matrix) -> str:
        if matrix.kind == _FUNCTION:
            return "a function handle"
        self._tags.read_part(source, _MOST_NAME_BYTES)  # the kind of its class
        name = self._tags.read_part(source, _MOST_NAME_BYTES)[1].decode("utf-8", "replace")
        return _OBJECTS.get(name, f"an object of class {name}")

    def _read_content(self, source: Source, matrix: Matrix, depth: int) -> bytes:
        """Read what a cell array, a struct or text holds."""
        if matrix.kind == _CELL:
            return self._read_matrices(source, math.prod(matrix.shape), matrix, depth)
        if matrix.kind == _STRUCT:
            return self._read_fields(source, matrix, depth)
        return self._read_text(source, matrix)

    def _read_matrices(self, source: Source, n: int, matrix: Matrix, depth: int) -> bytes:
        self._census.expect(n)
        if n * TAG_BYTES > source.n_left - matrix.end:
            raise is_damaged(f"{n:,} cells or fields in fewer bytes than they need")
        content = b"".join(self._read_nested(source, depth + 1) for _ in range(n))
        self._skip_to_end(source, matrix)
        return content

    def _read_fields(self, source: Source, matrix: Matrix, depth: int) -> bytes:
        _, length = self._tags.read_part(source, 4)
        _, names = self._tags.read_part(source, _MOST_FIELDS_BYTES)
        n_each = self._tags.unpack("i", length.ljust(4, b"\x00"))[0]
        if n_each <= 0 or len(names) % n_each:
            raise is_damaged("a struct without names")
        self._census.expect(math.prod(matrix.shape))
        n = math.prod(matrix.shape) * (len(names) // n_each)
        start = self._skeleton.make_element(INT32, length) + self._skeleton.make_element(INT8, names)
        return start + self._read_matrices(source, n, matrix, depth)

    def _read_text(self, source: Source, matrix: Matrix) -> bytes:
        kind, letters = self._tags.read_part(source, _MOST_TEXT_BYTES)
        if kind not in _LETTERS:
            raise is_damaged("text of a kind that is none")
        if not letters and math.prod(matrix.shape) <= _MOST_TEXT_BYTES:
            # MATLAB leaves blanks out where there is nothing else.
            kind, letters = UTF8, b" " * math.prod(matrix.shape)
        if math.prod(matrix.shape) > len(letters):
            raise is_damaged(f"text of {math.prod(matrix.shape):,} letters in {len(letters):,} bytes")
        self._skip_to_end(source, matrix)
        return self._skeleton.make_element(kind, letters)

    def _skip_to_end(self, source: Source, matrix: Matrix) -> None:
        if matrix.end == 0:  # the file goes on at a place that is known
            return
        if source.n_left < matrix.end:
            raise is_damaged("a matrix that is longer than what it is part of")
        for piece in read_pieces(source, source.n_left - matrix.end):
            del piece
