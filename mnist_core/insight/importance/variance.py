"""An analysis of variance whose shares have intervals.

Each effect is what its levels explain beyond all effects that do not hold it (Type II). What is left over is
chance; an effect's own sum of squares holds as much of that as it has degrees of freedom: that is taken off.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from jaxtyping import Float64
from scipy.special import chdtri, chndtr, ndtr

from mnist_core.insight.importance.axis_levels import AxisLevels

FEWEST_LEFT = 4
"""Degrees of freedom that must be left over for chance, to tell effects from it."""

_TAILS = np.array([[0.025], [0.975]])
_CHANCES = (np.arange(25) + 0.5) / 25  # places in the distribution of the variance of chance
_STEPS = 26  # of the bisection
_NORMAL_FROM = 1000.0  # a sum of squares of so many variances is as good as normal
_LEAST_VARIANCE = 1e-12  # of all: a few axes may explain scores to the last digit
_LEAST_COLUMN = 1e-7  # of a basis: less is rounding

Vector = Float64[np.ndarray, " n"]
Basis = Float64[np.ndarray, "n _"]
_Name = tuple[str, ...]


@dataclass(frozen=True)
class Explained:
    """A share of the variance, with its 95 % interval."""

    share: float
    low: float
    high: float


@dataclass(frozen=True)
class _Found:
    """An effect's sum of squares with its degrees of freedom, and the mean square of chance with its own."""

    square: float
    freedom: int
    chance: float
    freedom_left: int


def explain(axes: Sequence[AxisLevels], scores: Vector) -> dict[_Name, Explained | None]:
    """Find the share of the variance of scores that each axis explains, and each two beyond themselves.

    None stands for an effect that too few candidates tell; pairs of which one tells the other are left out.
    """
    centred = scores - scores.mean()
    total = float(centred @ centred) if np.ptp(scores) else 0.0
    mains: dict[_Name, Basis] = {(axis.name,): _spread(axis) for axis in axes}
    pairs: dict[_Name, Basis] = {
        (one.name, other.name): _cross(mains[one.name,], mains[other.name,])
        for one, other in combinations(axes, 2)
        if not (one.tells(other) or other.tells(one))
    }
    finer = {axis.name: {one.name for one in axes if one.tells(axis)} for axis in axes}
    everything = mains | pairs
    is_whole = _count_left(everything, len(centred)) >= FEWEST_LEFT
    found: dict[_Name, _Found | None] = {}
    for effect in everything:
        known = everything if is_whole else mains | {effect: everything[effect]}
        found[effect] = _measure(effect, known, finer, centred) if total else None
    return _share_out(found, total, len(centred))


def _spread(axis: AxisLevels) -> Basis:
    """Make a column for each level but the first, whose candidates are told by the others."""
    spread: Basis = (axis.levels[:, None] == np.arange(1, len(axis.words))).astype(float)
    return spread


def _cross(one: Basis, other: Basis) -> Basis:
    crossed: Basis = (one[:, :, None] * other[:, None, :]).reshape(len(one), -1)
    return crossed


def _span(n: int, parts: Iterable[Basis]) -> Basis:
    """Make an orthonormal basis of a constant and the columns of all parts."""
    span = np.full((n, 1), n**-0.5)
    for part in parts:
        span = _widen(span, part)
    return span


def _widen(span: Basis, part: Basis) -> Basis:
    """Widen an orthonormal basis by what columns have beyond it.

    By Gram and Schmidt, twice: the threads of LAPACK wait for one another for longer than it takes.
    """
    n_known, wide = span.shape[1], np.hstack([span, part])
    for column in part.T:
        known = wide[:, :n_known]
        beyond = column - known @ (known.T @ column)
        beyond -= known @ (known.T @ beyond)
        length = float(np.linalg.norm(beyond))
        if length > _LEAST_COLUMN * float(np.linalg.norm(column)):
            wide[:, n_known] = beyond / length
            n_known += 1
    return wide[:, :n_known]


def _count_left(known: dict[_Name, Basis], n: int) -> int:
    return n - int(_span(n, known.values()).shape[1])


def _measure(
    effect: _Name,
    known: Mapping[_Name, Basis],
    finer: Mapping[str, set[str]],
    scores: Vector,
) -> _Found | None:
    n, total = len(scores), float(scores @ scores)
    # What holds the effect, or all that tells it, is not beside it.
    beside = [
        basis for one, basis in known.items() if not all(finer[axis].intersection(one) for axis in effect)
    ]
    below, whole = _span(n, beside), _span(n, known.values())
    beyond = _widen(below, known[effect])
    freedom, freedom_left = beyond.shape[1] - below.shape[1], n - whole.shape[1]
    if freedom_left < FEWEST_LEFT or not freedom:
        return None
    without, with_it, left = (total - float(np.sum((one.T @ scores) ** 2)) for one in (below, beyond, whole))
    chance = max(left, _LEAST_VARIANCE * total) / freedom_left
    return _Found(max(without - with_it, 0.0), freedom, chance, freedom_left)


def _share_out(found: Mapping[_Name, _Found | None], total: float, n: int) -> dict[_Name, Explained | None]:
    told = [one for one in found.values() if one is not None]
    ends = iter(_find_ends(told, total, n).T.tolist())
    shares: dict[_Name, Explained | None] = dict.fromkeys(found)
    for effect, one in found.items():
        if one is not None:
            likeliest = max(one.square - one.freedom * one.chance, 0.0)
            share = likeliest / (likeliest + max(total - one.square, 0.0)) if likeliest else 0.0
            shares[effect] = Explained(share, *next(ends))
    return shares


def _find_ends(found: Sequence[_Found], total: float, n: int) -> Float64[np.ndarray, "2 effects"]:
    """Find the ends of the 95 % intervals of shares.

    Generalized confidence intervals: a sum of squares is a noncentral chi-square times the variance of
    chance, what is left over a central one. The rest that an effect is compared with holds chance too. Where
    the F test sees no effect at 2.5 %, the lower end is 0.

    References
    ----------
    Weerahandi, "Generalized confidence intervals", Journal of the American Statistical Association 88 (1993).
    """
    square, freedom, chance, left = (
        np.array([getattr(one, name) for one in found], float)[:, None]
        for name in ("square", "freedom", "chance", "freedom_left")
    )
    variances = chance * left / chdtri(left, _CHANCES)
    by_chance = np.minimum(chance * (n - 1 - freedom), total - square).clip(min=0)
    rest = (total - square - by_chance).clip(min=0) + by_chance * variances / chance
    low, high = np.zeros((2, len(found))), np.ones((2, len(found)))
    for _ in range(_STEPS):
        middle = (low + high) / 2
        odds = (middle / (1 - middle))[:, :, None]
        chances = [_find_chance(square / variances, freedom, one * rest / variances) for one in odds]
        is_below = np.array(chances) < _TAILS
        low, high = np.where(is_below, middle, low), np.where(is_below, high, middle)
    return low


def _find_chance(
    square: Float64[np.ndarray, "effects k"],
    freedom: Float64[np.ndarray, "effects 1"],
    effect: Float64[np.ndarray, "effects k"],
) -> Float64[np.ndarray, " effects"]:
    """Find the chance that an effect would make a greater sum of squares, all in variances of chance."""
    root = np.sqrt(np.maximum(square - (freedom - 1) / 2, 0))
    below = ndtr(root - np.sqrt(effect))
    few = square < _NORMAL_FROM
    all_freedom = np.broadcast_to(freedom, square.shape)
    # An effect that is far greater than what was seen has no chance, and would take long to compute.
    below[few] = chndtr(square[few], all_freedom[few], np.minimum(effect[few], 4 * _NORMAL_FROM))
    chances: Float64[np.ndarray, " effects"] = 1 - below.mean(axis=1)
    return chances
