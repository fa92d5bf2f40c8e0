"""Which images of a data set a model is fairly measured on."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Int64

from mnist_core.arrays import Images, Indices, Labels
from mnist_core.dataset import Dataset, split_dataset
from mnist_core.dataset.sample import SAMPLE_FINGERPRINT
from mnist_core.dataset.side import bring_to_side
from mnist_core.errors import DataError
from mnist_core.evaluation.match import match_labels
from mnist_core.modelstore import Model
from mnist_core.modelstore.info import DataFacts

_SAMPLE_SOURCE = "3e88831d69a31205"  # the 60,000 images whose held-out part, seed 0, the sample is cut from
_SAMPLE_BOUND = 50_000  # images of that shuffle which come before the held-out part


@dataclass(frozen=True, eq=False)
class Part:
    """Images of a data set that a model is measured on.

    Attributes
    ----------
    indices : ndarray of shape (k,), int64
        Their positions in the data set.
    words : str
        Which they are, and whether the model has seen them, in a sentence or two.
    is_unseen : bool
        Whether it is certain that the model was not trained on any of them.
    """

    indices: Indices
    words: str
    is_unseen: bool


@dataclass(frozen=True, eq=False)
class Examples:
    """Images that a model is measured on, as it reads them.

    Attributes
    ----------
    images : ndarray of shape (n, side, side), float32
        Of the model's side.
    labels : ndarray of shape (n,), int64
        Their classes, as the model counts them.
    part : Part
        Which they are.
    """

    images: Images
    labels: Labels
    part: Part


def take_examples(
    model: Model, dataset: Dataset, held_out_only: bool = False, most: int | None = None, seed: int = 0
) -> Examples:
    """Take the images that a model is fairly measured on.

    Parameters
    ----------
    model : Model
        What is measured.
    dataset : Dataset
        On what.
    held_out_only : bool
        As in `choose_part`.
    most : int or None
        Of more images so many are drawn by the seed; None takes all.
    seed : int
        Of the draw.

    Raises
    ------
    DataError
        If the data set does not fit the model, or fewer than 2 images are asked for.
    """
    labels = match_labels(dataset, model.info.class_names)
    part = choose_part(model.info.data, dataset, held_out_only)
    if most is not None and most < 2:
        raise DataError(f"A measurement needs at least 2 images, but {most} were asked for: take more.")
    if most is not None and len(part.indices) > most:
        drawn = np.sort(np.random.default_rng(seed).choice(part.indices, most, replace=False))
        words = f"{most:,} images, drawn with seed {seed}, of these: {part.words}"
        part = Part(drawn, words, part.is_unseen)
    return Examples(bring_to_side(dataset.images[part.indices], model.info.side), labels[part.indices], part)


def split_in_two(n: int, seed: int) -> Bool[np.ndarray, " n"]:
    """Split images into two halves at random; True marks the first.

    Raises
    ------
    DataError
        If there are fewer than two.
    """
    if n < 2:
        raise DataError(f"Two halves need at least 2 images, but there are {n}: use more images.")
    return np.random.default_rng(seed).permutation(n) < n // 2


def choose_part(facts: DataFacts, dataset: Dataset, held_out_only: bool = False) -> Part:
    """Choose the images of a data set that a model is fairly measured on.

    Of the data that it was trained on, those that its own split held out; of any other, all images or,
    if so wished, the held-out part of its own split.

    Parameters
    ----------
    facts : DataFacts
        What the model was trained on.
    dataset : Dataset
        What it is to be measured on.
    held_out_only : bool
        For other data than the model's own: take only the held-out part.

    Raises
    ------
    DataError
        If the held-out part is asked for, but there are too few images to hold any out.
    """
    if dataset.fingerprint == facts.fingerprint:
        split = split_dataset(dataset, facts.split_seed, facts.limit)
        words = f"The {len(split.test):,} images of {dataset.name} that its own training held out."
        return Part(split.test, words, is_unseen=True)
    if held_out_only:
        indices = split_dataset(dataset, facts.split_seed).test
        first = f"The {len(indices):,} held-out images of {dataset.name}."
    else:
        indices = np.arange(dataset.n_samples)
        first = f"All {dataset.n_samples:,} images of {dataset.name}."
    is_unseen = _is_unseen_sample(facts, dataset)
    second = "The model has seen none of them." if is_unseen else _warn_of_overlap(facts)
    return Part(indices, f"{first} {second}", is_unseen)


def leave_out_trained(facts: DataFacts, dataset: Dataset, indices: Indices) -> Int64[np.ndarray, " unseen"]:
    """Leave out the images that a model was trained on, where these are known to be of its data.

    Parameters
    ----------
    facts : DataFacts
        What the model was trained on.
    dataset : Dataset
        What it is to be measured on.
    indices : ndarray of shape (k,), int64
        Positions in the data set.

    Returns
    -------
    ndarray of shape (k,), int64
        Those of the positions that may be measured; all of them on other data than the model's own.
    """
    if dataset.fingerprint != facts.fingerprint:
        return indices
    trained = split_dataset(dataset, facts.split_seed, facts.limit).train
    return indices[~np.isin(indices, trained)]


def _is_unseen_sample(facts: DataFacts, dataset: Dataset) -> bool:
    is_before = facts.limit is None or facts.limit <= _SAMPLE_BOUND
    is_source = facts.fingerprint == _SAMPLE_SOURCE and facts.split_seed == 0 and is_before
    return dataset.fingerprint == SAMPLE_FINGERPRINT and is_source


def _warn_of_overlap(facts: DataFacts) -> str:
    return (
        f"The model was trained on {facts.name}, another data set: it may have seen some of these images, "
        "and then reads them better than new ones."
    )
