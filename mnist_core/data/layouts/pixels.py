"""Pixel values as files hold them to ink: read in pieces, scaled to 0 to 1, bright on dark."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from mnist_core.data.layouts.axes import Axes, view_images
from mnist_core.data.layouts.cells import GREY
from mnist_core.data.layouts.found import ImageStack, UndecidedError
from mnist_core.data.layouts.ink import choose_sample, find_paper
from mnist_core.data.layouts.understanding import Decision, decide
from mnist_core.ground.arrays import Images

_THREADS = 2  # memory is the limit
_PIECE = 512  # images at once: few enough for a processor's cache, also where they lie column after column
_BYTE, _LEAST_PEAK = 255, 128  # a set of byte images reaches its upper half; 0 to 16, say, is another scale
_OVERSHOOT = 0.5  # what smoothing may leave below 0 or above 1, as in images that were interpolated
_LARGEST = 1e30  # sums of larger values would not be finite
_ZERO = 0.05  # what is as good as 0, of values up to 1
_SAMPLE = 500  # images that tell how bright paper and ink are
_FAINT = 0.2  # pixels that are darker count as paper where images are shown
_SAME_LENGTH = 1e-3  # by which lengths may differ from one, for single precision and rounding
_TAIL = 0.001  # share of values that may lie far out, as standardised pixels do
_WAYS = {
    "unit": "0 to 1, as they are",
    "bytes": f"0 to {_BYTE}, divided by {_BYTE}",
    "signed": "-1 to 1, moved to 0 to 1",
    "stretch": "any, stretched to 0 to 1",
    "each": "any, the greatest of each image made 1",
}


@dataclass(frozen=True, eq=False)
class Pixels:
    """Images as the file has them, in one array.

    Attributes
    ----------
    images : ndarray of shape (n, side, side), float32
        Not yet scaled.
    least, greatest : float
        Of all values.
    is_logical : bool
        Whether the file says true and false.
    n_channels : int
        Colours that were made grey; 1 where there were none.
    """

    images: Images
    least: float
    greatest: float
    is_logical: bool
    n_channels: int


def read_pixels(stacks: Sequence[ImageStack]) -> Pixels:
    """Read stacks of images into one array, a piece at a time, so that no second copy of the file is made.

    Raises
    ------
    UndecidedError
        If they have different sides, are no plain numbers, hold NaN or infinity, or are all the same.
    """
    side = _find_side(stacks)
    images = np.empty((sum(stack.axes.n for stack in stacks), side, side), dtype=np.float32)
    views = [view_images(stack.array, stack.axes.words) for stack in stacks]
    with ThreadPoolExecutor(_THREADS) as threads:
        ends = np.array(list(threads.map(lambda piece: _copy_piece(*piece), _cut(stacks, views, images))))
    least, greatest = float(ends[:, 0].min()), float(ends[:, 1].max())
    if not np.isfinite(ends).all():
        raise UndecidedError(_say_odd(stacks))
    if max(abs(least), abs(greatest)) > _LARGEST:
        raise UndecidedError(
            f"Pixel values run from {least:g} to {greatest:g}, beyond any picture: rescale them."
        )
    paths = " and ".join(dict.fromkeys(stack.path for stack in stacks))
    if greatest == least:
        raise UndecidedError(
            f"{paths} needs pictures, but every pixel is {least:g}: check how the file was saved."
        )
    if len(images) > 1 and all((images[i] == images[0]).all() for i in range(1, len(images))):
        raise UndecidedError(
            f"{paths} needs different pictures, but all {len(images):,} are the same: "
            "check how the file was saved."
        )
    n_channels = max(view.shape[3] if view.ndim == 4 else 1 for view in views)
    is_logical = all(stack.array.dtype.kind == "b" for stack in stacks)
    return Pixels(images, least, greatest, is_logical, n_channels)


def scale_pixels(pixels: Pixels, choice: str | None) -> tuple[Images, Decision, tuple[str, ...]]:
    """Scale pixels to 0 to 1, in place.

    Parameters
    ----------
    pixels : Pixels
        What was read; its images are changed.
    choice : str or None
        How, where the user chose.

    Returns
    -------
    ndarray of shape (n, side, side), float32
        The images, 0.0 to 1.0.
    Decision
        `values`.
    tuple of str
        What the user should know.
    """
    images, span = pixels.images, f"{pixels.least:.6g} to {pixels.greatest:.6g}"
    way, why = (choice, "it was said so") if choice in _WAYS else _find_way(pixels)
    colours = f"Images of {pixels.n_channels} colours were made grey."
    warnings = (colours,) if pixels.n_channels > 1 else ()
    if way == "each":
        _stretch_each(images, min(pixels.least, 0.0))
        warnings = (*warnings, f"Pixel values ran from {span}; the greatest of each image became 1.")
    else:
        warnings = (*warnings, *_stretch(pixels, *_find_limits(pixels, way), span, is_cut=way == "stretch"))
    reason = f"Pixel values run from {span}, so they are read as {_WAYS[way]}: {why}."
    return images, decide("values", way, reason, _WAYS, choice is not None), warnings


def _find_limits(pixels: Pixels, way: str) -> tuple[float, float]:
    """Find what becomes 0 and 1."""
    known = {"unit": (0.0, 1.0), "bytes": (0.0, float(_BYTE)), "signed": (-1.0, 1.0)}
    return known[way] if way in known else _find_ends(pixels)


def _stretch(pixels: Pixels, low: float, high: float, span: str, is_cut: bool) -> tuple[str, ...]:
    """Make 0 and 1 of two values, in place, and say so."""
    images, is_outside = pixels.images, pixels.least < low or pixels.greatest > high
    if low != 0:
        images -= np.float32(low)
    if high - low != 1:
        images /= np.float32(high - low)
    if is_outside or is_cut:
        np.clip(images, 0, 1, out=images)
    said = (_say_scaling(span, low, high),) if (low, high) != (0.0, 1.0) else ()
    if is_outside:
        cut = f"Pixel values ran from {span}; what lay outside {low:.6g} to {high:.6g} was cut off."
        said = (*said, cut)
    return said


def _stretch_each(images: Images, least: float) -> None:
    """Make the greatest value of each image 1, in place; a blank one stays."""
    for start in range(0, len(images), _PIECE):
        piece = images[start : start + _PIECE]
        piece -= np.float32(least)
        greatest = piece.max(axis=(1, 2), keepdims=True)
        piece /= np.where(greatest > 0, greatest, np.float32(1))


def _find_side(stacks: Sequence[ImageStack]) -> int:
    sides = {stack.axes.side: stack.path for stack in stacks}
    if all(stack.is_uneven for stack in stacks):  # they are fitted into one size once their ink is known
        return max(sides)
    if len(sides) > 1:
        words = ", ".join(f"{path} {side} x {side}" for side, path in sides.items())
        raise UndecidedError(f"All images need one size, but there are several: {words}; save them alike.")
    return next(iter(sides))


def _cut(
    stacks: Sequence[ImageStack], views: Sequence[np.ndarray], images: Images
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Cut views of a file's arrays in pieces, and with each the place where its images go.

    Images that are not square go to the middle of a square, whose rest is paper.
    """
    first, side = 0, images.shape[1]
    for stack, view in zip(stacks, views, strict=True):
        rows, columns = stack.axes.rows, stack.axes.columns
        top, left = (side - rows) // 2, (side - columns) // 2
        if (rows, columns) != (side, side):
            images[first : first + len(view)] = _find_border(view, stack.axes)
        for start in range(0, len(view), _PIECE):
            piece = view[start : start + _PIECE]
            yield piece, images[first : first + len(piece), top : top + rows, left : left + columns]
            first += len(piece)


def _find_border(view: np.ndarray, axes: Axes) -> float:
    """Find the value of the paper around images: the middle one of their outermost pixels."""
    chosen = np.linspace(0, len(view) - 1, min(len(view), _SAMPLE)).astype(np.int64)
    pixels = np.nan_to_num(view[chosen].astype(np.float32))
    sample = pixels.reshape(len(chosen), axes.rows, axes.columns, -1)[..., :3].mean(axis=3)
    return float(np.median(np.concatenate([sample[:, [0, -1]].ravel(), sample[:, :, [0, -1]].ravel()])))


def _copy_piece(piece: np.ndarray, place: np.ndarray) -> tuple[float, float]:
    """Copy a piece to its place and return its least and greatest value; NaN where one is none."""
    with np.errstate(over="ignore"):  # what is too large for float32 becomes infinite, which is told
        if piece.ndim == 4:
            colours = piece[..., :3].astype(np.float32)
            # A fourth channel says how opaque a pixel is, and is left out.
            place[...] = colours[..., 0] if colours.shape[3] < 3 else colours @ GREY
        else:
            place[...] = piece.reshape(place.shape)
    return float(place.min()), float(place.max())


def _say_odd(stacks: Sequence[ImageStack]) -> str:
    for stack in stacks:
        with np.errstate(over="ignore"):
            n_odd = sum(
                int(np.count_nonzero(~np.isfinite(stack.array[start : start + _PIECE].astype(np.float32))))
                for start in range(0, len(stack.array), _PIECE)
            )
        if n_odd:
            return (
                f"{stack.path} needs a number for every pixel, but {n_odd:,} are NaN or infinite: "
                "replace them or leave those images out."
            )
    return "Every pixel needs a number, but some are NaN or infinite: replace them."


def _find_way(pixels: Pixels) -> tuple[str, str]:
    least, greatest = pixels.least, pixels.greatest
    if least >= 0 and greatest <= 1:
        return _find_way_of_unit(pixels)
    if least >= 0 and _LEAST_PEAK <= greatest <= _BYTE:
        return "bytes", "that is the range of a byte"
    paper = find_paper(choose_sample(pixels.images))
    if least >= -_OVERSHOOT and _OVERSHOOT < greatest <= 1 + _OVERSHOOT and abs(paper) < _ZERO:
        return "unit", "the paper is at 0, and interpolation may overshoot a little"
    if -1 <= least < -_OVERSHOOT and _OVERSHOOT < greatest <= 1:
        return "signed", "they run from about -1 to about 1"
    return "stretch", "it is none of the usual ranges"


def _find_way_of_unit(pixels: Pixels) -> tuple[str, str]:
    """Find how values between 0 and 1 are meant."""
    if pixels.greatest < 1 and _have_length_one(pixels.images):
        return "each", "every image is of length one, as a vector"
    if pixels.greatest < _FAINT:
        return "stretch", f"none reaches {_FAINT:g}, so that all images would be blank"
    return "unit", "they are logical" if pixels.is_logical else "none is outside"


def _have_length_one(images: Images) -> bool:
    """Whether each image is a vector of length one, as rows are that were normalised."""
    sample = choose_sample(images).astype(np.float64)
    lengths = np.sqrt((sample**2).sum(axis=(1, 2)))
    return len(images) > 1 and bool((np.abs(lengths - 1) < _SAME_LENGTH).all())


def _find_ends(pixels: Pixels) -> tuple[float, float]:
    """Find what becomes 0 and 1; a few values far outside the others do not count."""
    low, high = (float(end) for end in np.quantile(choose_sample(pixels.images), [_TAIL, 1 - _TAIL]))
    reach = max(high - low, 1e-12)
    least = pixels.least if low - pixels.least < reach / 2 else low
    greatest = pixels.greatest if pixels.greatest - high < reach / 2 else high
    return (least, greatest) if greatest > least else (pixels.least, pixels.greatest)


def _say_scaling(span: str, low: float, high: float) -> str:
    if low == 0:
        return f"Pixel values ran from {span} and were divided by {high:.6g}."
    return f"Pixel values ran from {span}; {low:.6g} became 0 and {high:.6g} became 1."
