"""Where a pen may have run on from one digit into the next without being lifted."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from jaxtyping import Float64

_STRAIGHT = 0.1  # of the row's height: what bends less is a line
_FORWARD = 0.08  # of the row's height, at least: a link leads to the right
_MOST_BACK = 0.25  # of the row's height: by so much may ink before a link lie right of ink behind it
_MOST_LINKS = 4  # of a stroke; more would be many ways to cut for few that are right

Points = Float64[np.ndarray, "points 2"]
"""Of a stroke, x to the right and y down."""


@dataclass(frozen=True)
class Link:
    """A piece of a stroke that may belong to neither digit.

    Attributes
    ----------
    first, last : int
        The points where it begins and ends; the digits have them too.
    speed : float
        Of the pen along it, in that of the whole stroke: points come evenly in time.
    """

    first: int
    last: int
    speed: float


def find_links(points: Points, height: float) -> list[Link]:
    """Find the pieces of a stroke between two corners that lead on to the right, to ink that lies there.

    Parameters
    ----------
    points : ndarray of shape (points, 2)
        In the order of the pen.
    height : float
        Of the row.
    """
    if len(points) < 4 or np.ptp(points[:, 0]) < _FORWARD * height:
        return []
    steps = np.hypot(*np.diff(points, axis=0).T)
    usual = float(np.median(steps[steps > 0]))
    reached = np.maximum.accumulate(points[:, 0])
    behind = np.minimum.accumulate(points[::-1, 0])[::-1]
    found = []
    for first, last in pairwise(_find_corners(points, _STRAIGHT * height)):
        back = reached[first] - behind[last]
        is_inner = first > 0 and last < len(points) - 1
        if (
            is_inner
            and points[last, 0] - points[first, 0] >= _FORWARD * height
            and back <= _MOST_BACK * height
        ):
            found.append((back, Link(first, last, float(steps[first:last].mean()) / usual)))
    chosen = sorted(found, key=lambda one: one[0])[:_MOST_LINKS]
    return sorted((link for _, link in chosen), key=lambda link: link.first)


def _find_corners(points: Points, tolerance: float) -> list[int]:
    """Find the points that a stroke can be drawn by in straight lines (Ramer, Douglas and Peucker)."""
    kept, spans = {0, len(points) - 1}, [(0, len(points) - 1)]
    while spans:
        first, last = spans.pop()
        away = _measure_away(points[first : last + 1])
        if away.max(initial=0.0) > tolerance:
            corner = first + int(away.argmax())
            kept.add(corner)
            spans += [(first, corner), (corner, last)]
    return sorted(kept)


def _measure_away(points: Points) -> Float64[np.ndarray, " points"]:
    """Measure how far points lie from the line between the first and the last of them."""
    line, from_first = points[-1] - points[0], points - points[0]
    length = max(float(np.hypot(*line)), 1e-12)  # a stroke may end where it began
    along = np.clip(from_first @ line / length, 0.0, length)[:, None] * line / length
    away: Float64[np.ndarray, " points"] = np.hypot(*(from_first - along).T)
    return away
