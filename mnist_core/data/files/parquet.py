"""Reads Parquet: columns of numbers, words, lists and pictures, as pandas and Hugging Face write them.

No threads read it, as the confined process may have none, and each variable is read by itself, some rows at a
time, so that a table of any length needs little memory.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from itertools import chain
from typing import Any, BinaryIO

import numpy as np
import pyarrow as pa
from pyarrow import parquet

from mnist_core.data.files.arrow_columns import (
    find_list_number,
    find_number,
    is_bytes,
    is_words,
    to_array,
    to_byte_list,
    to_numbers,
    to_word_list,
)
from mnist_core.data.files.decoding import Decoder
from mnist_core.data.files.limits import Census
from mnist_core.data.files.parcel import Packer, Tree
from mnist_core.data.files.picture_stack import PictureStack
from mnist_core.data.files.printable import make_printable
from mnist_core.data.files.runs import Run, group_columns
from mnist_core.data.files.trees import to_words
from mnist_core.ground.errors import DataFileError

_BATCH_BYTES = 2**22  # of numbers that are read at once
_ROWS = 1_000  # of words, lists and pictures
_CLASS_NAMES = "class_names"  # what the names are called that Hugging Face keeps beside a table
_MOST_NAMES = 1_000


def read_variables(stream: BinaryIO, n_bytes: int, packer: Packer) -> dict[str, Tree]:  # noqa: ARG001
    """Read the variables of a table; a `ReadVariables`."""
    stream.seek(0)
    try:
        return _Table(parquet.ParquetFile(stream, pre_buffer=False), packer).read()
    except NotImplementedError as error:
        raise DataFileError(
            "must be written as all programs can read it, but has what is not read "
            f"({make_printable(str(error))}): save it once more, compressed with Snappy or Zstandard."
        ) from error
    except OSError as error:
        if "crypt" not in str(error):
            raise
        raise DataFileError("must not be encrypted, but is: save it once more without a key.") from error


class _Table:
    """Reads one table.

    Parameters
    ----------
    file : ParquetFile
        The open file.
    packer : Packer
        Where its numbers go.
    """

    def __init__(self, file: parquet.ParquetFile, packer: Packer) -> None:
        self._file = file
        self._packer = packer
        self._n = int(file.metadata.num_rows)
        Census().expect(int(file.metadata.num_columns))
        self._schema = file.schema_arrow
        self._names = [str(name) for name in self._schema.names]
        if self._n < 1:
            raise DataFileError("must have a row for each image, but has none: save it once more.")
        if len(set(self._names)) < len(self._names):
            raise DataFileError("must have a name of its own for each column: save it once more.")

    def read(self) -> dict[str, Tree]:
        """Read its variables, and the names of classes that stand beside them."""
        is_number = [find_number(kind) is not None for kind in self._schema.types]
        variables = {run.name: self._read_run(run) for run in group_columns(self._names, is_number)}
        names = _find_class_names(self._schema.metadata or {})
        return variables | (
            {_CLASS_NAMES: to_words(names)} if names and _CLASS_NAMES not in variables else {}
        )

    def _read_run(self, run: Run) -> Tree:
        if run.is_number:
            return self._read_numbers(run)
        name, kind = self._names[run.begin], self._schema.types[run.begin]
        dtype = find_list_number(kind)
        if dtype is not None:
            return self._read_lists(name, dtype)
        if is_words(kind):
            return to_words(list(chain.from_iterable(self._list_parts(name, to_word_list))))
        if is_bytes(kind):
            return self._read_pictures(name)
        return {"opaque": make_printable(f"values of type {kind}")}

    def _read_numbers(self, run: Run) -> Tree:
        names = self._names[run.begin : run.end]
        types = [find_number(kind) for kind in self._schema.types[run.begin : run.end]]
        dtype = np.result_type(*(kind for kind in types if kind is not None))
        self._packer.check_room(self._n * run.width * dtype.itemsize)

        def list_pieces() -> Iterator[memoryview]:
            for batch in self._list_batches(names, _BATCH_BYTES // (run.width * dtype.itemsize)):
                rows = np.empty((batch.num_rows, run.width), dtype)
                for place, (column, name) in enumerate(zip(batch.columns, names, strict=True)):
                    rows[:, place] = to_numbers(column, name)
                yield rows.reshape(-1).view(np.uint8).data

        return self._packer.add_rows(dtype, run.width, list_pieces())

    def _read_lists(self, name: str, dtype: np.dtype) -> Tree:
        parts = self._list_parts(name, to_array)
        first = next(parts)
        shape = first.shape[1:]

        def list_pieces() -> Iterator[memoryview]:
            for part in chain([first], parts):
                if part.shape[1:] != shape:
                    raise DataFileError(
                        f"must have lists of one length in column {make_printable(name)}, but has others in "
                        "some rows: make all images one size."
                    )
                yield np.ascontiguousarray(part, dtype).reshape(-1).view(np.uint8).data

        width = int(np.prod(shape))
        self._packer.check_room(self._n * width * dtype.itemsize)
        tree = self._packer.add_rows(dtype, width, list_pieces())
        return tree | {"shape": [tree["shape"][0], *shape]}

    def _read_pictures(self, name: str) -> Tree:
        decoder = Decoder()
        with closing(PictureStack()) as pictures:
            for content in chain.from_iterable(self._list_parts(name, to_byte_list)):
                row = f"that in row {len(pictures.shapes) + 1:,} of column {make_printable(name)}"
                pixels = decoder.decode(content, row)
                if pixels is None:
                    raise DataFileError(
                        f"must hold pictures that can be decoded, but {row} cannot: save it as PNG, or leave "
                        "it out."
                    )
                pictures.add(pixels)
            return pictures.pack(self._packer, is_even=len(set(pictures.shapes)) == 1)

    def _list_parts(self, name: str, read: Callable[[pa.Array, str], Any]) -> Iterator[Any]:
        for batch in self._list_batches([name], _ROWS):
            yield read(batch.column(0), name)

    def _list_batches(self, names: Sequence[str], n_rows: int) -> Iterator[pa.RecordBatch]:
        batches = self._file.iter_batches(max(1, n_rows), columns=list(names), use_threads=False)
        return (batch for batch in batches if batch.num_rows)


def _find_class_names(metadata: dict[bytes, bytes]) -> list[str]:
    """Find the names of classes in what Hugging Face notes of a table; none where it is no such note."""
    try:
        features = json.loads(metadata[b"huggingface"])["info"]["features"].values()
        lists = [feature["names"] for feature in features if feature.get("_type") == "ClassLabel"]
    except (KeyError, ValueError, AttributeError, TypeError, RecursionError):
        return []
    names = lists[0] if len(lists) == 1 and isinstance(lists[0], list) else []
    return [str(name) for name in names] if 1 < len(names) <= _MOST_NAMES else []
