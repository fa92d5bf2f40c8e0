"""What the axes of an array of images can be."""

from dataclasses import dataclass
from math import isqrt

import numpy as np

_LEAST_SIDE = 2
_LEAST_SINGLE = 8  # a smaller matrix is no picture
_CHANNELS = (1, 3, 4)
_MOST_TIMES, _MOST_OBLONG = 3, 256  # a longer strip is no digit, nor is so large a matrix small pictures
_LONGEST_SIZE = 12  # characters
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
    rows, columns : int
        Pixels along the edges of one, as the file has it.
    """

    words: str
    n: int
    rows: int
    columns: int

    @property
    def side(self) -> int:
        """Return the pixels along the longer edge; an image that is not square is padded to a square."""
        return max(self.rows, self.columns)

    @property
    def size(self) -> str:
        """Return height and width, the value of `Choices.size`."""
        return f"{self.rows}x{self.columns}"

    @property
    def is_one_picture(self) -> bool:
        """Whether there is one image alone."""
        return self.n == 1


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
        return [Axes("rows columns", 1, shape[0], shape[0])]
    return found


def list_oblongs(shape: tuple[int, ...]) -> list[Axes]:
    """List the ways in which an array of a shape can be read as images that are not square."""
    found = []
    for words in _LAYOUTS.get(len(shape), ()):
        lengths = dict(zip(words.split(), shape, strict=True))
        sizes = _factor(lengths["pixels"]) if "pixels" in lengths else [(lengths["rows"], lengths["columns"])]
        if lengths["n"] > 1 and lengths.get("channels", 1) in _CHANNELS:
            found += [Axes(words, lengths["n"], *size) for size in sizes if _is_picture_size(*size)]
    return found


def read_size(shape: tuple[int, ...], size: str) -> list[Axes]:
    """List the ways in which an array of a shape can be read as images of a height and width, `28x20`."""
    rows, _, columns = size.partition("x")
    if not (rows.isdecimal() and columns.isdecimal() and len(size) < _LONGEST_SIZE):
        return []
    height, width, found = int(rows), int(columns), []
    for words in _LAYOUTS.get(len(shape), ()):
        lengths = {"rows": height, "columns": width, **dict(zip(words.split(), shape, strict=True))}
        is_size = (lengths["rows"], lengths["columns"]) == (height, width)
        if is_size and lengths.get("pixels", height * width) == height * width > 0:
            found.append(Axes(words, lengths["n"], height, width))
    return found


def _factor(n_pixels: int) -> list[tuple[int, int]]:
    most = min(n_pixels, _MOST_OBLONG)
    return [(rows, n_pixels // rows) for rows in range(1, most + 1) if n_pixels % rows == 0]


def _is_picture_size(rows: int, columns: int) -> bool:
    short, long = sorted((rows, columns))
    return _LEAST_SINGLE <= short < long <= min(_MOST_TIMES * short, _MOST_OBLONG)


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
    images = values.reshape(len(chosen), axes.rows, axes.columns, -1)
    steps = np.abs(np.diff(images, axis=1)).mean() + np.abs(np.diff(images, axis=2)).mean()
    spread = np.abs(images - images.mean()).mean()
    return float(steps / (2 * spread)) if spread > 0 else 1.0


def measure_likeness(array: np.ndarray, axes: Axes) -> tuple[float, float]:
    """Measure how much neighbouring pixels go together over all images, and how much any two do.

    Returns
    -------
    float, float
        Mean correlations: of neighbours, the lesser of those side by side and those one below the other, and
        of all pairs. Real pictures have far more of the first; columns of a table do not.
    """
    view = view_images(array, axes.words)
    chosen = np.linspace(0, axes.n - 1, min(axes.n, _SAMPLE)).astype(np.int64)
    values = np.nan_to_num(view[chosen].astype(np.float64)).clip(-_LARGEST, _LARGEST)
    images = values.reshape(len(chosen), axes.rows, axes.columns, -1).mean(axis=3)
    spread = images.std(axis=0)
    varies = spread > 1e-9 * np.abs(images).max(initial=1e-300)
    scores = np.where(varies, (images - images.mean(axis=0)) / np.where(varies, spread, 1), 0)
    alike = (scores**2).mean(axis=0)  # 1 where a pixel varies
    down, across = (scores[:, 1:] * scores[:, :-1], scores[:, :, 1:] * scores[:, :, :-1])
    both_down, both_across = (varies[1:] & varies[:-1], varies[:, 1:] & varies[:, :-1])
    if not both_down.any() or not both_across.any():
        return 0.0, 0.0
    neighbours = min(down.mean(axis=0)[both_down].mean(), across.mean(axis=0)[both_across].mean())
    n_varying = int(varies.sum())
    together = (scores.sum(axis=(1, 2)) ** 2).mean() - alike.sum()
    return float(neighbours), float(together / max(n_varying * (n_varying - 1), 1))


def _fit(words: str, shape: tuple[int, ...]) -> Axes | None:
    lengths = dict(zip(words.split(), shape, strict=True))
    side = isqrt(lengths["pixels"]) if "pixels" in lengths else lengths["rows"]
    is_square = side**2 == lengths["pixels"] if "pixels" in lengths else side == lengths["columns"]
    has_channels = lengths.get("channels", 1) in _CHANNELS
    is_fitting = is_square and has_channels and side >= _LEAST_SIDE
    return Axes(words, lengths["n"], side, side) if is_fitting else None
