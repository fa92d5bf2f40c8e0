"""A photo or picture of digits in rows -> the pieces of ink of each row, from left to right."""

from collections.abc import Sequence
from dataclasses import dataclass
from io import BufferedIOBase
from pathlib import Path

import numpy as np
from jaxtyping import Float64
from PIL import Image as Pillow
from skimage.measure import label, regionprops

from mnist_core.ground.arrays import Image
from mnist_core.pens.found_ink import Mask, find_ink, fit_ink
from mnist_core.pens.picture import fit_picture
from mnist_core.pens.picture_file import open_shrunk
from mnist_core.pens.render import FINE, settle_ink

_TALL = 0.5  # of the digits' height: what is lower is a part of a digit, such as a bar
_TALLEST = 0.75  # the quantile of the pieces' heights that is taken for the digits'
_LEVEL = 0.5  # of the digits' height: by so much more or less high stand neighbours of a row
_NEAR = 2.5  # of the digits' height: a wider gap parts two rows
_BESIDE = 0.6  # of the digits' height: low pieces that are farther from any tall one are dirt
_WIDE = 0.7  # of the digits' height: a narrower piece is one digit
_THIN = 0.4  # of the digits' height: ink is cut along lines that hold no more
_SLANTS = (0.0, 0.2, 0.4)  # to the right for each pixel up
_APART = 0.2  # of the digits' height, at least, between two cuts
_TOUCH_COST = 1.0
_DEEP_COST = 3.0  # of a cut through as much ink as the digits are high

Boxes = Float64[np.ndarray, "pieces 4"]
"""Left, top, right and bottom of each piece, in pixels."""


@dataclass(frozen=True)
class _Line:
    """A line through ink: where it crosses the middle, how it leans, and how many pixels of ink it meets."""

    place: int
    slant: float
    middle: float
    n: int

    def is_behind(self, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
        """Say which pixels lie right of it."""
        right: np.ndarray = columns + self.slant * (rows - self.middle) >= self.place
        return right


@dataclass(frozen=True, eq=False)
class PictureRow:
    """Ink of digits in a row, from left to right, in pieces of which one or several are a digit.

    Attributes
    ----------
    boxes : ndarray of shape (pieces, 4)
        Left, top, right and bottom of each.
    wholes : list of int
        The connected ink that each belongs to.
    cuts : list of (int, int, float)
        Two pieces of one whole that follow one another, and what it costs to part them.
    numbered : ndarray of shape (height, width), int
        Of each pixel the piece, counted from 1; 0 elsewhere.
    """

    boxes: Boxes
    wholes: list[int]
    cuts: list[tuple[int, int, float]]
    numbered: np.ndarray

    def draw(self, first: int, end: int) -> Image:
        """Draw pieces, from one to the one before another, as an image like MNIST's."""
        left, top, right, bottom = self._reach(first, end)
        part = self.numbered[top:bottom, left:right]
        return settle_ink(fit_ink((part > first) & (part <= end)), FINE)

    def _reach(self, first: int, end: int) -> tuple[int, ...]:
        boxes = self.boxes[first:end]
        return tuple(map(int, (*boxes[:, :2].min(axis=0), *boxes[:, 2:].max(axis=0))))


def read_picture_rows(source: Path | str | BufferedIOBase | Pillow.Image) -> list[PictureRow]:
    """Find the rows of digits in a photo or picture, from top to bottom.

    Parameters
    ----------
    source : Path, str, binary file or what `open_shrunk` gave
        As for `read_picture`.

    Raises
    ------
    DrawingError
        As for `read_picture`.
    EmptyDrawingError
        If nothing on it stands out as ink.
    """
    source = Path(source) if isinstance(source, str) else source
    picture = source if isinstance(source, Pillow.Image) else open_shrunk(source)
    return find_rows(find_ink(fit_picture(picture)))


def find_rows(is_ink: Mask) -> list[PictureRow]:
    """Find the rows of digits in ink, from top to bottom.

    Connected ink of the digits' height makes rows, where its neighbours stand about as high; low pieces join
    the nearest. Ink that is too wide for one digit is cut where a column holds little of it.

    Parameters
    ----------
    is_ink : ndarray of shape (height, width), bool
        True where there is ink, somewhere.
    """
    labels = label(is_ink, connectivity=2)
    boxes = np.array([_turn(piece.bbox) for piece in regionprops(labels)], dtype=np.float64)
    heights = boxes[:, 3] - boxes[:, 1]
    height = float(np.quantile(heights, _TALLEST))
    rows = _group_rows(boxes, heights >= _TALL * height, height)
    found = [_make_row(labels, [number + 1 for number in row], height) for row in rows]
    return sorted(found, key=lambda row: float(row.boxes[:, [1, 3]].mean()))


def _turn(bbox: Sequence[int]) -> tuple[int, int, int, int]:
    top, left, bottom, right = bbox
    return left, top, right, bottom


def _group_rows(boxes: Boxes, is_tall: np.ndarray, height: float) -> list[list[int]]:
    """Group pieces, by number: tall ones with neighbours about as high, then low ones with the nearest."""
    rows: list[list[int]] = []
    for number in sorted(np.flatnonzero(is_tall).tolist(), key=lambda one: boxes[one, 0]):
        near = [row for row in rows if _follows(boxes[row[-1]], boxes[number], height)]
        if near:
            min(near, key=lambda row: abs(_middle(boxes[row[-1]]) - _middle(boxes[number]))).append(number)
        else:
            rows.append([number])
    for number in np.flatnonzero(~is_tall).tolist():
        gaps = [min(_gap(boxes[number], boxes[other]) for other in row) for row in rows]
        if min(gaps) <= _BESIDE * height:
            rows[int(np.argmin(gaps))].append(number)
    return rows


def _follows(box: np.ndarray, other: np.ndarray, height: float) -> bool:
    is_level = abs(_middle(box) - _middle(other)) <= _LEVEL * height
    return bool(is_level and other[0] - box[2] <= _NEAR * height)


def _middle(box: np.ndarray) -> float:
    return float(box[1] + box[3]) / 2


def _gap(box: np.ndarray, other: np.ndarray) -> float:
    apart = np.maximum(np.maximum(box[:2] - other[2:], other[:2] - box[2:]), 0)
    return float(np.hypot(*apart))


def _make_row(labels: np.ndarray, numbers: Sequence[int], height: float) -> PictureRow:
    """Cut the pieces of a row where they are wide, and order what comes of it from left to right."""
    masks, wholes, joints = list[Mask](), list[int](), list[tuple[int, float]]()
    for number in numbers:
        mask = labels == number
        lines = _find_cuts(mask, height)
        parts = _split(mask, lines)
        costs = [_TOUCH_COST + _DEEP_COST * line.n / height for line in lines]
        joints += [(len(masks) + k, cost) for k, cost in enumerate(costs[: len(parts) - 1])]
        masks += parts
        wholes += [number] * len(parts)
    boxes = np.array([_box(mask) for mask in masks])
    order = np.argsort(boxes[:, 0] + boxes[:, 2], kind="stable")
    rank = np.argsort(order)
    numbered = np.zeros(labels.shape, dtype=np.int64)
    for place, one in enumerate(order):
        numbered[masks[one]] = place + 1
    cuts = [(int(rank[k]), int(rank[k + 1]), cost) for k, cost in joints]
    return PictureRow(boxes[order], [wholes[one] for one in order], cuts, numbered)


def _find_cuts(mask: Mask, height: float) -> list[_Line]:
    """Find lines, upright or slanted, by which connected ink may be parted into digits that touch."""
    rows, columns = np.nonzero(mask)
    if np.ptp(columns) < _WIDE * height:
        return []
    found = [line for slant in _SLANTS for line in _count_lines(rows, columns, slant)]
    margin, chosen = _APART * height, list[_Line]()
    first, last = columns.min() + margin, columns.max() - margin
    for line in sorted(found, key=lambda one: one.n):
        if line.n > _THIN * height:
            break
        if first <= line.place <= last and all(abs(line.place - other.place) >= margin for other in chosen):
            chosen.append(line)
    return sorted(chosen, key=lambda line: line.place)


def _count_lines(rows: np.ndarray, columns: np.ndarray, slant: float) -> list[_Line]:
    """Count the ink along all lines of a slant, by the columns that they cross half way down."""
    middle = (rows.min() + rows.max()) / 2
    places = np.rint(columns + slant * (rows - middle)).astype(np.int64)
    counts = np.bincount(np.maximum(places, 0))
    return [_Line(int(place), slant, middle, int(counts[place])) for place in np.flatnonzero(counts)]


def _split(mask: Mask, lines: Sequence[_Line]) -> list[Mask]:
    rows, columns = np.nonzero(mask)
    parts = sum((line.is_behind(rows, columns).astype(np.int64) for line in lines), np.zeros(len(rows), int))
    masks = []
    for part in np.unique(parts):
        masks.append(np.zeros_like(mask))
        masks[-1][rows[parts == part], columns[parts == part]] = True
    return masks


def _box(mask: Mask) -> np.ndarray:
    rows, columns = (np.flatnonzero(mask.any(axis=axis)) for axis in (1, 0))
    return np.array([columns[0], rows[0], columns[-1] + 1, rows[-1] + 1], dtype=np.float64)
