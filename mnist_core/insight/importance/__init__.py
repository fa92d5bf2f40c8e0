"""How much each axis of a search matters: what share of the differences between candidates it explains."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float64

from mnist_core.insight.importance.axis_levels import AxisLevels, list_axes
from mnist_core.insight.importance.variance import explain
from mnist_core.network.history import REFIT_FOLD
from mnist_core.network.plan import SearchPlan
from mnist_core.store import FitRow

_MOST_LEFT_OUT = 0.1  # of the candidates that have a fold, so that there is one fold more


@dataclass(frozen=True)
class Effect:
    """What an axis explains, or two together beyond what each does alone.

    Attributes
    ----------
    axes : tuple of str
        One or two.
    share : float or None
        Of the variance of the candidates' accuracies, 0 to 1; None where too few candidates tell it.
    low, high : float
        Its 95 % interval; `low` is 0 where it may well be chance.
    """

    axes: tuple[str, ...]
    share: float | None = None
    low: float = 0.0
    high: float = 1.0

    @property
    def name(self) -> str:
        """Return its axes as one name."""
        return " x ".join(self.axes)

    @property
    def is_found(self) -> bool:
        """Whether it is more than chance."""
        return self.share is not None and self.low > 0


@dataclass(frozen=True)
class Slice:
    """The candidates with one value of an axis.

    Attributes
    ----------
    axis, value : str
        The axis, and its value in words.
    n : int
        Candidates.
    mean, worst, best : float
        Of their accuracies.
    """

    axis: str
    value: str
    n: int
    mean: float
    worst: float
    best: float


@dataclass(frozen=True)
class Importance:
    """What the axes of a search explain.

    Attributes
    ----------
    n_candidates, n_folds : int
        Those that are counted, and the folds on which they are compared; 0 folds where these are not known.
    n_left_out : int
        Candidates of the search that are not counted: they are not measured on these folds.
    effects : tuple of Effect
        Of each axis with several values and of each two of them; the greatest first, last what cannot be
        told.
    slices : tuple of Slice
        Axis by axis, value by value.
    grouped : tuple of str
        Axes with so many numbers that neighbours were put together.
    """

    n_candidates: int
    n_folds: int
    n_left_out: int
    effects: tuple[Effect, ...]
    slices: tuple[Slice, ...]
    grouped: tuple[str, ...]

    @property
    def reason(self) -> str:
        """Say why nothing can be told; empty where something can."""
        if any(effect.share is not None for effect in self.effects):
            return ""
        if not self.effects and self.n_candidates > 1:
            return "Nothing to tell: no axis has more than one value among the candidates that are measured."
        if self.n_candidates > 1 and all(one.worst == one.best == self.slices[0].best for one in self.slices):
            return "Nothing to tell: all candidates are equally accurate."
        return f"Not enough candidates to tell: {self.n_candidates} of them are measured on the same folds."

    def say_counted(self) -> str:
        """Say which candidates are counted, and which are not."""
        folds = f" on {self.n_folds} fold{'s' if self.n_folds > 1 else ''}" if self.n_folds else ""
        words = f"Shares of the differences in accuracy between {self.n_candidates} candidates{folds}"
        if self.n_left_out:
            words += (
                f"; {self.n_left_out} more are left out, as they are not measured there: they may tell else"
            )
        if self.grouped:
            words += f"; neighbouring numbers of {', '.join(self.grouped)} are put together"
        return f"{words}."


def measure_importance(
    params: Sequence[Mapping[str, Any]], scores: Sequence[float] | Float64[np.ndarray, " n"]
) -> Importance:
    """Measure what share of the differences between candidates each axis explains, and each two beyond that.

    The shares are of the variance among the candidates that there are, whatever the order of the values: a
    best rate in the middle counts. What three axes do together counts as chance. An axis without effect has
    an interval that holds 0 in about 97 of 100 searches.

    Parameters
    ----------
    params : sequence of mapping
        The hyper-parameters of each candidate, as in `cv_results_["params"]`.
    scores : sequence or array of float
        Mean accuracy of each, over the same folds.
    """
    return _measure(params, np.asarray(scores, float), 0, 0)


def measure_run(plan: SearchPlan, fits: Iterable[FitRow], among: Set[int] | None = None) -> Importance:
    """Measure what the axes of a run explain, by the folds that are scored so far.

    Candidates are compared on the same folds: on as many as leave out no more than a tenth of the candidates.

    Parameters
    ----------
    plan : SearchPlan
        Of the run.
    fits : iterable of FitRow
        Its fits.
    among : set of int or None
        The numbers of the candidates that are looked at; None takes all.
    """
    candidates = plan.candidates()
    known = range(len(candidates)) if among is None else among  # others were drawn after the plan was read
    counted, folds, scores = _choose_counted([fit for fit in fits if fit.candidate in known])
    params = [plan.grid.params(candidates[index]) for index in counted]
    n = plan.n_candidates if among is None else len(among)
    return _measure(params, scores, len(folds), n - len(counted))


def _choose_counted(fits: Iterable[FitRow]) -> tuple[list[int], list[int], Float64[np.ndarray, " n"]]:
    """Choose candidates that are scored on the same folds; return them, the folds, and their means."""
    scores = {
        (fit.candidate, fit.fold): fit.score
        for fit in fits
        if fit.score is not None and fit.fold != REFIT_FOLD
    }
    order = [fold for fold, _ in Counter(sorted(fold for _, fold in scores)).most_common()]
    counted: set[int] = {candidate for candidate, _ in scores}
    least, folds = 0.0, list[int]()
    for fold in order:
        having = {candidate for candidate in counted if (candidate, fold) in scores}
        least = least or (1 - _MOST_LEFT_OUT) * len(having)
        if len(having) < least:
            break
        counted, folds = having, [*folds, fold]
    means = [float(np.mean([scores[candidate, fold] for fold in folds])) for candidate in sorted(counted)]
    return sorted(counted), folds, np.array(means, float)


def _measure(
    params: Sequence[Mapping[str, Any]], scores: Float64[np.ndarray, " n"], n_folds: int, n_left_out: int
) -> Importance:
    axes = list_axes(params)
    shares = explain(axes, scores) if axes else {}
    effects = [
        Effect(names) if one is None else Effect(names, one.share, one.low, one.high)
        for names, one in shares.items()
    ]
    effects.sort(key=lambda one: (one.share is None, -(one.share or 0.0), len(one.axes)))
    slices = [one for axis in axes for one in _cut(axis, scores)]
    grouped = tuple(axis.name for axis in axes if axis.is_grouped)
    return Importance(len(scores), n_folds, n_left_out, tuple(effects), tuple(slices), grouped)


def _cut(axis: AxisLevels, scores: Float64[np.ndarray, " n"]) -> list[Slice]:
    parts = [scores[axis.levels == level] for level in range(len(axis.words))]
    return [
        Slice(axis.name, word, len(part), float(part.mean()), float(part.min()), float(part.max()))
        for word, part in zip(axis.words, parts, strict=True)
    ]
