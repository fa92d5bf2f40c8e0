"""Who falls behind in a race of candidates: a pure function of the epochs so far.

Candidates are compared fold by fold where they have learnt as much, not where they have been trained as long:
a slow learner is not dropped for being slow alone.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.special import stdtr

from mnist_core.network.history import Course
from mnist_core.network.learning_curves import Curves, average_gaps

# Chosen on 98 shuffles that are none of those which `benchmarks/race.py` judges by.
_FIRST_RUNG = 3  # epochs: the way from one loss to another begins with the second
_RUNG_GROWTH = 1.4
_FIRST_FOLDS = 0.6  # of all folds, on which a race begins
_ALL_FOLDS_FROM = 18  # epochs: who has come so far is compared on all folds
_EARLY = 0.28  # of a guess's loss: above it, accuracy says less of the end
_EARLY_DOUBT = 2.0  # share of what is still to be learnt that may be made good for, a factor e above that
_PRIOR_FOLDS = 60  # that the spread of all pairs counts for at most, beside a pair's own
_CHANCE = 1e-4  # of dropping who is not behind, in one of the many comparisons
_PACE_CHANCE = 0.1  # beside so much optimism
_TINY = 1e-9  # instead of no spread at all


@dataclass(frozen=True)
class Drop:
    """Why a candidate was dropped.

    Attributes
    ----------
    n_epochs : int
        Epochs that it had on each of the folds, where it had not ended before.
    behind : int
        The number of the candidate that it was compared with.
    by : float
        How far behind it is: accuracy where both had learnt as much, or, of `is_pace`, validation loss.
    n_folds_behind, n_folds : int
        On how many folds it is behind, of those that it was compared on: the first ones.
    p_value : float
        Chance of such a difference between equals.
    at_loss : float
        Training loss at which both were compared, the mean of the folds; of `is_pace` the validation loss
        that it would come to.
    is_pace : bool
        Whether it is behind even where its loss went on to fall as it did.
    """

    n_epochs: int
    behind: int
    by: float
    n_folds_behind: int
    n_folds: int
    p_value: float
    at_loss: float
    is_pace: bool

    def say(self, behind: object) -> str:
        """Say when and why, in words; `behind` names the candidate that it was compared with."""
        epochs = "1 epoch" if self.n_epochs == 1 else f"{self.n_epochs} epochs"
        return f"dropped after {epochs}: {self.say_why(behind)}"

    def say_why(self, behind: object) -> str:
        """Say why alone."""
        share = "all" if self.n_folds_behind == self.n_folds else f"{self.n_folds_behind} of"
        chance = "p < 0.001" if self.p_value < 0.001 else f"p = {self.p_value:.3f}"
        where = f"on {share} {self.n_folds} folds ({chance})"
        if self.is_pace:
            return (
                f"even if its validation loss fell on as it did, for many times its epochs, it would come to "
                f"{self.at_loss:.2f}, where {behind} is {self.by:.2f} lower already, {where}"
            )
        return (
            f"{self.by * 100:.1f} points behind {behind} where both had a training loss of "
            f"{self.at_loss:.2f}, {where}"
        )


def list_rungs(most: int) -> Iterator[int]:
    """List the epochs after which candidates are compared, below the most that a network may have."""
    rung = _FIRST_RUNG
    while rung < most:
        yield rung
        rung = max(rung + 1, round(rung * _RUNG_GROWTH))


def count_folds(rung: int, n_folds: int) -> int:
    """Count the folds, the first ones, on which candidates are compared after so many epochs.

    A race begins on some of them: who is far behind is seen there, and the others cost nothing.
    """
    return n_folds if rung >= _ALL_FOLDS_FROM else max(min(2, n_folds), math.ceil(_FIRST_FOLDS * n_folds))


Courses = Mapping[tuple[int, int], Course]
"""The course of each fit, by candidate and fold."""


def replay_race(
    courses: Courses, n_candidates: int, n_folds: int, most_epochs: int, n_classes: int
) -> dict[int, Drop]:
    """Say who was dropped so far, and why, from what was recorded."""
    drops: dict[int, Drop] = {}
    for rung in list_rungs(most_epochs):
        left = [number for number in range(n_candidates) if number not in drops]
        n_compared = count_folds(rung, n_folds)
        fits = [courses.get((number, fold)) for number in left for fold in range(n_compared)]
        if not all(fit is not None and fit.is_at(rung) for fit in fits):
            break
        drops |= judge(courses, left, n_compared, rung, n_classes)
    return drops


def judge(
    courses: Courses, contenders: Sequence[int], n_folds: int, rung: int, n_classes: int
) -> dict[int, Drop]:
    """Say which contenders fall behind after so many epochs of each; who has ended is not dropped.

    Two are compared on each fold at the lowest training loss that both have come to: by the validation
    accuracy that each had on its way down there. A paired t-test over the folds, whose variance is moderated
    by that of all pairs, has to say that one is behind by more than it may make good for. Else who learns
    too slowly: who stays behind the lowest validation loss even with some doublings of its epochs that each
    win what the last one won. The order of the candidates plays no part, and who reads the most stays.

    Parameters
    ----------
    courses : mapping
        Of every contender's fits; what is beyond the rung is not looked at.
    contenders : sequence of int
        Those who were not dropped before.
    n_folds : int
        On which they are compared, the first ones; at least 2.
    rung : int
        Epochs.
    n_classes : int
        Whose number says what loss a guess has.

    References
    ----------
    Maron and Moore, "Hoeffding races" (1993). Birattari et al., "A racing algorithm for configuring
    metaheuristics" (2002). Smyth, "Linear models and empirical Bayes methods for assessing differential
    expression" (2004), the moderated t.
    """
    fits = [[courses[number, fold] for fold in range(n_folds)] for number in contenders]
    is_going = np.array([any(fit.goes_beyond(rung) for fit in row) for row in fits])
    if not is_going.any():
        return {}
    curves = Curves.read(fits, rung, n_classes)
    is_safe = ~is_going | (curves.accuracy.mean(axis=1) == curves.accuracy.mean(axis=1).max())
    found = _compare_pace(curves, rung) | _compare_progress(curves, rung)
    return {
        contenders[place]: replace(drop, behind=contenders[drop.behind])
        for place, drop in found.items()
        if not is_safe[place]
    }


def _compare_progress(curves: Curves, rung: int) -> dict[int, Drop]:
    """Compare each with each where both had learnt as much."""
    n, n_folds = curves.depth.shape
    common = np.minimum(curves.depth[:, None], curves.depth[None])  # of who is ahead, of who is behind
    places, folds = np.arange(n), np.arange(n_folds)
    level = np.maximum(common, 0)
    ahead = curves.on_the_way[places[:, None, None], folds, level]
    behind = curves.on_the_way[places[None, :, None], folds, level]
    gaps = average_gaps(curves.on_the_way, common)
    is_told = ~np.isnan(gaps).any(axis=2)
    np.fill_diagonal(is_told, val=False)
    if not is_told.any():
        return {}
    leader = curves.accuracy[curves.accuracy.mean(axis=1).argmax()]
    to_learn = np.maximum(leader - np.maximum(ahead, behind), 0).mean(axis=2)
    losses = curves.levels[level]
    is_early = np.maximum(np.log(losses / (_EARLY * curves.levels[0])), 0).mean(axis=2)
    slack = _EARLY_DOUBT * is_early * to_learn
    own, n_own = gaps.var(axis=2, ddof=1), n_folds - 1
    n_prior = min(_PRIOR_FOLDS, n_own * (n - 2))  # of few contenders no more is known than they tell
    moderated = (n_prior * float(np.median(own[is_told])) + n_own * own) / (n_prior + n_own)
    error = np.sqrt(moderated / n_folds) + _TINY
    t = np.where(is_told, (gaps.mean(axis=2) - slack) / error, -np.inf)
    by_whom = t.argmax(axis=0)
    p = stdtr(n_prior + n_own, -t[by_whom, places])
    return {
        place: Drop(
            rung,
            int(by_whom[place]),
            float(gaps[by_whom[place], place].mean()),
            int((gaps[by_whom[place], place] > 0).sum()),
            n_folds,
            float(p[place]),
            float(losses[by_whom[place], place].mean()),
            is_pace=False,
        )
        for place in np.flatnonzero(p < _CHANCE).tolist()
    }


def _compare_pace(curves: Curves, rung: int) -> dict[int, Drop]:
    """Compare what each would come to with the lowest loss of all."""
    best = int(curves.loss.mean(axis=1).argmin())
    coming = curves.loss - curves.may_win
    gaps = coming - curves.loss[best]
    n_folds = gaps.shape[1]
    error = gaps.std(axis=1, ddof=1) / math.sqrt(n_folds) + _TINY
    p = stdtr(n_folds - 1, -gaps.mean(axis=1) / error)
    return {
        place: Drop(
            rung,
            best,
            float(gaps[place].mean()),
            int((gaps[place] > 0).sum()),
            n_folds,
            float(p[place]),
            float(coming[place].mean()),
            is_pace=True,
        )
        for place in np.flatnonzero(p < _PACE_CHANCE).tolist()
        if place != best
    }
