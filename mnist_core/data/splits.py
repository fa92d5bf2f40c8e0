"""How a data set is split into images to train on and images that are held out."""

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Int64

from mnist_core.data.origin import FEWEST_APART
from mnist_core.data.stratified import cut_folds, draw_held_out
from mnist_core.ground.arrays import Indices, Labels, Part
from mnist_core.ground.errors import DataError

if TYPE_CHECKING:
    from mnist_core.data.dataset import Dataset

_PAPER_SIZE = 60_000
_PAPER_TRAIN = 50_000
_HELD_OUT_PARTS = 6  # one of them is held out, as 10,000 of 60,000 are


@dataclass(frozen=True, eq=False)
class Split:
    """Which images are for training and which are held out.

    Attributes
    ----------
    train, test : ndarray of shape (k,), int64
        Positions in the data set, in the order in which they are used.
    seed : int
        Seed of the shuffle.
    description : str
        The split in words.
    """

    train: Indices
    test: Int64[np.ndarray, " held_out"]  # the same kind as train, but of another length
    seed: int
    description: str


def split_dataset(dataset: "Dataset", seed: int = 0, limit: int | None = None) -> Split:
    """Split a data set into training and held-out images.

    A file's own test part is the held-out part: nothing else is held out. Writers are kept apart where
    the data set asks for it. Else all images are split as `split_labels` does.

    Parameters
    ----------
    dataset : Dataset
        The images.
    seed : int
        Seed of the shuffle.
    limit : int or None
        Keep the first so many images after the shuffle, of a data set with its own test part the first so
        many training images; None keeps all.

    Raises
    ------
    DataError
        If it has no labels, there are too few images of a class to hold any out, or seed or limit cannot be
        used.
    """
    labels = dataset.labels
    if dataset.test_part is not None:
        return _split_own(labels, dataset.test_part, seed, limit)
    if dataset.keeps_writers_apart and dataset.writers is not None:
        return _split_writers(labels, dataset.writers, seed, limit)
    return split_labels(labels, seed, limit)


def split_labels(labels: Labels, seed: int = 0, limit: int | None = None) -> Split:
    """Split images by their labels alone.

    All images are shuffled with one seed. 60,000 are cut into 50,000 and 10,000 as in the paper; of
    any other count a sixth is held out, stratified by class with the same seed.

    Parameters
    ----------
    labels : ndarray of shape (n,), int64
        The classes.
    seed : int
        Seed of the shuffle.
    limit : int or None
        Keep the first so many images after the shuffle; None keeps all.

    Raises
    ------
    DataError
        If there are too few images of a class to hold any out, or seed or limit cannot be used.
    """
    order = _shuffle(len(labels), seed, limit)[:limit]
    if len(order) == _PAPER_SIZE:
        words = f"shuffled with seed {seed}; 50,000 to train, 10,000 held out, as in the paper"
        return Split(order[:_PAPER_TRAIN], order[_PAPER_TRAIN:], seed, words)
    _check_counts(labels[order])
    kept, held_out = draw_held_out(labels[order], math.ceil(len(order) / _HELD_OUT_PARTS), seed)
    train, test = order[kept], order[held_out]
    words = (
        f"shuffled with seed {seed}; {len(train):,} to train, "
        f"a sixth ({len(test):,}) held out, stratified by digit"
    )
    return Split(train, test, seed, words)


def split_inner(labels: Labels, n_parts: int) -> tuple[Part, Part]:
    """Split training images as skorch's `ValidSplit` does: the first of stratified parts is for validation.

    Parameters
    ----------
    labels : ndarray of shape (n,), int64
        Of the training images.
    n_parts : int
        The parts.

    Returns
    -------
    tuple of two ndarray of int64
        Positions of those to train on, in their order, and of those to validate on.
    """
    return next(cut_folds(labels, n_parts))


def check_inner_split(labels: Labels, n_parts: int, folds: int = 1, class_names: Sequence[str] = ()) -> None:
    """Check that every class can be part of every part of the splits.

    Parameters
    ----------
    labels : ndarray of shape (n,), int64
        Of the training images.
    n_parts : int
        The parts of the inner split.
    folds : int
        Outer folds; 1 where there is no cross-validation.
    class_names : sequence of str
        What the classes are called, where it is known.

    Raises
    ------
    DataError
        If a class has too few images.
    """
    present, counts = np.unique(labels, return_counts=True)
    rarest = int(counts.min())
    needed = next(n for n in itertools.count(1) if _suffices(n, folds, n_parts))
    if rarest < needed:
        name = f", {class_names[present[counts.argmin()]]}," if class_names else ""
        cure = "use more images" if folds == 1 else "use more images of it, or fewer folds"
        raise DataError(
            f"Training needs at least {needed} images of each digit to split them, but the rarest{name} has "
            f"{rarest}: {cure}."
        )


def _shuffle(n: int, seed: int, limit: int | None) -> Indices:
    if not 0 <= seed < 2**32:
        raise DataError(f"The seed must be from 0 to 4294967295, but is {seed}: choose another.")
    if limit is not None and limit < 1:
        raise DataError(f"The limit must be at least 1 image, but is {limit}: choose a larger one.")
    return np.random.default_rng(seed).permutation(n).astype(np.int64)


def _split_own(labels: Labels, test: Indices, seed: int, limit: int | None) -> Split:
    order = _shuffle(len(labels), seed, limit)
    train = order[~np.isin(order, test)][:limit]
    if len(np.unique(labels[train])) < 2:
        raise DataError(
            f"Training needs images of at least two digits, but the {len(train):,} training images hold "
            f"{len(np.unique(labels[train]))}: use more images."
        )
    words = (
        f"the file's own test part ({len(test):,}) is held out, so that none is drawn; "
        f"{len(train):,} to train, shuffled with seed {seed}"
    )
    return Split(train, test, seed, words)


def _split_writers(labels: Labels, writers: Labels, seed: int, limit: int | None) -> Split:
    order = _shuffle(len(labels), seed, limit)[:limit]
    _check_counts(labels[order])
    n_writers = len(np.unique(writers[order]))
    if n_writers < FEWEST_APART:
        raise DataError(
            f"Keeping writers apart needs at least {FEWEST_APART} of them, but these images have "
            f"{n_writers}: use more images, or let writers mix."
        )
    from sklearn.model_selection import StratifiedGroupKFold  # noqa: PLC0415 - a second, for few

    parts = StratifiedGroupKFold(FEWEST_APART, shuffle=True, random_state=seed)
    train, test = next(parts.split(order, labels[order], writers[order]))
    words = (
        f"shuffled with seed {seed}; {len(train):,} to train, about a sixth ({len(test):,}) held out, "
        f"with no writer in both"
    )
    return Split(order[train], order[test], seed, words)


def _suffices(n: int, folds: int, n_parts: int) -> bool:
    n_train = n - math.ceil(n / folds) if folds > 1 else n
    return n >= folds and n_train >= n_parts


def _check_counts(labels: Labels) -> None:
    counts = np.bincount(labels)
    counts = counts[counts > 0]
    n_test = int(np.ceil(len(labels) / _HELD_OUT_PARTS))
    if len(counts) == 1:
        raise DataError(
            f"Training needs images of at least two digits, but all {len(labels):,} are of one: "
            "they can be viewed and read, not trained on."
        )
    if len(counts) < 2 or counts.min() < 2 or n_test < len(counts):
        raise DataError(
            f"A split needs at least two digits and enough images of each, but {len(labels)} images "
            f"hold {len(counts)} digits, the rarest "
            f"{counts.min() if len(counts) else 0} times: use more images."
        )
