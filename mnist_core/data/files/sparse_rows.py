"""Reads tables of LIBSVM: a label in each line, then the columns that are not zero, each with its value.

References
----------
Chang and Lin, "LIBSVM: a library for support vector machines", the README of its package.
"""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from math import isqrt
from typing import BinaryIO

import numpy as np

from mnist_core.data.files.delimited import Line, read_lines
from mnist_core.data.files.parcel import Packer, Tree
from mnist_core.data.files.sources import is_damaged
from mnist_core.ground.errors import DataFileError

_MOST_COLUMNS = 2**16  # of pictures of 256 x 256
_BLOCK = 512  # lines that are made full at once
_BYTE = 255


@dataclass(frozen=True)
class _Block:
    """Some rows: their labels, how many columns each has that are not zero, which these are, their values."""

    labels: np.ndarray
    counts: np.ndarray
    columns: np.ndarray
    values: np.ndarray


def read_variables(stream: BinaryIO, n_bytes: int, packer: Packer) -> dict[str, Tree]:  # noqa: ARG001
    """Read the labels, and the values as a full matrix; a `ReadVariables`."""
    with read_lines(stream) as lines:
        blocks = [_read_block(block) for block in iter(lambda: list(islice(lines, _BLOCK)), [])]
    if not blocks:
        raise is_damaged("without a row")
    labels = np.concatenate([block.labels for block in blocks])
    least = min((int(block.columns.min()) for block in blocks if block.columns.size), default=1)
    most = max((int(block.columns.max()) for block in blocks if block.columns.size), default=1)
    start = min(least, 1)  # some count columns from 0
    width = _complete(most - start + 1)
    dtype = np.result_type(*(block.values.dtype for block in blocks))
    packer.check_room(len(labels) * width * dtype.itemsize)
    rows = (_fill(block, start, width, dtype) for block in blocks)
    pixels = packer.add_rows(dtype, width, (part.reshape(-1).view(np.uint8).data for part in rows))
    return {"labels": packer.add(_shrink(labels)[:, None]), "pixels": pixels}


def _read_block(lines: Sequence[Line]) -> _Block:
    rows = [_read_row(number, text) for number, text in lines]
    flat = np.concatenate(rows)
    starts = np.cumsum([0, *(len(row) for row in rows[:-1])])
    pairs = np.delete(flat, starts).reshape(-1, 2)
    counts = np.array([len(row) // 2 for row in rows])
    return _Block(flat[starts], counts, pairs[:, 0].astype(np.int32), _shrink(pairs[:, 1]))


def _read_row(number: int, text: str) -> np.ndarray:
    """Read the numbers of a line: its label, then a column and its value in turn."""
    words = text.partition("#")[0].replace(":", " ")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            row = np.fromstring(words, sep=" ")
    except (ValueError, DeprecationWarning):
        row = np.zeros(0)
    columns = row[1::2]
    is_sound = len(row) % 2 == 1 and text.count(":") == len(columns)
    if not is_sound or ((columns != np.floor(columns)) | (columns < 0) | (columns > _MOST_COLUMNS)).any():
        raise DataFileError(
            f"must have a label in every line, and then columns up to {_MOST_COLUMNS:,} with their values, "
            f"as `5 1:0.5 2:1`, but has something else in line {number:,}: mend or delete that line."
        )
    return row


def _complete(width: int) -> int:
    """Complete pixels to a square where less than a row of it is missing: the last are zero in all images."""
    side = isqrt(width - 1) + 1
    return side**2 if side**2 - width < side else width


def _shrink(values: np.ndarray) -> np.ndarray:
    """Make bytes of numbers that all are such."""
    is_byte = ((values >= 0) & (values <= _BYTE) & (values == np.floor(values))).all()
    return values.astype(np.uint8) if is_byte else values


def _fill(block: _Block, start: int, width: int, dtype: np.dtype) -> np.ndarray:
    rows = np.zeros((len(block.labels), width), dtype)
    rows[np.repeat(np.arange(len(rows)), block.counts), block.columns - start] = block.values
    return rows
