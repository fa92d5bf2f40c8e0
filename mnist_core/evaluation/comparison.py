"""Two networks on the same images: which reads more of them, and whether that can be chance."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from mnist_core.arrays import Labels
from mnist_core.dataset import Dataset
from mnist_core.errors import DataError
from mnist_core.evaluation import predict
from mnist_core.evaluation.paired import mcnemar_p
from mnist_core.evaluation.part import Examples, Part, take_examples
from mnist_core.modelstore import Model

_DRAWS = 10_000
_REACH = (2.5, 97.5)  # percentiles between which 95 % lie


@dataclass(frozen=True)
class Comparison:
    """How two networks read the same images.

    Attributes
    ----------
    n : int
        Images.
    both, only_first, only_second, neither : int
        Images read right by both, by the first alone, by the second alone, by neither.
    interval : tuple of float
        In which the difference of their accuracies lies with 95 % confidence: by a bootstrap over images.
    p_value : float
        The chance that two equally good networks differ on so unequal numbers of images: McNemar's exact
        test, two-sided.
    """

    n: int
    both: int
    only_first: int
    only_second: int
    neither: int
    interval: tuple[float, float]
    p_value: float

    @property
    def difference(self) -> float:
        """Return the accuracy of the first less that of the second."""
        return (self.only_first - self.only_second) / self.n

    @property
    def accuracies(self) -> tuple[float, float]:
        """Return the accuracies of the first and of the second."""
        return (self.both + self.only_first) / self.n, (self.both + self.only_second) / self.n


@dataclass(frozen=True, eq=False)
class Readings:
    """What two models make of the images that neither was trained on, as far as is known.

    Attributes
    ----------
    part : Part
        Which images.
    labels, first, second : ndarray of shape (n,), int64
        Their classes, and what each model takes them for.
    """

    part: Part
    labels: Labels
    first: Labels
    second: Labels


def read_both(first: Model, second: Model, dataset: Dataset) -> Readings:
    """Read the images that two models are both fairly measured on.

    Raises
    ------
    DataError
        If the models tell other classes apart, the data set does not fit them, or no image is left.
    """
    if first.info.class_names != second.info.class_names:
        raise DataError(
            f"Two models are compared on the same classes, but {first.name} and {second.name} tell others "
            "apart: choose another."
        )
    mine, other = (take_examples(model, dataset) for model in (first, second))
    shared = np.intersect1d(mine.part.indices, other.part.indices)
    if not len(shared):
        raise DataError(
            f"{first.name} and {second.name} have no image of {dataset.name} in common that both may be "
            "measured on: choose other data."
        )
    labels, guesses = _read(first, mine, shared)
    return Readings(_name(shared, mine, other), labels, guesses, _read(second, other, shared)[1])


def compare(readings: Readings, seed: int = 0) -> Comparison:
    """Compare what two models read.

    Parameters
    ----------
    readings : Readings
        As `read_both` returns it.
    seed : int
        Of the bootstrap.

    References
    ----------
    Dietterich, "Approximate statistical tests for comparing supervised classification learning algorithms",
    Neural Computation 10 (1998), 1895-1923.
    """
    is_first, is_second = readings.first == readings.labels, readings.second == readings.labels
    n, only_first = len(readings.labels), int((is_first & ~is_second).sum())
    only_second, both = int((is_second & ~is_first).sum()), int((is_first & is_second).sum())
    n_differ = only_first + only_second
    shares = np.array([only_first, only_second, n - n_differ]) / n
    drawn = np.random.default_rng(seed).multinomial(n, shares, _DRAWS)
    low, high = np.percentile((drawn[:, 0] - drawn[:, 1]) / n, _REACH)
    p_value = mcnemar_p(only_first, only_second)
    return Comparison(
        n, both, only_first, only_second, n - both - n_differ, (float(low), float(high)), p_value
    )


def list_guesses(readings: Readings, names: tuple[str, ...]) -> list[dict[str, Any]]:
    """List what each image is read as, a row an image, classes by their names."""
    rows = zip(readings.part.indices, readings.labels, readings.first, readings.second, strict=True)
    return [
        {"index": int(index), "label": names[label], "first": names[one], "second": names[other]}
        for index, label, one, other in rows
    ]


def _read(model: Model, examples: Examples, shared: np.ndarray) -> tuple[Labels, Labels]:
    order = np.argsort(examples.part.indices)
    places = order[np.searchsorted(examples.part.indices[order], shared)]
    guesses = predict(model.network, examples.images[places]).argmax(axis=1).astype(np.int64)
    return examples.labels[places], guesses


def _name(shared: np.ndarray, mine: Examples, other: Examples) -> Part:
    is_unseen = mine.part.is_unseen and other.part.is_unseen
    if mine.part.words == other.part.words and len(shared) == len(mine.labels):
        return Part(shared, mine.part.words, is_unseen)
    words = f"The {len(shared):,} images common to: {mine.part.words} And: {other.part.words}"
    return Part(shared, words, is_unseen)
