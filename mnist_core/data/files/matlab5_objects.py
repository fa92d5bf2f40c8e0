"""Reads values of MATLAB's own classes that mat-io knows: strings, categorical arrays, tables, maps.

Of MATLAB 5 to 7 only: in MATLAB 7.3 they refer to parts of the file that the walk there leaves unchecked.
"""

import warnings
from collections.abc import Mapping
from typing import Any, BinaryIO

import numpy as np

from mnist_core.data.files.matlab5 import read_variables as read_others
from mnist_core.data.files.parcel import Packer, Tree
from mnist_core.data.files.runs import group_columns
from mnist_core.data.files.trees import to_words
from mnist_core.ground.errors import DataFileError

_KINDS = ("a string object", "a table", "a categorical array", "an object of class containers.Map")


def read_variables(stream: BinaryIO, n_bytes: int, packer: Packer) -> dict[str, Tree]:
    """Read a file of MATLAB 5 to 7 with what others leave alone of it; a `ReadVariables`."""
    variables = read_others(stream, n_bytes, packer)
    names = [name for name, tree in variables.items() if tree.get("opaque") in _KINDS]
    return variables | (_read_objects(stream, names, packer) if names else {})


def _read_objects(stream: BinaryIO, names: list[str], packer: Packer) -> dict[str, Tree]:
    """Read some objects; one that is not understood is left as it was named."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            from matio import load_from_mat  # noqa: PLC0415 - half a second, for few

            found = load_from_mat(f"/dev/fd/{stream.fileno()}", variable_names=names)
        trees = {name: _to_tree(found.get(name), packer) for name in names}
    except (DataFileError, MemoryError):
        raise
    except Exception:  # the rest of the file is sound, and these stay named
        return {}
    return {name: tree for name, tree in trees.items() if tree is not None}


def _to_tree(value: Any, packer: Packer) -> Tree | None:
    if isinstance(value, Mapping):
        return _to_struct(value, packer)
    if hasattr(value, "columns"):  # a table of pandas
        return _to_struct(_join_columns(value), packer)
    array = np.asarray(value)
    if array.dtype.kind in "fiub":
        return packer.add(array if array.ndim > 1 else array.reshape(-1, 1))
    items = list(array.ravel(order="F"))
    if array.dtype.kind in "UT" or all(
        isinstance(item, str | float) for item in items
    ):  # NaN is a missing word
        return to_words([item if isinstance(item, str) else "" for item in items])
    cells = [_to_tree(item, packer) for item in items]
    return None if None in cells else {"shape": [len(cells), 1], "cells": cells}


def _to_struct(values: Mapping[Any, Any], packer: Packer) -> Tree | None:
    trees = {str(name): _to_tree(value, packer) for name, value in values.items()}
    return None if None in trees.values() else {"names": list(trees), "fields": list(trees.values())}


def _join_columns(table: Any) -> dict[str, np.ndarray]:
    """Make columns of a table that are called alike one variable again: mat-io takes a matrix apart."""
    columns = {str(name): np.asarray(table[name]) for name in table.columns}
    names, arrays = list(columns), list(columns.values())
    runs = group_columns(names, [array.dtype.kind in "fiub" for array in arrays])
    return {
        run.name or names[run.begin]: np.column_stack(arrays[run.begin : run.end])
        if run.width > 1
        else arrays[run.begin]
        for run in runs
    }
