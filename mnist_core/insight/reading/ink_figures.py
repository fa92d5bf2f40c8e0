"""What can be measured of the ink of an image: its size, holes, outline and crossings."""

import numpy as np
from jaxtyping import Float32, Float64
from scipy import ndimage

from mnist_core.ground.arrays import Images

_INK = 0.3  # of full ink
_N_PLACES = 6  # along each side of the ink's box
_EDGES = (0.15, 0.85)  # of the height: between them a side is looked at for being straight

Box = np.ndarray
"""Where ink is, cropped to it: of shape (height, width), bool."""


def measure_ink(images: Images) -> Float64[np.ndarray, "n figures"]:
    """Measure the ink of each image; each has some.

    A row holds ink a row, width to height, pieces, holes; the size of the two largest holes, in shares of the
    box around the ink; how far from the left, right, upper and lower side ink begins at six places each; how
    uneven the left and the right side are: a D is as round as a nought, but straight on the left; and how
    many strokes are crossed at these places.
    """
    return np.array([_measure(image) for image in images], dtype=np.float64)


def _measure(image: Float32[np.ndarray, "side side"]) -> np.ndarray:
    is_ink = image > min(_INK, float(image.max()) / 2)
    rows, columns = (np.flatnonzero(is_ink.any(axis=axis)) for axis in (1, 0))
    box = is_ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    height, width = box.shape
    pieces = ndimage.label(box, np.ones((3, 3)))[1]
    holes = _measure_holes(box)
    lying = box.T
    sides = [_find_starts(side) for side in (box, box[:, ::-1], lying, lying[:, ::-1])]
    figures = [float(image.sum()) / height, width / height, pieces, len(holes)]
    figures += [*holes[:2], *[0.0] * (2 - len(holes))]
    places, lying_places = _place(height), _place(width)
    outline = [sides[0][places], sides[1][places], sides[2][lying_places], sides[3][lying_places]]
    crossed = [_count_strokes(box[places]), _count_strokes(lying[lying_places])]
    return np.concatenate([figures, *outline, [_find_unevenness(side) for side in sides[:2]], *crossed])


def _measure_holes(box: Box) -> list[float]:
    """Measure holes as shares of the box, the largest first."""
    labels, n_parts = ndimage.label(~np.pad(box, 1))
    sizes = np.bincount(labels.ravel(), minlength=n_parts + 1)[2:]  # after the ink, and what is around it
    return sorted((sizes / box.size).tolist(), reverse=True)


def _place(length: int) -> np.ndarray:
    return ((np.arange(_N_PLACES) + 0.5) / _N_PLACES * length).astype(np.int64)


def _find_starts(box: Box) -> np.ndarray:
    """Find where ink begins in each row, as a share of its length; 1 where there is none."""
    starts: np.ndarray = box.argmax(axis=1) / box.shape[1]
    starts[~box.any(axis=1)] = 1.0
    return starts


def _find_unevenness(starts: np.ndarray) -> float:
    first, last = (round(edge * len(starts)) for edge in _EDGES)
    return float(starts[first : max(last, first + 1)].std())


def _count_strokes(lines: np.ndarray) -> np.ndarray:
    """Count the runs of ink in each line."""
    strokes: np.ndarray = (lines[:, 1:] & ~lines[:, :-1]).sum(axis=1) + lines[:, 0]
    return strokes
