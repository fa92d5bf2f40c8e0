"""Which images of a data set a model is fairly measured on."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Int64

from mnist_core.arrays import Indices
from mnist_core.dataset import Dataset, split_dataset
from mnist_core.dataset.sample import SAMPLE_FINGERPRINT
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
