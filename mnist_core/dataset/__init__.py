"""A set of digit images with their labels, and how it is split, kept, and come by."""

import hashlib
import itertools
import math
from dataclasses import dataclass

import numpy as np
from jaxtyping import Int64

from mnist_core.arrays import Images, Indices, Inputs, Labels, Part
from mnist_core.errors import DataError

_PAPER_SIZE = 60_000
_PAPER_TRAIN = 50_000
_HELD_OUT_SHARE = 1 / 6  # what 10,000 of 60,000 are


@dataclass(frozen=True)
class Origin:
    """What was understood of the file that a data set came from.

    Attributes
    ----------
    layout : str
        Name of the layout rule that matched.
    variables : tuple of (str, str)
        Every variable of the file, and its shape and type in words.
    value_range : tuple of float
        Least and greatest pixel value in the file, before scaling.
    orientation : str
        How the file's images lay; those of the data set are upright.
    warnings : tuple of str
        What the user should know, a sentence each.
    """

    layout: str
    variables: tuple[tuple[str, str], ...]
    value_range: tuple[float, float]
    orientation: str = "upright"
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Dataset:
    """Digit images with their labels.

    Attributes
    ----------
    name : str
        What the user calls it, such as the file's name.
    images : ndarray of shape (n, side, side), float32
        Upright, 0.0 (paper) to 1.0 (full ink).
    labels : ndarray of shape (n,), int64
        0 to 9.
    fingerprint : str
        Of images, labels and their order; equal data, equal fingerprint.
    origin : Origin
        What was understood of the file.
    """

    name: str
    images: Images
    labels: Labels
    fingerprint: str
    origin: Origin

    @property
    def n_samples(self) -> int:
        """Count the images."""
        return len(self.images)

    @property
    def side(self) -> int:
        """Return the pixels along an edge of an image."""
        return int(self.images.shape[1])

    @property
    def class_counts(self) -> Int64[np.ndarray, "10"]:
        """Count the images of each digit."""
        return np.bincount(self.labels, minlength=10).astype(np.int64)


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


def compute_fingerprint(images: Inputs, labels: Labels) -> str:
    """Compute the fingerprint of a data set: 16 hexadecimal digits of a SHA-256."""
    digest = hashlib.sha256(str(images.shape).encode())
    digest.update(np.ascontiguousarray(images).data)
    digest.update(np.ascontiguousarray(labels).data)
    return digest.hexdigest()[:16]


def split_dataset(labels: Labels, seed: int = 0, limit: int | None = None) -> Split:
    """Split a data set into training and held-out images.

    All images are shuffled with one seed. 60,000 are cut into 50,000 and 10,000 as in the paper; of
    any other count a sixth is held out, stratified by digit with the same seed.

    Parameters
    ----------
    labels : ndarray of shape (n,), int64
        The digits.
    seed : int
        Seed of the shuffle.
    limit : int or None
        Keep the first so many images after the shuffle; None keeps all.

    Raises
    ------
    DataError
        If there are too few images of a digit to hold any out, or seed or limit cannot be used.
    """
    if not 0 <= seed < 2**32:
        raise DataError(f"The seed must be from 0 to 4294967295, but is {seed}: choose another.")
    if limit is not None and limit < 1:
        raise DataError(f"The limit must be at least 1 image, but is {limit}: choose a larger one.")
    order = np.random.default_rng(seed).permutation(len(labels)).astype(np.int64)[:limit]
    if len(order) == _PAPER_SIZE:
        words = f"shuffled with seed {seed}; 50,000 to train, 10,000 held out, as in the paper"
        return Split(order[:_PAPER_TRAIN], order[_PAPER_TRAIN:], seed, words)
    _check_counts(labels[order])
    from sklearn.model_selection import train_test_split  # noqa: PLC0415 - a second, for few

    train, test = train_test_split(
        order, test_size=_HELD_OUT_SHARE, stratify=labels[order], random_state=seed
    )
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
    from sklearn.model_selection import StratifiedKFold  # noqa: PLC0415 - a second, for few

    train, valid = next(StratifiedKFold(n_parts).split(np.zeros(len(labels)), labels))
    return train, valid


def check_inner_split(labels: Labels, n_parts: int, folds: int = 1) -> None:
    """Check that every digit can be part of every part of the splits.

    Parameters
    ----------
    labels : ndarray of shape (n,), int64
        Of the training images.
    n_parts : int
        The parts of the inner split.
    folds : int
        Outer folds; 1 where there is no cross-validation.

    Raises
    ------
    DataError
        If a digit has too few images.
    """
    rarest = int(np.unique(labels, return_counts=True)[1].min())
    needed = next(n for n in itertools.count(1) if _suffices(n, folds, n_parts))
    if rarest < needed:
        raise DataError(
            f"Training needs at least {needed} images of each digit to split them, but the rarest has "
            f"{rarest}: use more images."
        )


def _suffices(n: int, folds: int, n_parts: int) -> bool:
    n_train = n - math.ceil(n / folds) if folds > 1 else n
    return n >= folds and n_train >= n_parts


def _check_counts(labels: Labels) -> None:
    counts = np.bincount(labels)
    counts = counts[counts > 0]
    n_test = int(np.ceil(len(labels) * _HELD_OUT_SHARE))
    if len(counts) < 2 or counts.min() < 2 or n_test < len(counts):
        raise DataError(
            f"A split needs at least two digits and enough images of each, but {len(labels)} images "
            f"hold {len(counts)} digits, the rarest "
            f"{counts.min() if len(counts) else 0} times: use more images."
        )
