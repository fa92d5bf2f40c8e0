"""Columns of Arrow's tables as arrays: of numbers, words, lists of one length, and bytes of pictures."""

import numpy as np
import pyarrow as pa
from pyarrow import compute, types

from mnist_core.data.files.printable import make_printable
from mnist_core.ground.errors import DataFileError

_BYTES_FIELD = "bytes"  # of the struct that Hugging Face makes of a picture, beside its path
_DEEPEST = 4  # lists in lists; images have two or three


def find_kind(kind: pa.DataType) -> pa.DataType:
    """Find what a type is made of, without words for what it means and without dictionaries."""
    while isinstance(kind, pa.BaseExtensionType) or types.is_dictionary(kind):
        kind = kind.value_type if types.is_dictionary(kind) else kind.storage_type
    return kind


def find_number(kind: pa.DataType) -> np.dtype | None:
    """Find NumPy's type of a column of plain numbers; None for others."""
    kind = find_kind(kind)
    if types.is_decimal(kind):
        return np.dtype(np.float64)
    if types.is_integer(kind) or types.is_floating(kind) or types.is_boolean(kind):
        dtype = np.dtype(kind.to_pandas_dtype())
        return np.dtype(np.float32) if dtype == np.float16 else dtype
    return None


def find_list_number(kind: pa.DataType) -> np.dtype | None:
    """Find NumPy's type of the numbers of a column of lists, or of lists of them; None for others."""
    depth, inner = 0, find_kind(kind)
    while _is_list(inner) and depth < _DEEPEST:
        depth, inner = depth + 1, find_kind(inner.value_type)
    return find_number(inner) if depth else None


def is_words(kind: pa.DataType) -> bool:
    """Say whether a column is of words."""
    kind = find_kind(kind)
    return bool(types.is_string(kind) or types.is_large_string(kind) or types.is_string_view(kind))


def is_bytes(kind: pa.DataType) -> bool:
    """Say whether a column is of bytes, such as those of pictures, alone or beside their paths."""
    kind = find_kind(kind)
    if types.is_struct(kind) and kind.get_field_index(_BYTES_FIELD) >= 0:
        kind = find_kind(kind.field(_BYTES_FIELD).type)
    return bool(types.is_binary(kind) or types.is_large_binary(kind) or types.is_binary_view(kind))


def to_numbers(column: pa.Array, name: str) -> np.ndarray:
    """Make an array of a column of numbers."""
    column = _open(column, name)
    if types.is_decimal(column.type):
        column = column.cast(pa.float64())
    values: np.ndarray = column.to_numpy(zero_copy_only=False)
    return values


def to_word_list(column: pa.Array, name: str) -> list[str]:
    """Make a list of a column of words."""
    return [str(word) for word in _open(column, name).to_pylist()]


def to_byte_list(column: pa.Array, name: str) -> list[bytes]:
    """Make a list of a column of bytes."""
    column = _open(column, name)
    if types.is_struct(column.type):
        column = _open(column.field(_BYTES_FIELD), name)
    return [bytes(content) for content in column.to_pylist()]


def to_array(column: pa.Array, name: str) -> np.ndarray:
    """Make an array of a column of lists, with an axis more for each that lists are in lists.

    Raises
    ------
    DataFileError
        If they are not of one length.
    """
    shape = [len(column)]
    column = _open(column, name)
    while _is_list(column.type):
        lengths = compute.unique(compute.list_value_length(column)).to_pylist()
        if len(lengths) > 1:
            raise DataFileError(
                f"must have lists of one length in column {make_printable(name)}, but has some of "
                f"{lengths[0]:,} and some of {lengths[1]:,}: make all images one size."
            )
        shape += lengths or [0]
        column = _open(column.flatten(), name)
    return to_numbers(column, name).reshape(shape)


def _open(column: pa.Array, name: str) -> pa.Array:
    """Take away what types and dictionaries put around values, and refuse a column with empty places."""
    while isinstance(column.type, pa.BaseExtensionType) or types.is_dictionary(column.type):
        column = column.dictionary_decode() if types.is_dictionary(column.type) else column.storage
    if column.null_count:
        raise DataFileError(
            f"must have a value in every row of column {make_printable(name)}, but has none in "
            f"{column.null_count:,} of {len(column):,} that were read together: fill or leave out these rows."
        )
    return column


def _is_list(kind: pa.DataType) -> bool:
    return bool(types.is_list(kind) or types.is_large_list(kind) or types.is_fixed_size_list(kind))
