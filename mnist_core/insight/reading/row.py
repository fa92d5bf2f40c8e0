"""Several digits in a row, drawn or photographed: the number that they make."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mnist_core.ground.arrays import Images
from mnist_core.insight.evaluation.answers import read_probabilities
from mnist_core.insight.reading import Reading, draw_all, rank
from mnist_core.insight.reading.cutting import Span, choose_spans, list_spans
from mnist_core.insight.reading.doubt import judge_readings
from mnist_core.insight.reading.links import Link, find_links
from mnist_core.insight.reading.several_ways import read_several_ways
from mnist_core.network.models import Model
from mnist_core.pens import Stroke
from mnist_core.pens.pieces import Pieces, measure_height, order_pieces
from mnist_core.pens.strokes import stroke_points

_CUT_COST = 1.0  # of a stroke that is cut at a link as fast as the rest of it
_SPEED_BONUS = 1.0  # of each doubling of that speed
_MOST_BONUS = 1.5


@dataclass(frozen=True, eq=False)
class Row:
    """Digits in a row, from left to right.

    Attributes
    ----------
    number : str
        The digits that were read.
    images : ndarray of shape (n, 28, 28), float32
        Each as the model was shown it.
    groups : list of lists of strokes
        The strokes of each; none where they were found in a picture.
    readings : list of Reading
        Of each.
    chances : list of float
        That each is one digit, and read right.
    """

    number: str
    images: Images
    groups: list[list[Stroke]]
    readings: list[Reading]
    chances: list[float]

    @property
    def chance(self) -> float:
        """Return the chance that all is right."""
        return float(np.prod(self.chances))


@dataclass(frozen=True, eq=False)
class _Part:
    """A stroke, or what of it lies between two links: its place in the stroke, its first and last point."""

    stroke: int
    place: int
    first: int
    last: int


def read_row(model: Model, strokes: Sequence[Stroke]) -> Row:
    """Cut strokes into digits and read them.

    Of all ways to cut the strokes, ordered from left to right, into groups of up to four, the one is taken
    whose groups have the best chances of being digits, less costs (`cutting.choose_spans`). A stroke that
    runs on from one digit into the next is cut where it leads on straight; that piece is left out. Each
    digit is read in several ways.

    Parameters
    ----------
    model : Model
        One that reads digits of 28 x 28.
    strokes : sequence of strokes
        As `draw_strokes` takes them.

    Raises
    ------
    EmptyDrawingError
        If no stroke has a point.
    DrawingError
        If a coordinate is no finite number or the strokes have another shape.
    ModelError
        If the model knows other classes than the ten digits.
    """
    inked = [stroke for stroke in strokes if len(stroke)]
    pieces, parts = _take_apart(stroke_points(inked))
    spans = list_spans(pieces)
    groups = [_gather(inked, parts[slice(*span)]) for span in spans]
    return read_pieces(model, pieces, spans, draw_all(groups), groups)


def read_pieces(
    model: Model, pieces: Pieces, spans: Sequence[Span], images: Images, groups: Sequence[list[Stroke]]
) -> Row:
    """Choose which groups of pieces are the digits, and read them.

    Parameters
    ----------
    model : Model
        One that reads digits of 28 x 28.
    pieces : Pieces
        The row.
    spans : sequence of Span
        The groups.
    images : ndarray of shape (spans, 28, 28), float32
        Each group as a digit.
    groups : sequence of lists of strokes
        Of each; empty where there are none.

    Raises
    ------
    ModelError
        If the model knows other classes than the ten digits.
    """
    chances = judge_readings(images, read_probabilities(model, images))
    best = choose_spans(pieces, spans, chances)
    chosen = images[best]
    probabilities = read_several_ways(model, chosen)
    readings = [rank(row) for row in probabilities]
    return Row(
        "".join(str(reading.digit) for reading in readings),
        chosen,
        [groups[place] for place in best],
        readings,
        judge_readings(chosen, probabilities).tolist(),
    )


def _take_apart(strokes: Sequence[np.ndarray]) -> tuple[Pieces, list[_Part]]:
    """Part strokes at their links, and order what comes of it from left to right."""
    height = measure_height(np.array([_box(stroke) for stroke in strokes]))
    parts, joints = list[_Part](), list[tuple[int, float]]()
    for number, points in enumerate(strokes):
        links = find_links(points, height)
        ends = [0, *(place for link in links for place in (link.first, link.last)), len(points) - 1]
        joints += [(len(parts) + k, _cost_link(link)) for k, link in enumerate(links)]
        between = zip(ends[::2], ends[1::2], strict=True)
        parts += [_Part(number, place, *pair) for place, pair in enumerate(between)]
    boxes = np.array([_box(strokes[part.stroke][part.first : part.last + 1]) for part in parts])
    pieces, order = order_pieces(boxes, [part.stroke for part in parts], joints, height)
    return pieces, [parts[one] for one in order]


def _box(points: np.ndarray) -> list[float]:
    return [*points.min(axis=0), *points.max(axis=0)]


def _cost_link(link: Link) -> float:
    bonus = _SPEED_BONUS * float(np.log2(max(link.speed, 1.0)))
    return _CUT_COST - min(bonus, _MOST_BONUS)


def _gather(strokes: Sequence[Stroke], parts: Sequence[_Part]) -> list[Stroke]:
    """Return the strokes of a group; parts of one that follow one another are one again, with their link."""
    runs: dict[tuple[int, int], tuple[int, int]] = {}
    for number in dict.fromkeys(part.stroke for part in parts):
        own = sorted((part for part in parts if part.stroke == number), key=lambda part: part.place)
        for place, part in enumerate(own):
            run = number, part.place - place  # the same for all that follow one another
            runs[run] = runs.get(run, (part.first, 0))[0], part.last
    return [_slice(strokes[number], *ends) for (number, _), ends in runs.items()]


def _slice(stroke: Stroke, first: int, last: int) -> Stroke:
    return stroke if (first, last) == (0, len(stroke) - 1) else stroke[first : last + 1]
