"""Accuracy against the number of units that a layer keeps, for each order of removal."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mnist_core.insight.evaluation import wilson_interval
from mnist_core.insight.operate.bench import Bench
from mnist_core.insight.operate.orders import Order, Ranks

N_RANDOM = 10
"""Random orders of which the curve shows the mean and the band."""

_MOST_POINTS = 33  # of a curve: more would take seconds and look the same

POINT_LOST = 0.01
"""What a network may lose while it still counts as reading as before."""


@dataclass(frozen=True)
class CurvePoint:
    """What a network reads of which one hidden layer is pruned.

    Attributes
    ----------
    layer : str
        A hidden one.
    order : str
        By what the units were removed.
    kept : int
        Units of the layer that are left.
    accuracy : float
        Share read right, 0 to 1; of the random order the mean.
    accuracy_from, accuracy_to : float
        Its 95 % interval (Wilson's); of the random order the lowest and the highest of 10.
    """

    layer: str
    order: str
    kept: int
    accuracy: float
    accuracy_from: float
    accuracy_to: float


def find_curve(bench: Bench, layer: str) -> list[CurvePoint]:
    """Measure what is read with ever fewer units of a hidden layer, the others untouched.

    Returns
    -------
    list of CurvePoint
        For each order from no unit to all of them.
    """
    n_units = bench.original.count_units(layer)
    counts = np.unique(np.linspace(0, n_units, min(n_units + 1, _MOST_POINTS)).round().astype(int))
    points = []
    for order in (Order.IMPORTANCE, Order.STEPWISE, Order.MAGNITUDE):
        right = _count_right(bench, layer, bench.rank(layer, order), counts)
        spans = [wilson_interval(n_right, bench.n) for n_right in right]
        shares = [n_right / bench.n for n_right in right]
        points += _list_points(layer, order, counts, shares, spans)
    drawn = np.array(
        [_count_right(bench, layer, bench.rank(layer, Order.RANDOM, k), counts) for k in range(N_RANDOM)]
    )
    ends = zip(drawn.min(axis=0) / bench.n, drawn.max(axis=0) / bench.n, strict=True)
    spans = [(float(low), float(high)) for low, high in ends]
    return points + _list_points(layer, Order.RANDOM, counts, drawn.mean(axis=0) / bench.n, spans)


def count_needed(points: Sequence[CurvePoint], order: Order, lost: float = POINT_LOST) -> int:
    """Count the units from which on at most so much accuracy is lost, of the counts that were measured."""
    curve = sorted((point for point in points if point.order == order), key=lambda point: -point.kept)
    needed = curve[0].kept
    for point in curve:
        if point.accuracy < curve[0].accuracy - lost:
            break
        needed = point.kept
    return needed


def _count_right(bench: Bench, layer: str, ranks: Ranks, counts: np.ndarray) -> list[int]:
    means, found = bench.find_means(layer), []
    for kept in counts:
        held = np.full_like(means, np.nan)
        held[ranks[kept:]] = means[ranks[kept:]]
        found.append(bench.count_right(bench.original.with_held(layer, held)))
    return found


def _list_points(
    layer: str,
    order: Order,
    counts: np.ndarray,
    shares: Sequence[float] | np.ndarray,
    spans: Sequence[tuple[float, float]],
) -> list[CurvePoint]:
    return [
        CurvePoint(layer, order.value, int(kept), float(share), low, high)
        for kept, share, (low, high) in zip(counts, shares, spans, strict=True)
    ]
