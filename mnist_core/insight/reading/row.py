"""Several digits in a row: which strokes belong to one digit, and the number that they make."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float64

from mnist_core.insight.reading import Reading, draw_all, read_images
from mnist_core.insight.reading.doubt import judge_readings
from mnist_core.network.models import Model
from mnist_core.pens import Stroke
from mnist_core.pens.strokes import stroke_points

_MOST_STROKES = 4  # of one digit
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

Boxes = Float64[np.ndarray, "strokes 4"]
"""Left, top, right and bottom of each stroke."""

_Span = tuple[int, int]
"""First stroke of a group, and the one behind its last, in order from left to right."""


@dataclass(frozen=True, eq=False)
class Row:
    """Digits in a row, from left to right.

    Attributes
    ----------
    number : str
        The digits that were read.
    groups : list of lists of strokes
        The strokes of each.
    readings : list of Reading
        Of each.
    chances : list of float
        That each is one digit, and read right.
    """

    number: str
    groups: list[list[Stroke]]
    readings: list[Reading]
    chances: list[float]

    @property
    def chance(self) -> float:
        """Return the chance that all is right."""
        return float(np.prod(self.chances))


def read_row(model: Model, strokes: Sequence[Stroke]) -> Row:
    """Cut strokes into digits and read them.

    Of all ways to cut the strokes, ordered from left to right, into groups of up to four, the one is taken
    whose groups have the best chances of being digits, less costs for cuts through what overlaps and for
    groups that are low or wide in the row.

    Parameters
    ----------
    model : Model
        One that reads digits of 28 x 28.
    strokes : sequence of strokes
        As `draw_strokes` takes them; a stroke belongs to one digit.

    Raises
    ------
    EmptyDrawingError
        If no stroke has a point.
    DrawingError
        If a coordinate is no finite number or the strokes have another shape.
    ModelError
        If the model knows other classes than the ten digits.
    """
    ordered, boxes = _order(strokes)
    spans = _list_spans(boxes)
    groups = {span: ordered[slice(*span)] for span in spans}
    images = draw_all(list(groups.values()))
    readings = read_images(model, images)
    chances = judge_readings(images, np.stack([reading.probabilities for reading in readings]))
    scores = {
        span: _BONUS + float(np.log(max(chance, _LEAST_CHANCE))) - _cost_size(span, boxes)
        for span, chance in zip(spans, chances, strict=True)
    }
    best = [spans.index(span) for span in _find_best(scores, boxes)]
    return Row(
        "".join(str(readings[place].digit) for place in best),
        [groups[spans[place]] for place in best],
        [readings[place] for place in best],
        [float(chances[place]) for place in best],
    )


def _order(strokes: Sequence[Stroke]) -> tuple[list[Stroke], Boxes]:
    inked = [stroke for stroke in strokes if len(stroke)]
    points = stroke_points(inked)
    boxes = np.array([[*stroke.min(axis=0), *stroke.max(axis=0)] for stroke in points])
    order = np.argsort(boxes[:, 0] + boxes[:, 2], kind="stable")
    return [inked[place] for place in order], boxes[order]


def _list_spans(boxes: Boxes) -> list[_Span]:
    """List the groups of neighbours that may be a digit: all single strokes, and what is not too wide."""
    widest = _MOST_WIDTH * _height(boxes)
    n = len(boxes)
    return [
        (first, end)
        for first in range(n)
        for end in range(first + 1, min(first + _MOST_STROKES, n) + 1)
        if end == first + 1 or np.ptp(boxes[first:end, [0, 2]]) <= widest
    ]


def _height(boxes: Boxes) -> float:
    """Measure the height of the row: that of its tallest strokes, as digits may climb."""
    return float(np.quantile(boxes[:, 3] - boxes[:, 1], 0.9))


def _cost_size(span: _Span, boxes: Boxes) -> float:
    group, height = boxes[slice(*span)], _height(boxes)
    if height == 0:
        return 0.0
    tall = (group[:, 3].max() - group[:, 1].min()) / height
    wide = (group[:, 2].max() - group[:, 0].min()) / height
    return float(_LOW_COST * max(0.0, _LOW - tall) + _WIDE_COST * max(0.0, wide - _WIDE))


def _find_best(scores: dict[_Span, float], boxes: Boxes) -> list[_Span]:
    """Find the cheapest way through all strokes, span by span."""
    ways: dict[_Span, tuple[float, list[_Span]]] = {}
    for span in sorted(scores):
        before = [
            (total - _cost_overlap(last, span, boxes), way)
            for last, (total, way) in ways.items()
            if last[1] == span[0]
        ]
        total, way = max(before, key=lambda pair: pair[0]) if before else (0.0, [])
        ways[span] = (total + scores[span], [*way, span])
    whole = [pair for span, pair in ways.items() if span[1] == len(boxes)]
    return max(whole, key=lambda pair: pair[0])[1]


def _cost_overlap(left: _Span, right: _Span, boxes: Boxes) -> float:
    one, other = boxes[slice(*left)], boxes[slice(*right)]
    overlap = one[:, 2].max() - other[:, 0].min()
    narrower = max(min(np.ptp(one[:, [0, 2]]), np.ptp(other[:, [0, 2]])), _NARROW * _height(boxes))
    return _OVERLAP_COST * float(np.clip(overlap / narrower, 0.0, 1.0)) if narrower > 0 else 0.0
