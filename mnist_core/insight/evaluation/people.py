"""Shares of what people wrote: how far they would be others with other people."""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from mnist_core.insight.evaluation import wilson_interval

_DRAWS = 9_999
_SEED = 0  # of the bootstrap: the same counts always have the same interval


def people_interval(n_right: Sequence[int], n: Sequence[int]) -> tuple[float, float]:
    """Compute the 95 % interval of a share over people, of whom each wrote several digits.

    Digits of one hand are read right or wrong together, so that whole people are drawn anew (a bootstrap,
    by percentiles), not digits.

    Parameters
    ----------
    n_right, n : sequence of int
        Of each person: the digits that count, and those that they are counted among. Together at least one.

    Returns
    -------
    tuple of float
        Lower and upper bound, 0 to 1. Where drawing people anew says nothing, as there is one alone or all
        have the same share, it is Wilson's over the digits.

    References
    ----------
    Field and Welsh, "Bootstrapping clustered data", Journal of the Royal Statistical Society B 69 (2007),
    369-390.
    """
    return _draw_people(tuple(map(int, n_right)), tuple(map(int, n)))


@lru_cache(maxsize=256)  # pages ask again and again
def _draw_people(n_right: tuple[int, ...], n: tuple[int, ...]) -> tuple[float, float]:
    counts = np.array([n_right, n], dtype=np.float64)[:, np.array(n) > 0]
    if len(set(counts[0] / counts[1])) < 2:
        return wilson_interval(sum(n_right), sum(n))
    from scipy.stats import bootstrap  # noqa: PLC0415 - takes a second

    found = bootstrap(
        tuple(counts),
        _divide,
        n_resamples=_DRAWS,
        paired=True,
        vectorized=True,
        method="percentile",
        rng=np.random.default_rng(_SEED),
    )
    low, high = found.confidence_interval
    return float(low), float(high)


def _divide(n_right: np.ndarray, n: np.ndarray, axis: int = -1) -> np.ndarray:
    share: np.ndarray = n_right.sum(axis=axis) / n.sum(axis=axis)
    return share
