"""Reads files in this process, as the confined one does, for tests of what is read and not of how."""

import struct
import tempfile
from pathlib import Path

import numpy as np

from mnist_core.data.files.confined import take_values
from mnist_core.data.files.formats import HEAD_BYTES, describe_problem, find_format
from mnist_core.data.files.parcel import Packer
from mnist_core.data.files.reader import read_tree
from mnist_core.data.layouts.understanding import Decision, Understanding
from mnist_core.ground.errors import DataFileError
from mnist_core.ground.variables import Value

IDX_KINDS = {8: "u1", 9: "i1", 11: ">i2", 12: ">i4", 13: ">f4", 14: ">f8"}


def write_idx(path: Path, values: np.ndarray, kind: int = 8) -> Path:
    head = struct.pack(f">HBB{values.ndim}I", 0, kind, values.ndim, *values.shape)
    path.write_bytes(head + values.astype(IDX_KINDS[kind]).tobytes())
    return path


def read_here(content: bytes) -> dict[str, Value]:
    form = find_format(content[:HEAD_BYTES])
    if form is None:
        raise DataFileError(describe_problem(content[:HEAD_BYTES]))
    with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as parcel:
        given.write(content)
        packer = Packer(parcel)
        packer.close(read_tree(given, form, packer))
        return take_values(parcel.fileno(), form)


def find_decision(found: Understanding, name: str) -> Decision:
    return next(decision for decision in found.decisions if decision.name == name)
