"""The images that views are made from, and the others that they are measured on."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool

from mnist_core.data.dataset import Dataset, split_dataset
from mnist_core.data.side import bring_to_side
from mnist_core.ground.arrays import Images, Indices, Labels
from mnist_core.ground.errors import DataError
from mnist_core.insight.fields.layers import choose_images
from mnist_core.network.models.info import DataFacts

FIT_IMAGES = 20_000  # a best linear fit gains nothing in the second digit from more
TEST_IMAGES = 10_000  # as many as the paper holds out


@dataclass(frozen=True, eq=False)
class Digits:
    """Images with their digits.

    Attributes
    ----------
    images : ndarray of shape (n, side, side), float32
        Ink, 0.0 to 1.0.
    labels : ndarray of shape (n,), int64
        Their digits.
    """

    images: Images
    labels: Labels


@dataclass(frozen=True, eq=False)
class Probe:
    """Images to look into a network with.

    Attributes
    ----------
    fit : Digits
        What views are made from.
    test : Digits
        Others, which they are measured on.
    words : str
        What the latter are, as the end of a sentence.
    is_unseen : bool
        Whether it is certain that the model was not trained on any of the latter.
    """

    fit: Digits
    test: Digits
    words: str
    is_unseen: bool = False


def choose_probe(
    facts: DataFacts,
    dataset: Dataset,
    *,
    side: int | None = None,
    labels: Labels | None = None,
    is_trained: Bool[np.ndarray, " n"] | None = None,
) -> Probe:
    """Choose images of a data set to look into a model with.

    They are cut as the model's own training cut its data, so that of its own data set views are measured on
    images that it has not seen. Of other data those that it is known to have seen are not measured on, as
    long as others are left.

    Parameters
    ----------
    facts : DataFacts
        What the model was trained on.
    dataset : Dataset
        Where the images are taken from.
    side : int or None
        The side that the model reads, where images have to be brought to it.
    labels : ndarray of shape (n,), int64, or None
        The labels as the model counts its classes, where the data set counts others.
    is_trained : ndarray of shape (n,), bool, or None
        Which images the model was trained on, as `find_trained` says; not needed of its own data set.

    Raises
    ------
    DataError
        If there are too few images to hold any out.
    """
    is_own = dataset.fingerprint == facts.fingerprint
    split = split_dataset(dataset, facts.split_seed, facts.limit if is_own else None)
    known, held_out = dataset.labels if labels is None else labels, split.test
    if not is_own and is_trained is not None and not is_trained[held_out].all():
        held_out = held_out[~is_trained[held_out]]
    fit, test = (
        Digits(take_images(dataset, chosen, side), known[chosen])
        for chosen in (_spread(split.train, FIT_IMAGES), _spread(held_out, TEST_IMAGES))
    )
    is_unseen = is_own or (is_trained is not None and not is_trained[held_out].any())
    return Probe(fit, test, _name(len(test.labels), dataset.name, is_unseen, is_trained), is_unseen)


def find_image(dataset: Dataset, place: int) -> Indices:
    """Find an image of a data set by its number.

    Raises
    ------
    DataError
        If the data set has no image of that number.
    """
    if not 0 <= place < dataset.n_samples:
        raise DataError(
            f"{dataset.name} has images 0 to {dataset.n_samples - 1}, but image {place} was asked for: "
            "choose one of them."
        )
    return np.array([place], dtype=np.int64)


def take_images(dataset: Dataset, places: Indices, side: int | None) -> Images:
    """Take images of a data set, brought to a side."""
    images = np.asarray(dataset.images[places])
    return images if side is None else bring_to_side(images, side)


def _name(n: int, name: str, is_unseen: bool, is_trained: Bool[np.ndarray, " n"] | None) -> str:
    if is_unseen:
        return f"{n:,} held-out images of {name}"
    has_seen = "may have been" if is_trained is None else "was"
    return f"{n:,} images of {name} that the model {has_seen} trained on"


def _spread(indices: Indices, most: int) -> Indices:
    return np.sort(indices[choose_images(len(indices), most)])
