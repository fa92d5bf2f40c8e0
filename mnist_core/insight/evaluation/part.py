"""Which images of a data set a model is fairly measured on."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from jaxtyping import Bool

from mnist_core.data.dataset import Dataset, split_dataset
from mnist_core.data.side import bring_to_side
from mnist_core.ground.arrays import Images, Indices, Labels
from mnist_core.ground.errors import DataError
from mnist_core.insight.evaluation.match import match_labels
from mnist_core.network.models import Model

Trained = Bool[np.ndarray, " n"]
"""Whether a model was trained on each image of a data set."""


class Which(StrEnum):
    """Which images of a data set a model is measured on.

    `TEST` are those that a split holds out, without any that the model is known to have been trained on;
    `FAIR` are those where it was trained on a part of the data set, and of any other data set all.
    """

    TEST = "test"
    ALL = "all"
    FAIR = "fair"


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
    model: Model, dataset: Dataset, which: Which = Which.FAIR, most: int | None = None, seed: int = 0
) -> Examples:
    """Take the images that a model is measured on.

    Parameters
    ----------
    model : Model
        What is measured.
    dataset : Dataset
        On what.
    which : Which
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
    part = choose_part(model, dataset, which)
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


def choose_part(model: Model, dataset: Dataset, which: Which = Which.FAIR, seed: int | None = None) -> Part:
    """Choose the images of a data set that a model is measured on.

    Parameters
    ----------
    model : Model
        What is measured; it is known by its pixels whether it was trained on an image, if at all.
    dataset : Dataset
        On what.
    which : Which
        Which images.
    seed : int or None
        Of the split that holds images out; None takes that of the model's training on its own data, else 0.

    Raises
    ------
    DataError
        If the held-out part is asked for, but there are too few images to hold any out, or the model was
        trained on all of them.
    """
    is_trained = model.find_trained(dataset)
    if which is Which.FAIR:
        has_both = is_trained is not None and is_trained.any() and not is_trained.all()
        which = Which.TEST if has_both else Which.ALL
    if which is Which.ALL:
        first = f"All {dataset.n_samples:,} images of {dataset.name}."
        is_unseen = is_trained is not None and not is_trained.any()
        second = _say_unseen(model) if is_trained is None else _say_trained(is_trained)
        return Part(np.arange(dataset.n_samples), f"{first} {second}", is_unseen)
    return _choose_held_out(model, dataset, is_trained, seed)


def _choose_held_out(model: Model, dataset: Dataset, is_trained: Trained | None, seed: int | None) -> Part:
    facts = model.info.data
    is_own = dataset.fingerprint == facts.fingerprint
    if seed is None:
        seed = facts.split_seed if is_own else 0
    held_out = split_dataset(dataset, seed).test
    if is_trained is None:
        words = (
            f"{len(held_out):,} of the {dataset.n_samples:,} images of {dataset.name}, held out by a split "
        )
        return Part(held_out, f"{words}with seed {seed}. {_say_unseen(model)}", is_unseen=False)
    left = held_out[~is_trained[held_out]]
    if not len(left):
        raise DataError(
            f"{model.name} was trained on all {len(held_out):,} held-out images of {dataset.name}: measure "
            "it on all images, or choose other data."
        )
    if is_own and seed == facts.split_seed and facts.limit is None:
        words = f"The {len(left):,} images of {dataset.name} that its own training held out."
    else:
        words = (
            f"The {len(left):,} held-out images of {dataset.name}{_say_left_out(len(held_out) - len(left))}."
        )
        words += " The model has seen none of them, pixel by pixel."
    return Part(left, words, is_unseen=True)


def _say_left_out(n: int) -> str:
    return f", without {n:,} that the model was trained on" if n else ""


def _say_trained(is_trained: Trained) -> str:
    n = int(is_trained.sum())
    if not n:
        return "The model has seen none of them, pixel by pixel."
    return f"The model was trained on {n:,} of them, and reads those better than new ones."


def _say_unseen(model: Model) -> str:
    trained = "elsewhere" if model.info.imported else f"on {model.info.data.name}, another data set"
    return (
        f"Whether the model has seen them is not known: it was trained {trained}, "
        "and may have seen some of these images, which it then reads better than new ones."
    )
