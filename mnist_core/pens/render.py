"""Ink at a fine scale -> a digit image as MNIST's makers laid it out."""

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
from jaxtyping import Float32
from PIL import Image as Pillow
from PIL import ImageDraw

from mnist_core.ground.arrays import Image
from mnist_core.ground.errors import EmptyDrawingError
from mnist_core.pens.strokes import Stroke, stroke_points

FineInk: TypeAlias = Float32[np.ndarray, "fine_height fine_width"]
"""Ink at `FINE` times the resolution of an image, 0.0 to 1.0."""

SIDE = 28
"""Pixels along an edge of the image that is drawn."""

INK_SIDE = 19.0
"""Pixels that the solid ink's longer side takes: its soft edge then reaches over 20, as in MNIST."""

PEN_WIDTH = 2.3
"""Pixels: the median width of MNIST's strokes (docs/decisions/0007-strokes-to-image.md)."""

FINE = 10
"""Fine pixels along a pixel; with it the pen is an odd 23 of them, so it has a middle."""

# Pixel edges count from 0 to 28. MNIST's own centres of mass lie at 14.5 (+- 0.29), the middle of the
# image is 14.0; the networks read best what lies half way.
_CENTRE = 14.25
_PEN = round(PEN_WIDTH * FINE)
_FINE_SIDE = round(INK_SIDE * FINE)
_DOT = 1e-200  # strokes no larger than this are one point; dividing by less would overflow


def draw_strokes(strokes: Sequence[Stroke]) -> Image:
    """Draw pen strokes as an image like MNIST's.

    The strokes keep their shape and are scaled to the 20-pixel box, drawn with a pen of MNIST's width
    at ten times the resolution, averaged down, and moved so that their centre of mass is the image's.

    Parameters
    ----------
    strokes : sequence of strokes
        Each a sequence of (x, y) or (x, y, time), y down, at any scale and place. One point is a dot.

    Returns
    -------
    ndarray of shape (28, 28), float32
        Ink, 0.0 (paper) to 1.0 (full ink).

    Raises
    ------
    EmptyDrawingError
        If no stroke has a point.
    DrawingError
        If a coordinate is no finite number or the strokes have another shape.

    References
    ----------
    LeCun, Cortes and Burges, "The MNIST database of handwritten digits": 20-pixel box, centre of mass.
    """
    return settle_ink(_ink_strokes(_fit_strokes(stroke_points(strokes))), FINE)


def centre_ink(image: Image) -> Image:
    """Move a digit so that its centre of mass is where a network expects it.

    Parameters
    ----------
    image : ndarray of shape (28, 28), float32
        Ink of each pixel, 0.0 (paper) to 1.0 (full ink).

    Returns
    -------
    ndarray of shape (28, 28), float32
        The same ink moved; what leaves the image is lost.

    Raises
    ------
    EmptyDrawingError
        If no pixel holds ink, as then no centre exists.
    """
    if not image.any():
        raise EmptyDrawingError("A digit needs ink, but the image is blank: draw a digit first.")
    return _average_down(image, _shift(image.sum(axis=1), 1), _shift(image.sum(axis=0), 1), 1)


def settle_ink(ink: FineInk, fine: int) -> Image:
    """Average fine ink down to an image, its centre of mass at the centre, without losing ink.

    Parameters
    ----------
    ink : ndarray of shape (height, width), float32
        Some ink, cropped, at `fine` times the image's resolution; no side longer than the image's.
    fine : int
        Fine pixels along a pixel.
    """
    rows, columns = ink.sum(axis=1), ink.sum(axis=0)
    room = SIDE * fine - np.array(ink.shape)
    row = np.clip(_shift(rows, fine), 0, room[0])
    column = np.clip(_shift(columns, fine), 0, room[1])
    return _average_down(ink, row, column, fine)


def _fit_strokes(strokes: list[np.ndarray]) -> list[np.ndarray]:
    """Scale strokes so that the pen's middle stays half a pen inside the box; whole fine pixels."""
    points = np.concatenate(strokes)
    low = points.min(axis=0)
    extent = float((points.max(axis=0) - low).max())
    scale = (_FINE_SIDE - _PEN) / extent if extent > _DOT else 0.0
    return [np.rint((stroke - low) * scale).astype(np.int64) + _PEN // 2 for stroke in strokes]


def _ink_strokes(strokes: list[np.ndarray]) -> FineInk:
    width, height = (int(size) + _PEN // 2 + 1 for size in np.concatenate(strokes).max(axis=0))
    canvas = Pillow.new("L", (width, height))
    pen = ImageDraw.Draw(canvas)
    for stroke in strokes:
        _ink_stroke(pen, stroke)
    return np.asarray(canvas).astype(np.float32)


def _ink_stroke(pen: ImageDraw.ImageDraw, stroke: np.ndarray) -> None:
    """Draw one stroke: straight pieces, and a disc at each point as the round tip of the pen."""
    is_move = np.append(True, (stroke[1:] != stroke[:-1]).any(axis=1))
    corners, tip = stroke[is_move], _PEN // 2
    if len(corners) > 1:
        pen.line(corners.ravel().tolist(), fill=1, width=_PEN)
    for box in np.concatenate([corners - tip, corners + tip], axis=1).tolist():
        pen.ellipse(box, fill=1)


def _shift(mass: np.ndarray, fine: int) -> float:
    """Find how far, in fine pixels, ink must move along one axis for its centre of mass."""
    middles = np.arange(len(mass), dtype=np.float32) + 0.5
    return _CENTRE * fine - float(mass @ middles / mass.sum())


def _average_down(ink: FineInk, row: float, column: float, fine: int) -> Image:
    down = _average_rows(_average_rows(ink, row, fine).T, column, fine).T
    image: Image = np.clip(down, 0.0, 1.0).astype(np.float32)
    return image


def _average_rows(ink: np.ndarray, shift: float, fine: int) -> np.ndarray:
    """Average moved fine rows down to an image's rows; a fine row between two counts for each in part."""
    # No matrix product: BLAS would start threads for it, which cost more than they bring.
    edges = np.clip(np.arange(SIDE + 1, dtype=np.float32) * fine - np.float32(shift), 0, len(ink))
    whole = np.minimum(edges.astype(np.int64), len(ink) - 1)
    part = (edges - whole)[:, None] * ink[whole]
    sums = np.add.reduceat(ink, whole, axis=0)[:-1]
    sums[whole[1:] == whole[:-1]] = 0.0  # reduceat takes one row where there is none
    averages: np.ndarray = (sums + np.diff(part, axis=0)) / np.float32(fine)
    return averages
