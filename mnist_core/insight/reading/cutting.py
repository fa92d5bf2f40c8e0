"""Pieces of ink in a row -> which of them are a digit together: the cheapest way through all of them."""

from collections.abc import Iterator, Sequence

import numpy as np

from mnist_core.insight.reading.doubt import Chances
from mnist_core.pens.pieces import Pieces

_MOST_WHOLES = 4  # strokes, or connected pieces, of one digit
_MOST_WIDTH = 1.8  # of one digit, in heights of the row

# Found by a random search on 250 numbers composed as in benchmarks/rows.py, with another seed.
_LEAST_CHANCE = 0.5  # what is no digit is no worse: people write digits that no model knows
_BONUS = 1.4  # of each group: a few odd digits are likelier than one of which half is left out
_OVERLAP_COST = 2.6  # of a cut between groups of which the narrower lies over the other
_NARROW = 0.35  # of the row's height: a group that is narrower overlaps as if it were so wide
_LOW_COST = 8.0  # of a group without any height, such as a bar of a 5 or of a 7 by itself
_LOW = 0.8  # of the row's height: what is taller may well be a digit
_WIDE_COST = 2.0  # of each height that a group is too wide
_WIDE = 0.95  # of the row's height: what is narrower may well be a digit

Span = tuple[int, int]
"""First piece of a group, and the one behind its last, in order from left to right."""


def list_spans(pieces: Pieces) -> list[Span]:
    """List the groups of neighbours that may be a digit: all single pieces, and what is not too wide."""
    n = len(pieces.boxes)
    return [(first, end) for first in range(n) for end in _list_ends(pieces, first, n)]


def _list_ends(pieces: Pieces, first: int, n: int) -> Iterator[int]:
    """Yield behind which pieces a group may end; one that is too large is no smaller with another piece."""
    yield first + 1
    for end in range(first + 2, n + 1):
        is_wide = np.ptp(pieces.boxes[first:end, [0, 2]]) > _MOST_WIDTH * pieces.height
        if is_wide or len(set(pieces.wholes[first:end])) > _MOST_WHOLES:
            return
        yield end


def choose_spans(pieces: Pieces, spans: Sequence[Span], chances: Chances) -> list[int]:
    """Choose groups that hold every piece once, from left to right.

    Those are taken that have the best chances of being digits, less costs for cuts through what overlaps or
    is whole, and for groups that are low or wide in the row.

    Parameters
    ----------
    pieces : Pieces
        The row.
    spans : sequence of Span
        The groups, as `list_spans` lists them.
    chances : ndarray of shape (spans,), float64
        That each is one digit, and read right.

    Returns
    -------
    list of int
        Positions in `spans`.
    """
    scores = {
        span: _BONUS + float(np.log(max(chance, _LEAST_CHANCE))) - _cost(span, pieces)
        for span, chance in zip(spans, chances, strict=True)
    }
    best = _find_best(scores, pieces)
    return [list(spans).index(span) for span in best]


def _cost(span: Span, pieces: Pieces) -> float:
    first, end = span
    parted = sum(
        cut.cost for cut in pieces.cuts if min(cut.one, cut.other) < first <= max(cut.one, cut.other) < end
    )
    return parted + _cost_size(span, pieces)


def _cost_size(span: Span, pieces: Pieces) -> float:
    group, height = pieces.boxes[slice(*span)], pieces.height
    if height == 0:
        return 0.0
    tall = (group[:, 3].max() - group[:, 1].min()) / height
    wide = (group[:, 2].max() - group[:, 0].min()) / height
    return float(_LOW_COST * max(0.0, _LOW - tall) + _WIDE_COST * max(0.0, wide - _WIDE))


def _find_best(scores: dict[Span, float], pieces: Pieces) -> list[Span]:
    """Find the cheapest way through all pieces, span by span."""
    ways: dict[Span, tuple[float, list[Span]]] = {}
    for span in sorted(scores):
        before = [
            (total - _cost_overlap(last, span, pieces), way)
            for last, (total, way) in ways.items()
            if last[1] == span[0]
        ]
        total, way = max(before, key=lambda pair: pair[0]) if before else (0.0, [])
        ways[span] = (total + scores[span], [*way, span])
    whole = [pair for span, pair in ways.items() if span[1] == len(pieces.boxes)]
    return max(whole, key=lambda pair: pair[0])[1]


def _cost_overlap(left: Span, right: Span, pieces: Pieces) -> float:
    one, other = pieces.boxes[slice(*left)], pieces.boxes[slice(*right)]
    overlap = one[:, 2].max() - other[:, 0].min()
    narrower = max(min(np.ptp(one[:, [0, 2]]), np.ptp(other[:, [0, 2]])), _NARROW * pieces.height)
    return _OVERLAP_COST * float(np.clip(overlap / narrower, 0.0, 1.0)) if narrower > 0 else 0.0
