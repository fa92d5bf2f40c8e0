"""Cross-validation over writers: what is read of the digits of people who were not there in training."""

import numpy as np
from jaxtyping import Float32

from mnist_core.insight.evaluation.people import people_interval
from mnist_core.network.models.info import PenFacts, WriterFacts
from mnist_core.training.robust.pen import Pens


def split_writers(pens: Pens, folds: int, seed: int) -> list[np.ndarray]:
    """Split the writers into equal parts at random."""
    writers = np.random.default_rng(seed).permutation(np.unique(pens.writers))
    return [np.sort(part) for part in np.array_split(writers, folds)]


def count_right(pens: Pens, logits: Float32[np.ndarray, "n classes"], folds: int) -> PenFacts:
    """Count what is read right of each writer.

    Parameters
    ----------
    pens : Pens
        The digits.
    logits : ndarray of shape (n, classes), float32
        Of each digit, by a network that was trained without its writer.
    folds : int
        Parts of the writers.
    """
    is_right = logits.argmax(axis=1) == pens.labels
    places = [(writer, pens.writers == writer) for writer in np.unique(pens.writers)]
    writers = tuple(WriterFacts(int(who), int(at.sum()), int(is_right[at].sum())) for who, at in places)
    interval = people_interval([one.n_right for one in writers], [one.n for one in writers])
    return PenFacts(folds=folds, interval=interval, writers=writers)
