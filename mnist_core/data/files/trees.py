"""Parts of a tree that several formats make: text, structs, and matrices that are kept without zeros."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from mnist_core.data.files.parcel import Packer, Tree
from mnist_core.data.files.sources import is_damaged
from mnist_core.ground.errors import DataFileError

_MOST_LETTERS = 2**23  # of words, each of which takes some more
_LETTERS_OF_WORD = 4
_MOST_BARE = 1_000  # elements of a struct array without fields, which take no byte of the file


def to_text(rows: Sequence[str]) -> Tree:
    """Make a tree of text: of one row a `text`, of several `rows`."""
    return {"text": "".join(rows)} if len(rows) < 2 else {"rows": list(rows)}


def to_words(words: Sequence[str]) -> Tree:
    """Make a tree of words, an element each."""
    if sum(map(len, words)) + _LETTERS_OF_WORD * len(words) > _MOST_LETTERS:
        raise DataFileError(
            f"must hold at most {_MOST_LETTERS:,} letters of words, but has more: save labels as numbers."
        )
    return {"rows": list(words)}


def to_structs(shape: Sequence[int], fields: Sequence[tuple[str, Tree]]) -> Tree:
    """Make a struct array of its fields, each a cell array with a value an element."""
    columns = [tree.get("cells") for _, tree in fields]
    n = math.prod(shape)
    is_endless = not columns and n > _MOST_BARE
    if is_endless or any(column is None or len(column) != n for column in columns):
        raise is_damaged("fields of a struct array with different shapes")
    items = [list(values) for values in zip(*columns, strict=True)] if columns else [[] for _ in range(n)]
    names = [name for name, _ in fields]
    if n == 1:
        return {"names": names, "fields": items[0]}
    return {"shape": list(shape), "names": names, "structs": items}


def pack_sparse(matrix: Any, packer: Packer) -> Tree:
    """Add a sparse matrix of SciPy's as a full one, if there is room and its indices are sound."""
    packer.check_room(math.prod(map(int, matrix.shape)) * matrix.dtype.itemsize)
    compressed = matrix.tocsc()
    try:
        compressed.check_format(full_check=True)
    except ValueError as error:
        raise is_damaged("a sparse matrix whose places are outside of it") from error
    return packer.add(np.asarray(compressed.toarray()))


def pack_csc(
    data: np.ndarray, rows: np.ndarray, starts: np.ndarray, shape: tuple[int, ...], packer: Packer
) -> Tree:
    """Add a sparse matrix, given by its columns, as a full one.

    Parameters
    ----------
    data, rows : ndarray of shape (n,)
        What is not zero, and its rows from 0.
    starts : ndarray of shape (columns + 1,)
        Where each column begins among them.
    shape : tuple of int
        Of the matrix.
    """
    from scipy.sparse import csc_array  # noqa: PLC0415 - a tenth of a second, for few

    if len(shape) != 2:
        raise is_damaged("a sparse matrix of more than two axes")
    packer.check_room(math.prod(shape) * data.dtype.itemsize)
    indices, columns = rows.astype(np.int64), starts.astype(np.int64)
    try:
        matrix = csc_array((data, indices, columns), shape=shape)
    except ValueError as error:
        raise is_damaged("a sparse matrix whose parts do not fit together") from error
    return pack_sparse(matrix, packer)


def pack_diagonal(values: np.ndarray, shape: tuple[int, ...], packer: Packer) -> Tree:
    """Add a matrix that is zero but for its diagonal."""
    packer.check_room(math.prod(shape) * values.dtype.itemsize)
    full = np.zeros(shape, values.dtype)
    np.fill_diagonal(full[: len(values), : len(values)], values)
    return packer.add(full)


def pack_permutation(places: np.ndarray, is_column: bool, packer: Packer) -> Tree:
    """Add a matrix with a one in each row and column, at the places given."""
    n = len(places)
    packer.check_room(n * n * 8)
    if n and not np.array_equal(np.sort(places), np.arange(n)):
        raise is_damaged("a permutation that is none")
    full = np.eye(n)[places]
    return packer.add(full.T if is_column else full)


def pack_range(base: float, limit: float, step: float, packer: Packer) -> Tree:
    """Add the numbers from base to limit."""
    n = math.floor((limit - base) / step * (1 + np.finfo(float).eps)) + 1 if step else 0
    packer.check_room(max(n, 0) * 8)
    return packer.add((base + step * np.arange(max(n, 0), dtype=np.float64)).reshape(1, -1))
