"""The answer to the riddle, in figures with their intervals."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mnist_core.insight.evaluation import wilson_interval
from mnist_core.insight.fields.likeness import DIGIT_LIKE
from mnist_core.training.riddle.design import GRID, NULL, PAPER
from mnist_core.training.riddle.networks_table import Row

Interval = tuple[float, float]
"""In which a figure lies with 95 % confidence."""

_RESAMPLES = 2_000
_BIN = 0.1  # width of the steps in which the scores of fields are counted


@dataclass(frozen=True)
class Mean:
    """A mean over networks.

    Attributes
    ----------
    value : float
        The mean.
    interval : tuple of float
        Its 95 % interval by bootstrap (percentiles of 2,000 resamples).
    """

    value: float
    interval: Interval


@dataclass(frozen=True)
class Summary:
    """The networks of one factor and level.

    Attributes
    ----------
    factor, level : str
        Which they are.
    n, n_like : int
        Networks, and how many of them are digit-like.
    share_interval : tuple of float
        95 % interval of that share (Wilson's).
    score, accuracy : Mean
        Over the networks.
    lost : Mean
        Accuracy of the paper's recipe less theirs, on average; negative where they read better.
    """

    factor: str
    level: str
    n: int
    n_like: int
    share_interval: Interval
    score: Mean
    accuracy: Mean
    lost: Mean

    @property
    def share(self) -> float:
        """Return the share that is digit-like."""
        return self.n_like / self.n


@dataclass(frozen=True)
class Step:
    """Fields of about the same score, and how many of them an independent network reads as their digit.

    Attributes
    ----------
    low : float
        Least correlation of the step, which is 0.1 wide.
    n, n_read : int
        Fields, and how many are read.
    """

    low: float
    n: int
    n_read: int


def list_levels(rows: Sequence[Row]) -> list[Summary]:
    """Summarise the networks of each factor and level, in their order, and those of the grid as a whole."""
    groups: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        groups.setdefault((row.factor, "" if row.factor == GRID else row.level), []).append(row)
    paper = np.array([row.accuracy for row in rows if row.factor == PAPER])
    return [_summarise(*key, group, paper) for key, group in groups.items()]


def find_level(summaries: Sequence[Summary], factor: str, level: str = "") -> Summary:
    """Find the summary of a factor and level."""
    return next(one for one in summaries if (one.factor, one.level) == (factor, level))


def group_factors(rows: Sequence[Row]) -> dict[str, Sequence[Row]]:
    """Group networks by factor, without those that learned shuffled labels."""
    groups: dict[str, list[Row]] = {}
    for row in rows:
        if row.factor != NULL:
            groups.setdefault(row.factor, []).append(row)
    return dict(groups)


def group_levels(rows: Sequence[Row], factor: str) -> dict[str, Sequence[Row]]:
    """Group the networks of a factor by its level, behind those of the paper's recipe."""
    groups = {PAPER: [row for row in rows if row.factor == PAPER]}
    for row in rows:
        if row.factor == factor:
            groups.setdefault(f"{factor} {row.level}", []).append(row)
    return dict(groups)


def share_read(steps: Sequence[Step], *, is_like: bool) -> float:
    """Return the share read as their digit, of the fields that look like digits or of the others."""
    chosen = [step for step in steps if (step.low > DIGIT_LIKE - _BIN / 10) is is_like]
    return sum(step.n_read for step in chosen) / sum(step.n for step in chosen)


def calibrate(rows: Sequence[Row]) -> list[Step]:
    """Count by the score of a field how often an independent network reads it as its digit."""
    fields = [
        (own, read == digit)
        for row in rows
        for digit, (own, read) in enumerate(zip(row.own, row.read_by_reader, strict=False))
    ]
    steps: dict[int, list[bool]] = {}
    for own, is_read in fields:
        steps.setdefault(max(int(own / _BIN + 1e-9), 0), []).append(is_read)
    return [Step(step * _BIN, len(found), sum(found)) for step, found in sorted(steps.items())]


def _summarise(factor: str, level: str, rows: Sequence[Row], paper: np.ndarray) -> Summary:
    scores, accuracies = (np.array([getattr(row, name) for row in rows]) for name in ("score", "accuracy"))
    n_like = int((scores >= DIGIT_LIKE).sum())
    return Summary(
        factor,
        level,
        len(rows),
        n_like,
        wilson_interval(n_like, len(rows)),
        _average(scores),
        _average(accuracies),
        _average(paper, accuracies),
    )


def _average(values: np.ndarray, others: np.ndarray | None = None) -> Mean:
    """Average values, less the average of others where there are any."""
    from scipy.stats import bootstrap  # noqa: PLC0415 - takes a second

    samples = [values] if others is None else [values, others]

    def subtract_means(*drawn: np.ndarray, axis: int = -1) -> np.ndarray:
        first, *rest = (one.mean(axis=axis) for one in drawn)
        return np.asarray(first - sum(rest))

    value = float(subtract_means(*samples))
    if min(map(len, samples)) < 2:  # of one network nothing is known of the chance of its training
        return Mean(value, (value, value))
    found = bootstrap(
        samples,
        subtract_means,
        n_resamples=_RESAMPLES,
        method="percentile",
        rng=np.random.default_rng(0),
    )
    low, high = found.confidence_interval
    return Mean(value, (float(low), float(high)))
