"""The candidates of a search in order of accuracy, with their ties."""

import math
import statistics
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from mnist_core.network.candidate import Candidate
from mnist_core.network.history import REFIT_FOLD
from mnist_core.network.plan import SearchPlan
from mnist_core.store.rows import FitRow, FitState


@dataclass(frozen=True)
class RankedCandidate:
    """A candidate with what its finished folds say.

    Attributes
    ----------
    index : int
        Its place in the grid.
    candidate : Candidate
        Its hyper-parameters.
    n_folds_done : int
        Folds that are scored.
    mean, std : float
        Accuracy over those folds; the deviation is the population's, as scikit-learn gives it.
    standard_error : float
        Of the mean; infinite with a single fold.
    rank : int
        1 is best; candidates with all folds come before those that lack some.
    is_tied : bool
        Whether it is within one standard error of the best.
    """

    index: int
    candidate: Candidate
    n_folds_done: int
    mean: float
    std: float
    standard_error: float
    rank: int
    is_tied: bool


def rank_candidates(plan: SearchPlan, fits: Sequence[FitRow]) -> list[RankedCandidate]:
    """Rank the candidates that have a scored fold, the best first; not those that a race has dropped.

    Ties are those of one standard error: the mean of the best minus its standard error is reached.

    References
    ----------
    Breiman, Friedman, Olshen and Stone, "Classification and Regression Trees" (1984), the 1 SE rule.
    """
    candidates = plan.candidates()
    scores: dict[int, list[float]] = defaultdict(list)
    dropped = {fit.candidate for fit in fits if fit.state is FitState.DROPPED}
    for fit in fits:
        # A fit may have been read later than the plan, and be of a candidate that was drawn meanwhile.
        is_known = fit.candidate < len(candidates) and fit.candidate not in dropped
        if fit.score is not None and fit.fold != REFIT_FOLD and is_known:
            scores[fit.candidate].append(fit.score)
    order = sorted(scores, key=lambda index: _place(index, scores[index]))
    bar = _tie_bar(scores[order[0]]) if order else 0.0
    return [
        _describe(index, candidates[index], scores[index], rank, bar) for rank, index in enumerate(order, 1)
    ]


@dataclass(frozen=True)
class Leader:
    """The candidate that led at a time: its place in the grid, its mean and on how many folds."""

    index: int
    mean: float
    n_folds: int

    def say_folds(self) -> str:
        """Say on how many folds it led."""
        return "1 fold" if self.n_folds == 1 else f"{self.n_folds} folds"


def trace_leaders(ended: Iterable[FitRow]) -> Iterator[Leader]:
    """Yield who led after each of the fits, which are scored and come in the order in which they ended."""
    scores: dict[int, list[float]] = defaultdict(list)
    first = _NOBODY
    for fit in ended:
        if fit.score is not None:
            scores[fit.candidate].append(fit.score)
            # With a fold more a candidate stands before where it stood: who led before leads or is passed.
            first = min(first, _place(fit.candidate, scores[fit.candidate]))
        n_folds, mean, index = first
        yield Leader(index, -mean, -n_folds)


_NOBODY = (0, math.inf, 0)


def _place(index: int, scores: Sequence[float]) -> tuple[int, float, int]:
    """Return what candidates are sorted by, the best first."""
    # Of equals the first in the grid wins, as with scikit-learn's best_index_.
    return -len(scores), -statistics.fmean(scores), index


def _tie_bar(scores: Sequence[float]) -> float:
    # Of a single score no error is known: then only its equals are tied with it.
    return statistics.fmean(scores) - (standard_error(scores) if len(scores) > 1 else 0.0)


@lru_cache(maxsize=4096)  # pages rank a run each time that it has changed, and most scores are as they were
def _measure(scores: tuple[float, ...]) -> tuple[float, float, float]:
    """Measure the mean of scores, its deviation and its standard error."""
    return statistics.fmean(scores), statistics.pstdev(scores), standard_error(scores)


def standard_error(scores: Sequence[float]) -> float:
    """Compute the standard error of a mean; infinite for a single score."""
    return statistics.stdev(scores) / len(scores) ** 0.5 if len(scores) > 1 else float("inf")


def _describe(
    index: int, candidate: Candidate, scores: Sequence[float], rank: int, bar: float
) -> RankedCandidate:
    mean, std, error = _measure(tuple(scores))
    return RankedCandidate(
        index=index,
        candidate=candidate,
        n_folds_done=len(scores),
        mean=mean,
        std=std,
        standard_error=error,
        rank=rank,
        is_tied=mean >= bar,
    )
