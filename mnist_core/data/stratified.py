"""Parts of images with a share of every class: as scikit-learn cuts them, without its second of loading.

Every search and every training splits; for the processes that need nothing else of scikit-learn, loading it
would take longer than some searches do. Tests hold both functions against scikit-learn's.
"""

import warnings
from collections.abc import Iterator

import numpy as np

from mnist_core.ground.arrays import Labels, Part

Split = tuple[Part, Part]
"""Positions of images to train on, and of those to measure with."""


def cut_folds(labels: Labels, n_folds: int) -> Iterator[tuple[Part, Part]]:
    """Cut images into folds of like classes, in their order, as `StratifiedKFold` without a shuffle does.

    Parameters
    ----------
    labels : ndarray of shape (n,), int64
        The classes.
    n_folds : int
        The folds, at least 2.

    Yields
    ------
    tuple of two ndarray of int64
        Positions outside a fold and inside it, each in rising order.

    Raises
    ------
    ValueError
        If no class has an image for every fold; where only some have too few, it warns.
    """
    _, first, classes, counts = np.unique(labels, return_index=True, return_inverse=True, return_counts=True)
    if counts.max() < n_folds:
        raise ValueError(
            f"The number of folds, {n_folds}, cannot be greater than the number of members of every class: "
            "use fewer folds, or more images."
        )
    if counts.min() < n_folds:
        words = f"The least populated class has only {counts.min()} images: some of {n_folds} folds lack it."
        warnings.warn(words, stacklevel=2)
    classes = np.argsort(np.argsort(first))[classes]  # numbered as they come
    shares = [np.bincount(np.sort(classes)[fold::n_folds], minlength=len(first)) for fold in range(n_folds)]
    folds = np.empty(len(labels), np.int64)
    for number, share in enumerate(np.transpose(shares)):
        folds[classes == number] = np.repeat(np.arange(n_folds), share)
    for fold in range(n_folds):
        yield np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)


def draw_held_out(labels: Labels, n_held_out: int, seed: int) -> tuple[Part, Part]:
    """Draw images to be held out, of each class its share, as a stratified `train_test_split` does.

    Parameters
    ----------
    labels : ndarray of shape (n,), int64
        The classes, of each at least two images.
    n_held_out : int
        How many, at least one a class.
    seed : int
        Of the draw.

    Returns
    -------
    tuple of two ndarray of int64
        Positions of those that stay and of those held out, both shuffled.
    """
    names, counts = np.unique(labels, return_counts=True)
    random = np.random.RandomState(seed)
    n_kept = _share_out(counts, len(labels) - n_held_out, random)
    n_out = _share_out(counts - n_kept, n_held_out, random)
    kept, held_out = [], []
    for name, n, m in zip(names, n_kept, n_out, strict=True):
        of_class = np.flatnonzero(labels == name)
        of_class = of_class[random.permutation(len(of_class))]
        kept.append(of_class[:n])
        held_out.append(of_class[n : n + m])
    return random.permutation(np.concatenate(kept)), random.permutation(np.concatenate(held_out))


def _share_out(counts: np.ndarray, n: int, random: np.random.RandomState) -> np.ndarray:
    """Share n draws out by class sizes; what rounding leaves goes to the largest rests, ties by lot."""
    exact = counts / counts.sum() * n
    shares: np.ndarray = np.floor(exact)
    rests = exact - shares
    missing = int(n - shares.sum())
    for rest in np.sort(np.unique(rests))[::-1]:
        if missing <= 0:
            break
        places = np.flatnonzero(rests == rest)
        n_more = min(len(places), missing)
        shares[random.choice(places, size=n_more, replace=False)] += 1
        missing -= n_more
    return shares.astype(np.int64)
