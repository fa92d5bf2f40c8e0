"""A photo or picture of digits in rows -> the pieces of ink of each row, from left to right."""

from collections.abc import Sequence
from dataclasses import dataclass
from io import BufferedIOBase
from pathlib import Path

import numpy as np
from jaxtyping import Bool, Int64
from PIL import Image as Pillow
from skimage.measure import label, regionprops

from mnist_core.ground.arrays import Image
from mnist_core.pens.found_ink import Mask, find_ink, fit_ink
from mnist_core.pens.picture import fit_picture
from mnist_core.pens.picture_file import open_shrunk
from mnist_core.pens.pieces import Boxes, Pieces, measure_height, order_pieces
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

Spots = Int64[np.ndarray, "_ 2"]
"""Row and column of each pixel of some ink."""


@dataclass(frozen=True)
class _Line:
    """A line through ink: where it crosses the middle, how it leans, and how many pixels of ink it meets."""

    place: int
    slant: float
    middle: float
    n: int

    def is_behind(self, spots: Spots) -> Bool[np.ndarray, " _"]:
        """Say which pixels lie right of it."""
        rows, columns = spots.T
        right: Bool[np.ndarray, " _"] = columns + self.slant * (rows - self.middle) >= self.place
        return right


@dataclass(frozen=True, eq=False)
class PictureRow:
    """Ink of digits in a row, from left to right, in pieces of which one or several are a digit.

    Attributes
    ----------
    pieces : Pieces
        The pieces; their wholes are connected ink, and their boxes are in pixels.
    numbered : ndarray of shape (height, width), int64
        Of each pixel the piece, counted from 1; 0 elsewhere.
    """

    pieces: Pieces
    numbered: Int64[np.ndarray, "height width"]

    def draw(self, first: int, end: int) -> Image:
        """Draw pieces, from one to the one before another, as an image like MNIST's."""
        left, top, right, bottom = self._reach(first, end)
        part = self.numbered[top:bottom, left:right]
        return settle_ink(fit_ink((part > first) & (part <= end)), FINE)

    def _reach(self, first: int, end: int) -> tuple[int, ...]:
        boxes = self.pieces.boxes[first:end]
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
    the nearest. Ink that is too wide for one digit is cut along lines that hold little of it.

    Parameters
    ----------
    is_ink : ndarray of shape (height, width), bool
        True where there is ink, somewhere.
    """
    wholes = [piece.coords for piece in regionprops(label(is_ink, connectivity=2))]
    boxes = np.array([_box(whole) for whole in wholes])
    heights = boxes[:, 3] - boxes[:, 1]
    height = float(np.quantile(heights, _TALLEST))
    rows = _group_rows(boxes, heights >= _TALL * height, height)
    found = [_make_row([wholes[number] for number in row], is_ink.shape, height) for row in rows]
    return sorted(found, key=lambda row: float(row.pieces.boxes[:, [1, 3]].mean()))


def _box(spots: Spots) -> np.ndarray:
    (top, left), (bottom, right) = spots.min(axis=0), spots.max(axis=0) + 1
    return np.array([left, top, right, bottom], dtype=np.float64)


def _group_rows(boxes: Boxes, is_tall: np.ndarray, height: float) -> list[list[int]]:
    """Group pieces, by number: tall ones with neighbours about as high, then low ones with the nearest."""
    rows: list[list[int]] = []
    for number in sorted(np.flatnonzero(is_tall).tolist(), key=lambda one: boxes[one, 0]):
        near = [row for row in rows if _follows(boxes[row[-1]], boxes[number], height)]
        if near:
            min(near, key=lambda row: abs(_middle(boxes[row[-1]]) - _middle(boxes[number]))).append(number)
        else:
            rows.append([number])
    tall = [tuple(row) for row in rows]
    for number in np.flatnonzero(~is_tall).tolist():
        gaps = [min(_gap(boxes[number], boxes[other]) for other in row) for row in tall]
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


def _make_row(wholes: Sequence[Spots], shape: tuple[int, ...], height: float) -> PictureRow:
    """Cut the ink of a row where it is wide, and order what comes of it from left to right."""
    parts, owners, joints = list[Spots](), list[int](), list[tuple[int, float]]()
    for number, whole in enumerate(wholes):
        own, costs = _split(whole, _find_cuts(whole, height), height)
        joints += [(len(parts) + k, cost) for k, cost in enumerate(costs)]
        parts += own
        owners += [number] * len(own)
    boxes = np.array([_box(part) for part in parts])
    pieces, order = order_pieces(boxes, owners, joints, measure_height(boxes))
    numbered = np.zeros(shape, dtype=np.int64)
    for place, one in enumerate(order):
        numbered[*parts[one].T] = place + 1
    return PictureRow(pieces, numbered)


def _find_cuts(spots: Spots, height: float) -> list[_Line]:
    """Find lines, upright or slanted, by which connected ink may be parted into digits that touch."""
    if np.ptp(spots[:, 1]) < _WIDE * height:
        return []
    margin, chosen = _APART * height, list[_Line]()
    found = [line for slant in _SLANTS for line in _count_lines(spots, slant, margin)]
    for line in sorted(found, key=lambda one: one.n):
        if line.n > _THIN * height:
            break
        if all(abs(line.place - other.place) >= margin for other in chosen):
            chosen.append(line)
    return sorted(chosen, key=lambda line: line.place)


def _count_lines(spots: Spots, slant: float, margin: float) -> list[_Line]:
    """Count the ink along the lines of a slant, by the columns that they cross half way down.

    Those near the ink's sides, upright or as slanted as the lines, are left out: they cut off slivers.
    """
    rows, columns = spots.T
    middle = (rows.min() + rows.max()) / 2
    places = np.rint(columns + slant * (rows - middle)).astype(np.int64)
    first = max(columns.min(), places.min()) + margin
    last = min(columns.max(), places.max()) - margin
    inner = places[(places >= first) & (places <= last)]
    counts = zip(*np.unique(inner, return_counts=True), strict=True)
    return [_Line(int(place), slant, middle, int(n)) for place, n in counts]


def _split(spots: Spots, lines: Sequence[_Line], height: float) -> tuple[list[Spots], list[float]]:
    """Part ink by lines, from left to right, and tell what each cut between two parts costs."""
    behind = sum((line.is_behind(spots).astype(np.int64) for line in lines), np.zeros(len(spots), np.int64))
    # Where lines cross, nothing may lie between two of them.
    held = np.unique(behind)
    costs = [_TOUCH_COST + _DEEP_COST * lines[part - 1].n / height for part in held[1:]]
    return [spots[behind == part] for part in held], costs
