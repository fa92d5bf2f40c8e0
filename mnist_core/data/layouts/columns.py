"""Matrices whose first or last columns are the labels, as tables of MNIST have them: taken apart."""

from collections.abc import Iterator, Sequence
from math import isqrt

import numpy as np

from mnist_core.data.layouts.axes import list_axes
from mnist_core.data.layouts.candidates import find_doubt
from mnist_core.data.layouts.tree import Leaf

_LEAST_SIDE = 8  # of images; a table of a few measurements has labels too, but they are none of pictures
_LEAST_IMAGES = 10
_MOST_CLASSES = 64
_ONE_HOT = 10  # columns, one for each digit
_PLACES = {1: "the {} {} of {}", _ONE_HOT: ("the {} ten {}s of {}")}


def split_columns(leaves: Sequence[Leaf]) -> list[Leaf]:
    """Take the labels out of matrices that hold them beside the pixels.

    Parameters
    ----------
    leaves : sequence of Leaf
        All that a file holds.

    Returns
    -------
    list of Leaf
        Where one was such a matrix, two stand for it, called as MATLAB does: `data(:, 1)`, its labels, and
        `data(:, 2:end)`, its pixels; both are views.
    """
    return [part for leaf in leaves for part in (_split(leaf) or (leaf,))]


def _split(leaf: Leaf) -> tuple[Leaf, Leaf] | None:
    value = leaf.value
    if not leaf.is_number or not isinstance(value, np.ndarray) or value.ndim != 2:
        return None
    found = _find_labels(leaf, value, "column") or _find_labels(leaf, value.T, "row")
    # Pixels may look like labels too, so that a matrix that is one of images as it stands stays one.
    if found and any(find_doubt(value, way) is None for way in list_axes(value.shape)):
        return None
    return found


def _find_labels(leaf: Leaf, table: np.ndarray, kind: str) -> tuple[Leaf, Leaf] | None:
    n, width = table.shape
    for n_columns in (1, _ONE_HOT):
        side = isqrt(max(width - n_columns, 0))
        if n < _LEAST_IMAGES or side < _LEAST_SIDE or side**2 != width - n_columns:
            continue
        for place, labels, pixels, words in _list_cuts(width, n_columns):
            if _are_labels(table[:, labels]):
                note = _PLACES[n_columns].format(place, kind, leaf.path)
                views = [table[:, part] for part in (labels, pixels)]
                views = views if kind == "column" else [view.T for view in views]
                forms = [f":, {word}" if kind == "column" else f"{word}, :" for word in words]
                paths = [f"{leaf.path}({form})" for form in forms]
                return Leaf(paths[0], views[0], note), Leaf(paths[1], views[1])
    return None


def _list_cuts(width: int, n: int) -> Iterator[tuple[str, slice, slice, list[str]]]:
    """List where labels may stand: in words, their columns, the pixels', and both as MATLAB writes them."""
    first = "1" if n == 1 else f"1:{n}"
    yield "first", slice(0, n), slice(n, width), [first, f"{n + 1}:end"]
    last = "end" if n == 1 else f"end-{n - 1}:end"
    yield "last", slice(width - n, width), slice(0, width - n), [last, f"1:end-{n}"]


def _are_labels(columns: np.ndarray) -> bool:
    """Whether a column holds whole numbers, a few that come again; or ten of them a one in each row."""
    values = columns.astype(np.float64)
    if not np.isfinite(values).all() or (values != np.round(values)).any():
        return False
    if columns.shape[1] == _ONE_HOT:
        return bool(((values == 0) | (values == 1)).all() and (values.sum(axis=1) == 1).all())
    different, counts = np.unique(values, return_counts=True)
    return 2 <= len(different) <= _MOST_CLASSES and bool(counts.min() >= 2)
