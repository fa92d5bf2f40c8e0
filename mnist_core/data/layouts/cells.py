"""Cell arrays of pictures as one array: of one size stacked, of many sizes each in the middle of a square."""

from collections.abc import Sequence

import numpy as np

from mnist_core.ground.variables import Cells

GREY = np.array([0.299, 0.587, 0.114], dtype=np.float32)
"""How much red, green and blue count, by ITU-R BT.601, as for MATLAB's `rgb2gray`."""

_LARGEST_SIDE = 112  # pixels of the pictures of many sizes, which become 28: larger ones are shrunk
_LEAST_SHORT_SIDE = 4  # of the usual one; a narrow 1 that was cut to its ink may have less


def stack_cells(value: object) -> tuple[np.ndarray, bool] | None:
    """Stack a cell array of pictures; None where it is none.

    Returns
    -------
    ndarray
        Pictures of one size as they are; those of many sizes as squares, of shape (n, side, side).
    bool
        Whether they are of many sizes.
    """
    if not isinstance(value, Cells) or not value.items:
        return None
    arrays = [item for item in value.items if isinstance(item, np.ndarray) and item.dtype.kind in "fiub"]
    if len(arrays) < len(value.items):
        return None
    if len({array.shape for array in arrays}) > 1:
        return (_frame(arrays), True) if _are_pictures(arrays) else None
    if arrays[0].size < 4:
        return None
    return np.stack([array.ravel() if 1 in array.shape else array for array in arrays]), False


def _are_pictures(arrays: Sequence[np.ndarray]) -> bool:
    if any(array.ndim not in (2, 3) or not array.size for array in arrays):
        return False
    if any(array.ndim == 3 and array.shape[2] not in (1, 3, 4) for array in arrays):
        return False
    return float(np.median([min(array.shape[:2]) for array in arrays])) >= _LEAST_SHORT_SIDE


def _frame(arrays: Sequence[np.ndarray]) -> np.ndarray:
    """Put each picture in the middle of a square of paper, as large as the largest needs."""
    pictures = [_shrink(_make_grey(array)) for array in arrays]
    side = max(max(picture.shape) for picture in pictures)
    edges = [np.concatenate([one[0], one[-1], one[:, 0], one[:, -1]]) for one in pictures]
    framed = np.full((len(pictures), side, side), np.median(np.concatenate(edges)), dtype=np.float32)
    for place, picture in zip(framed, pictures, strict=True):
        rows, columns = picture.shape
        top, left = (side - rows) // 2, (side - columns) // 2
        place[top : top + rows, left : left + columns] = picture
    return framed


def _make_grey(array: np.ndarray) -> np.ndarray:
    values = array.astype(np.float32)
    if values.ndim == 2:
        return values
    grey: np.ndarray = values[..., 0] if values.shape[2] < 3 else values[..., :3] @ GREY
    return grey


def _shrink(picture: np.ndarray) -> np.ndarray:
    """Average blocks of a large picture, so that many of them fit in memory."""
    step = -(-max(picture.shape) // _LARGEST_SIDE)
    if step == 1:
        return picture
    rows, columns = (-(-length // step) for length in picture.shape)
    wider = np.pad(
        picture,
        [(0, n * step - length) for n, length in zip((rows, columns), picture.shape, strict=True)],
        "edge",
    )
    small: np.ndarray = wider.reshape(rows, step, columns, step).mean(axis=(1, 3))
    return small
