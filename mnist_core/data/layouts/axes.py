"""What the axes of an array of images can be."""

from dataclasses import dataclass
from math import isqrt

import numpy as np

_LEAST_SIDE = 2
_LEAST_SINGLE = 8  # a smaller matrix is no picture
_CHANNELS = (1, 3, 4)
_LARGEST = 1e30  # sums of larger values would not be finite
_SAMPLE = 200  # images that tell which way an array lies


@dataclass(frozen=True)
class Axes:
    """A way to read an array as images.

    Attributes
    ----------
    words : str
        The axes in order, such as `pixels n`: the value of `Choices.axes`.
    n : int
        Images.
    side : int
        Pixels along an edge of one.
    """

    words: str
    n: int
    side: int


_LAYOUTS = {
    2: ("n pixels", "pixels n"),
    3: ("rows columns n", "n rows columns"),
    4: (
        "rows columns channels n",
        "n rows columns channels",
        "n channels rows columns",
        "channels rows columns n",
    ),
}


def list_axes(shape: tuple[int, ...]) -> list[Axes]:
    """List the ways in which an array of a shape can be read as square images, the likeliest first."""
    found = [axes for words in _LAYOUTS.get(len(shape), ()) if (axes := _fit(words, shape)) is not None]
    if not found and len(shape) == 2 and shape[0] == shape[1] >= _LEAST_SINGLE:
        return [Axes("rows columns", 1, shape[0])]
    return found


def view_images(array: np.ndarray, axes: str) -> np.ndarray:
    """View an array with the images along the first axis, then their pixels, or rows and columns.

    Returns
    -------
    ndarray of shape (n, pixels), (n, rows, columns) or (n, rows, columns, channels)
        No copy.
    """
    words = axes.split()
    if "n" not in words:
        return array[None]
    order = [words.index(word) for word in ("n", "pixels", "rows", "columns", "channels") if word in words]
    return array.transpose(order)


def measure_roughness(array: np.ndarray, axes: Axes) -> float:
    """Measure how much neighbouring pixels differ, as a share of how much all do; low for real pictures."""
    view = view_images(array, axes.words)
    chosen = np.linspace(0, axes.n - 1, min(axes.n, _SAMPLE)).astype(np.int64)
    values = np.nan_to_num(view[chosen].astype(np.float64)).clip(-_LARGEST, _LARGEST)
    images = values.reshape(len(chosen), axes.side, axes.side, -1)
    steps = np.abs(np.diff(images, axis=1)).mean() + np.abs(np.diff(images, axis=2)).mean()
    spread = np.abs(images - images.mean()).mean()
    return float(steps / (2 * spread)) if spread > 0 else 1.0


def _fit(words: str, shape: tuple[int, ...]) -> Axes | None:
    lengths = dict(zip(words.split(), shape, strict=True))
    side = isqrt(lengths["pixels"]) if "pixels" in lengths else lengths["rows"]
    is_square = side**2 == lengths["pixels"] if "pixels" in lengths else side == lengths["columns"]
    has_channels = lengths.get("channels", 1) in _CHANNELS
    return Axes(words, lengths["n"], side) if is_square and has_channels and side >= _LEAST_SIDE else None
