"""Writes files as MATLAB 7.3 does: HDF5 behind 512 bytes of its own, with its attributes and references."""

from collections.abc import Mapping
from io import BytesIO
from typing import Any

import h5py
import numpy as np

_HEAD_BYTES = 512
_NAMES = {"float64": "double", "float32": "single", "bool": "logical"}


def write_matlab73(variables: Mapping[str, Any], is_compressed: bool = True) -> bytes:
    """Write arrays, texts, cell arrays of one row and structs as MATLAB's `save -v7.3`."""
    stream = BytesIO()
    with h5py.File(stream, "w", userblock_size=_HEAD_BYTES) as file:
        for name, value in variables.items():
            write_value(file, name, value, is_compressed)
    head = b"MATLAB 7.3 MAT-file, Platform: GLNXA64".ljust(124) + b"\x00\x02IM"
    return head.ljust(_HEAD_BYTES, b"\x00") + stream.getvalue()[_HEAD_BYTES:]


def write_value(group: h5py.Group, name: str, value: Any, is_compressed: bool = True) -> None:
    """Write one value as a member of a group."""
    if isinstance(value, dict):
        made = group.create_group(name)
        _describe(made, "struct")
        for key, item in value.items():
            write_value(made, key, item, is_compressed)
    elif isinstance(value, list):
        cells = group.file.require_group("#refs#")
        places = []
        for number, item in enumerate(value):
            places.append(f"{group.name}/{name}/{number}".replace("/", "_"))
            write_value(cells, places[-1], item, is_compressed)
        references = np.array([[cells[place].ref] for place in places], dtype=h5py.ref_dtype)
        _describe(group.create_dataset(name, data=references), "cell")
    elif isinstance(value, str):
        letters = np.frombuffer(value.encode("utf-16-le"), np.uint16).reshape(-1, 1)
        _describe(group.create_dataset(name, data=letters), "char")
    else:
        array = np.atleast_2d(np.asarray(value)).T
        stored = array.astype(np.uint8) if array.dtype.kind == "b" else array
        options = {"compression": "gzip", "chunks": True} if is_compressed and array.size else {}
        made = group.create_dataset(name, data=stored, **options)
        _describe(made, _NAMES.get(array.dtype.name, array.dtype.name))


def _describe(item: Any, kind: str) -> None:
    item.attrs["MATLAB_class"] = np.bytes_(kind)
