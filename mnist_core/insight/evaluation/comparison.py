"""Two networks on the same images: which reads more of them, and whether that can be chance."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from jaxtyping import Bool

from mnist_core.data.dataset import Dataset
from mnist_core.ground.arrays import Labels
from mnist_core.ground.errors import DataError
from mnist_core.insight.evaluation import predict, wilson_interval
from mnist_core.insight.evaluation.part import Examples, Part, Which, take_examples
from mnist_core.network.models import Model

_DRAWS = 999
_BATCH = 100  # draws at once: few enough for any memory

Right = Bool[np.ndarray, " n"]
"""Whether each image was read right."""


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


def read_both(first: Model, second: Model, dataset: Dataset, which: Which = Which.FAIR) -> Readings:
    """Read the images that two models are both measured on.

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
    mine, other = (take_examples(model, dataset, which) for model in (first, second))
    shared = np.intersect1d(mine.part.indices, other.part.indices)
    if not len(shared):
        raise DataError(
            f"{first.name} and {second.name} have no image of {dataset.name} in common that both may be "
            "measured on: choose other data."
        )
    labels, guesses = _read(first, mine, shared)
    return Readings(_name(shared, mine, other), labels, guesses, _read(second, other, shared)[1])


def compare(readings: Readings, seed: int = 0) -> Comparison:
    """Compare what two models read, as `compare_right` does."""
    return compare_right(readings.first == readings.labels, readings.second == readings.labels, seed)


def compare_right(first: Right, second: Right, seed: int = 0) -> Comparison:
    """Compare two readings of the same images.

    Parameters
    ----------
    first, second : ndarray of shape (n,), bool
        Which of the images each read right; at least one image.
    seed : int
        Of the bootstrap.

    References
    ----------
    McNemar, "Note on the sampling error of the difference between correlated proportions or percentages",
    Psychometrika 12 (1947), 153-157. Dietterich, "Approximate statistical tests for comparing supervised
    classification learning algorithms", Neural Computation 10 (1998), 1895-1923.
    """
    from scipy.stats import binomtest  # noqa: PLC0415 - takes a second

    n, only_first, only_second = len(first), int((first & ~second).sum()), int((second & ~first).sum())
    both, n_differ = int((first & second).sum()), only_first + only_second
    p_value = float(binomtest(only_first, n_differ).pvalue) if n_differ else 1.0
    interval = _find_interval(only_first, only_second, n, seed)
    return Comparison(n, both, only_first, only_second, n - both - n_differ, interval, p_value)


@lru_cache(maxsize=256)  # pages ask again and again, and it takes tenths of a second
def _find_interval(only_first: int, only_second: int, n: int, seed: int) -> tuple[float, float]:
    """Find the interval of a difference from the images that one alone reads: nothing else moves it."""
    from scipy.stats import bootstrap  # noqa: PLC0415 - takes a second

    if not only_first + only_second:
        # Drawn again they would never differ; other images may, as far as Wilson's interval of none goes.
        most = wilson_interval(0, n)[1]
        return -most, most
    signs = np.repeat(np.array([1, -1, 0], np.int8), [only_first, only_second, n - only_first - only_second])
    found = bootstrap(
        (signs,),
        np.mean,
        n_resamples=_DRAWS,
        batch=_BATCH,
        method="percentile",
        rng=np.random.default_rng(seed),
    )
    low, high = found.confidence_interval
    return float(low), float(high)


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
