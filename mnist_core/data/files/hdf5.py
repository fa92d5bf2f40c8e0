"""MATLAB 7.3: a file of HDF5, which h5py reads.

Its axes lie the other way round than MATLAB counts them, so the same bytes are an array column after column.
Cells are references to data sets in a group of the file's own, structs are groups, and attributes say what is
what.
"""

import math
from collections.abc import Callable
from typing import Any, BinaryIO

import h5py
import numpy as np

from mnist_core.data.files.hdf5_storage import check_storage, read_bands
from mnist_core.data.files.limits import Census
from mnist_core.data.files.parcel import Packer, Tree
from mnist_core.data.files.printable import make_printable
from mnist_core.data.files.sources import is_damaged
from mnist_core.data.files.trees import pack_csc, to_structs, to_text
from mnist_core.ground.errors import DataFileError

_OWN = ("#refs#", "#subsystem#")  # groups where MATLAB keeps what cells and objects refer to
_MOST_LETTERS = 2**24
_OLD_CLASS = 2  # what MATLAB says of objects whose class has no file of its own kind
_H5PYS = (OSError, RuntimeError, KeyError, ValueError, TypeError, OverflowError)  # what it raises of damage
_UNREADABLE: Tree = {"opaque": "a variable that cannot be read"}
_NUMBERS = {
    "double",
    "single",
    "logical",
    *(f"{sign}int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64)),
}
_OBJECTS = {
    "function_handle": "a function handle",
    "string": "a string object",
    "table": "a table",
    "categorical": "a categorical array",
}


def read_variables(stream: BinaryIO, n_bytes: int, packer: Packer) -> dict[str, Tree]:
    """Read a file of MATLAB 7.3, or another of HDF5; see `ReadVariables`."""
    try:
        with h5py.File(stream, "r") as file:
            names, trees = _Walk(file, n_bytes, packer).read_members(file, _OWN, depth=0)
    except _H5PYS as error:
        raise is_damaged("h5py cannot read it") from error
    return dict(zip(names, trees, strict=True))


class _Walk:
    """A walk through the groups of one file."""

    def __init__(self, file: h5py.File, n_bytes: int, packer: Packer) -> None:
        self._file = file
        self._n_bytes = n_bytes
        self._packer = packer
        self._census = Census()
        self._groups_above: set[int] = set()
        self._groups_read: set[int] = set()
        self._read: dict[int, Tree] = {}

    def read_members(
        self, group: h5py.Group, without: tuple[str, ...], depth: int
    ) -> tuple[list[str], list[Tree]]:
        """Read the members of a group: their names, and what they hold."""
        place = _find_place(group)
        if place in self._groups_above:
            raise DataFileError(
                f"must hold a tree of variables, but its group {make_printable(str(group.name))} leads back "
                "to itself: save the images as a variable of their own."
            )
        if place in self._groups_read:  # twofold at each level, a few groups would make billions
            raise DataFileError(
                f"must hold a tree of variables, but its group {make_printable(str(group.name))} is in two "
                "places: save the images as a variable of their own."
            )
        self._census.expect(len(group))
        self._groups_above.add(place)
        names = [name for name in group if name not in without]
        trees = [self._read_member(group, name, depth + 1) for name in names]
        if depth == 0 and names and all(tree == _UNREADABLE for tree in trees):
            raise is_damaged("h5py can read none of its variables")
        self._groups_above.remove(place)
        self._groups_read.add(place)
        return names, trees

    def _read_member(self, group: h5py.Group, name: str, depth: int) -> Tree:
        """Read a member of a group; a variable that h5py cannot read is left alone, others may be sound."""
        try:
            return self._read_object(_follow(group, name), depth)
        except _H5PYS:
            if depth > 1:
                raise
            return _UNREADABLE

    def _read_object(self, item: Any, depth: int) -> Tree:
        self._census.count(depth)
        kind = _find_class(item)
        if (kind in _OBJECTS or "MATLAB_object_decode" in item.attrs) and not _is_old_object(item):
            return {"opaque": _OBJECTS.get(kind, f"an object of class {kind}")}
        if isinstance(item, h5py.Group):
            return self._read_group(item, depth)
        if not isinstance(item, h5py.Dataset):
            return {"opaque": "a type without a value"}
        place = _find_place(item)
        if h5py.check_ref_dtype(item.dtype) is not None:  # what is referred to is counted each time
            return self._read_cells(item, depth)
        if place not in self._read:
            self._read[place] = self._read_dataset(item, kind)
        return self._read[place]

    def _read_group(self, group: h5py.Group, depth: int) -> Tree:
        if "MATLAB_sparse" in group.attrs:
            return self._read_sparse(group)
        if "OCTAVE_NEW_FORMAT" in group.attrs:
            return self._read_object(_follow(group, "value"), depth + 1)
        names, trees = self.read_members(group, (), depth)
        members = [group[name] for name in names]
        if names and all(isinstance(member, h5py.Dataset) and _is_field(member) for member in members):
            return to_structs(tuple(trees[0]["shape"]), list(zip(names, trees, strict=True)))
        return {"names": names, "fields": trees}

    def _read_cells(self, dataset: h5py.Dataset, depth: int) -> Tree:
        """Read a cell array, or a field of a struct array: references to what its elements hold."""
        if h5py.check_ref_dtype(dataset.dtype) is not h5py.Reference:
            return {"opaque": "a reference to a part of something"}
        if _is_empty(dataset):
            return {"shape": list(_read_lengths(dataset)), "cells": []}
        shape = _find_shape(dataset)
        self._census.expect(math.prod(shape))
        check_storage(dataset, self._n_bytes)
        items = [self._read_reference(reference, depth + 1) for reference in np.ravel(dataset[()])]
        return {"shape": list(shape), "cells": items}

    def _read_reference(self, reference: Any, depth: int) -> Tree:
        if not reference:
            return self._packer.add(np.zeros((0, 0)))
        return self._read_object(self._file[reference], depth)

    def _read_dataset(self, dataset: h5py.Dataset, kind: str) -> Tree:
        if _is_empty(dataset):
            return self._read_empty(dataset, kind)
        if dataset.shape is None:
            return self._packer.add(np.zeros((0, 0)))
        check_storage(dataset, self._n_bytes)
        if kind == "char":
            return self._read_letters(dataset)
        if dataset.dtype.kind in "SO":
            return _read_strings(dataset)
        return self._read_numbers(dataset, kind)

    def _read_empty(self, dataset: h5py.Dataset, kind: str) -> Tree:
        lengths = _read_lengths(dataset)
        if kind == "struct":  # without fields there is nothing to store, however many elements there are
            self._census.expect(math.prod(lengths))
            return to_structs(lengths, [])
        if math.prod(lengths):
            raise is_damaged("an empty matrix that is not empty")
        if kind == "char":
            return {"text": ""}
        dtype = np.dtype(bool if kind == "logical" else kind if kind in _NUMBERS else np.float64)
        return self._packer.add(np.zeros(lengths, dtype))

    def _read_letters(self, dataset: h5py.Dataset) -> Tree:
        shape = _find_shape(dataset)
        if math.prod(shape) > _MOST_LETTERS or dataset.dtype.kind != "u":
            raise is_damaged(f"text of {math.prod(shape):,} letters")
        rows = np.asarray(dataset[()]).reshape(shape[1], -1).T.astype("<u2")
        lines = [np.ascontiguousarray(row).tobytes().decode("utf-16-le", "replace") for row in rows]
        return to_text(lines)

    def _read_numbers(self, dataset: h5py.Dataset, kind: str) -> Tree:
        given = dataset.dtype
        dtype: np.dtype
        turn: Callable[[np.ndarray], np.ndarray]
        if given.names in (("real", "imag"), ("r", "i")):
            dtype, turn = np.dtype(np.complex128), _join_parts
        elif kind == "logical" or given.kind == "b":
            dtype, turn = np.dtype(bool), _is_not_zero
        elif given.kind in "fiuc" and given.newbyteorder("=").itemsize <= 16:
            dtype = (
                np.dtype(np.float32) if given.itemsize == 2 and given.kind == "f" else given.newbyteorder("=")
            )
            turn = _turn_to(dtype)
        else:
            return {"opaque": "a value of an unknown kind"}
        self._packer.check_room(math.prod(dataset.shape) * dtype.itemsize)
        pieces = (np.ascontiguousarray(turn(band)).tobytes() for band in read_bands(dataset))
        return self._packer.add_stream(dtype, _find_shape(dataset), pieces)

    def _read_sparse(self, group: h5py.Group) -> Tree:
        parts = {}
        for name in ("data", "ir", "jc"):
            part = _follow(group, name) if name in group else None
            if part is not None:
                check_storage(part, self._n_bytes)
                self._packer.check_room(part.size * part.dtype.itemsize)
            parts[name] = np.zeros(0) if part is None else np.ravel(part[()])
        shape = (int(group.attrs["MATLAB_sparse"]), len(parts["jc"]) - 1)
        data = _join_parts(parts["data"]) if parts["data"].dtype.names else parts["data"]
        data = data != 0 if _find_class(group) == "logical" else data
        return pack_csc(data, parts["ir"], parts["jc"], shape, self._packer)


def _follow(group: h5py.Group, name: str) -> Any:
    """Follow a link, if it is one to the thing itself."""
    link = group.get(name, getlink=True)
    if isinstance(link, h5py.ExternalLink):
        raise DataFileError(
            f"must hold its variables itself, but {make_printable(name)} is a link to another file: save the "
            "variable, not the link."
        )
    if not isinstance(link, h5py.HardLink):
        raise DataFileError(
            f"must hold its variables themselves, but {make_printable(name)} only links to another place: "
            "save the variable, not the link."
        )
    return group[name]


def _find_place(item: Any) -> int:
    return int(h5py.h5o.get_info(item.id).addr)


def _find_class(item: Any) -> str:
    kind = item.attrs.get("MATLAB_class", b"")
    return kind.decode("ascii", "replace") if isinstance(kind, bytes) else ""


def _is_old_object(item: Any) -> bool:
    """Say whether it is an object of an old class, such as PRTools', which is stored as a struct is."""
    decode = item.attrs.get("MATLAB_object_decode")
    return isinstance(item, h5py.Group) and bool(decode == _OLD_CLASS)


def _find_shape(dataset: h5py.Dataset) -> tuple[int, ...]:
    """Find the shape as MATLAB counts it, at least two lengths."""
    shape = tuple(dataset.shape[::-1])
    return shape + (1,) * (2 - len(shape))


def _is_empty(dataset: h5py.Dataset) -> bool:
    return bool(dataset.attrs.get("MATLAB_empty", 0))


def _read_lengths(dataset: h5py.Dataset) -> tuple[int, ...]:
    """Read the lengths of an empty matrix, which stand where its numbers would be."""
    if dataset.shape is None or not 1 < dataset.size <= 32:
        return (0, 0)
    return tuple(int(length) for length in np.ravel(dataset[()]))


def _is_field(dataset: h5py.Dataset) -> bool:
    """Say whether it holds the values of a field of a struct array, which have no class but their own."""
    return h5py.check_ref_dtype(dataset.dtype) is h5py.Reference and "MATLAB_class" not in dataset.attrs


def _read_strings(dataset: h5py.Dataset) -> Tree:
    if dataset.size > 2**20:
        raise is_damaged(f"{dataset.size:,} pieces of text")
    given = [item for item in np.ravel(dataset[()]) if isinstance(item, bytes)]
    return to_text([item.decode("utf-8", "replace") for item in given])


def _join_parts(band: np.ndarray) -> np.ndarray:
    real, imaginary = band.dtype.names or ("real", "imag")
    return np.asarray(band[real] + 1j * band[imaginary], dtype=np.complex128)


def _is_not_zero(band: np.ndarray) -> np.ndarray:
    return np.asarray(band != 0)


def _turn_to(dtype: np.dtype) -> Callable[[np.ndarray], np.ndarray]:
    return lambda band: band.astype(dtype, copy=False)
