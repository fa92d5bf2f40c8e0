"""What a scikit-learn estimator is given: images, labels and parameters, checked as scikit-learn does."""

import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from numbers import Integral
from typing import Any

import numpy as np
from sklearn.preprocessing import LabelEncoder
from sklearn.utils import Tags, check_random_state
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import validate_data

from mnist_core.data.stratified import Split
from mnist_core.engines.fused import MOST_PIXELS
from mnist_core.ground.arrays import Inputs, Labels
from mnist_core.ground.errors import GridError, LabError
from mnist_core.network.grid import PAPER_GRID, Grid
from mnist_core.network.recipe import MOST_CLASSES, RECIPE_SETTINGS, Recipe

_SEEDS = 2**31
_DISTRIBUTIONS = {"loguniform": True, "reciprocal": True, "uniform": False, "randint": False}
"""Those of `scipy.stats` that are ranges, and whether these are logarithmic."""


def tag_images(tags: Tags) -> Tags:
    """Tell scikit-learn that images are taken too, not columns only."""
    tags.input_tags.three_d_array = True
    return tags


def flatten_images(X: Any) -> Any:
    """Lay images out as columns; what has no three axes is passed on."""
    if getattr(X, "ndim", 2) != 3:
        return X
    return np.asarray(X).reshape(len(X), X.shape[1] * X.shape[2])


def read_training(estimator: Any, X: Any, y: Any) -> tuple[Inputs, Labels]:
    """Check training data as scikit-learn does, and set what the estimator learns of their form.

    Parameters
    ----------
    estimator : estimator
        Gets `classes_`, `n_features_in_`, and `feature_names_in_` where X has names.
    X : array-like of shape (n, pixels) or (n, side, side)
        Images.
    y : array-like of shape (n,)
        Their labels.

    Returns
    -------
    ndarray of shape (n, pixels), float32
        The images.
    ndarray of shape (n,), int64
        For each, the position of its label in `classes_`.

    Raises
    ------
    ValueError
        If they are no such arrays, or no network can be trained on them.
    """
    columns, y = validate_data(estimator, flatten_images(X), y, dtype=np.float32, order="C")
    check_classification_targets(y)
    encoder = LabelEncoder()
    labels = encoder.fit_transform(y).astype(np.int64)
    if not 2 <= len(encoder.classes_) <= MOST_CLASSES:
        raise ValueError(
            f"A network needs 2 to {MOST_CLASSES} classes to tell apart, but y has {len(encoder.classes_)} "
            "class(es): choose other labels."
        )
    if columns.shape[1] > MOST_PIXELS:
        raise ValueError(
            f"An image may have {MOST_PIXELS:,} pixels, but these have {columns.shape[1]:,}: "
            "make them smaller."
        )
    estimator.classes_ = encoder.classes_
    return columns, labels


def check_inner_parts(labels: Labels, folds: int = 1, splits: Sequence[Split] | None = None) -> None:
    """Check that a part can be set aside to tell when to stop, also where a fold is left out.

    Raises
    ------
    ValueError
        If too few images of every label are left. Of some there may be fewer: scikit-learn warns of them.
    """
    most, n_parts = int(np.bincount(labels).max()), Recipe().inner_folds
    left = most - math.ceil(most / folds) if folds > 1 else most
    if splits is not None:
        left = min(int(np.bincount(labels[train]).max()) for train, _ in splits)
    if left < n_parts:
        raise ValueError(
            f"Training sets 1 of {n_parts} parts aside to tell when to stop, so it needs at least {n_parts} "
            f"images of a label, but at most {left} are left to train on: use more images, or other folds."
        )


def make_recipe(estimator: Any) -> Recipe:
    """Make the recipe that an estimator's parameters and its classes stand for.

    Raises
    ------
    GridError
        If a parameter cannot be used.
    """
    settings = {name: make_plain(getattr(estimator, name)) for name in RECIPE_SETTINGS}
    seed = estimator.random_state
    if not isinstance(seed, Integral):
        seed = check_random_state(seed).randint(_SEEDS)
    return Recipe(**settings, seed=int(seed), n_classes=len(estimator.classes_))


def make_plain(value: Any) -> Any:
    """Turn NumPy's numbers and arrays into Python's own."""
    return value.tolist() if isinstance(value, np.generic | np.ndarray) else value


@contextmanager
def raising_value_errors() -> Iterator[None]:
    """Raise what the lab finds wrong with a parameter as scikit-learn does."""
    try:
        yield
    except LabError as error:
        raise ValueError(str(error)) from error


def read_axes(values: Any) -> Grid:
    """Read a grid from a mapping of lists, of arrays, or of ranges; None is the paper's.

    A range is written as in GRID.json, or a frozen distribution of `scipy.stats`.

    Raises
    ------
    GridError
        If it is none.
    """
    if values is None:
        return PAPER_GRID
    if isinstance(values, Grid):
        return values
    if not isinstance(values, Mapping):
        raise GridError(f"param_grid must be a mapping of lists, but is {values!r}: see GridSearch.")
    return Grid.from_values({axis: _make_plain_axis(axis, several) for axis, several in values.items()})


def _make_plain_axis(axis: str, values: Any) -> Any:
    if hasattr(values, "dist") and hasattr(values, "support"):
        return _read_distribution(axis, values)
    values = make_plain(values)
    return [make_plain(value) for value in values] if isinstance(values, list | tuple) else values


def _read_distribution(axis: str, frozen: Any) -> dict[str, Any]:
    """Read a range from a frozen distribution of `scipy.stats`, as `RandomizedSearchCV` takes them."""
    name = frozen.dist.name
    if name not in _DISTRIBUTIONS:
        raise GridError(
            f"{axis} may be drawn from loguniform, uniform or randint of scipy.stats, but is {name}: choose "
            "one of these, or list its values."
        )
    low, high = map(make_plain, frozen.support())
    if name == "randint":
        return {"low": int(low), "high": int(high)}
    return {"low": low, "high": high, "log": _DISTRIBUTIONS[name]}
