"""A picture of some writing -> which of its pixels are ink, and that ink in an image's box."""

from typing import TypeAlias

import numpy as np
from jaxtyping import Bool, Float32
from scipy.ndimage import distance_transform_edt
from skimage.filters import gaussian, threshold_otsu
from skimage.filters.rank import median
from skimage.measure import block_reduce, label, regionprops
from skimage.morphology import (
    closing,
    footprint_rectangle,
    isotropic_dilation,
    opening,
)
from skimage.transform import hough_line, hough_line_peaks, resize

from mnist_core.ground.errors import EmptyDrawingError
from mnist_core.pens.render import FINE, INK_SIDE, PEN_WIDTH, FineInk

Colours: TypeAlias = Float32[np.ndarray, "height width channels"]
"""Brightness of each pixel of a picture, 0.0 to 1.0: one channel of grey, or red, green and blue."""

Brightness: TypeAlias = Float32[np.ndarray, "height width"]
"""Brightness of each pixel, or how far it is darker than the paper around it, 0.0 to 1.0."""

Mask: TypeAlias = Bool[np.ndarray, "height width"]
"""True where there is ink."""

_WINDOW = 101  # pixels of about 400: wider than any stroke, so that closing leaves only paper
_STROKE = 41  # pixels of about 400: wider than a stroke
_COARSE = 4  # pixels that are averaged before ink's side is told
_GRAIN = 1.6  # pixels that are smoothed
_LEAST_CONTRAST = 0.06  # of ink, as a share of the paper's brightness; grain stays below
_FAR_FROM_GRAIN = 9.0  # times the median difference, six standard deviations: no grain of ten thousand pixels
_DARKEST_PAPER = 0.1  # dividing by less would make ink of grain
_LEAST_SPECK = 0.03  # of the largest piece of ink: less is dirt
_RULE_WIDTH = 7  # pixels of about 400: a printed line is thinner
_RULE_SHARE = 0.6  # of the picture's width that a line must have ink along
_LEVEL = np.deg2rad(np.arange(85.0, 95.01, 0.5))  # the normals of lines that are level within five degrees
_FINE_SIDE = round(INK_SIDE * FINE)


def find_ink(colours: Colours) -> Mask:
    """Tell ink from paper, whichever is darker, of whatever colour and however the light falls.

    Parameters
    ----------
    colours : ndarray of shape (height, width, channels), float32
        Brightness, 0.0 to 1.0; the longer side has about 400 pixels.

    Returns
    -------
    ndarray of shape (height, width), bool
        True where there is ink.

    Raises
    ------
    EmptyDrawingError
        If nothing stands out as ink.

    References
    ----------
    Otsu, "A threshold selection method from gray-level histograms", IEEE SMC 9, 1979.
    """
    lift = _lift_from_paper(_choose_channel(colours))
    is_ink = _part(lift)
    is_blank = not is_ink.any() or bool(is_ink.all())
    if is_blank or lift[is_ink].mean() - lift[~is_ink].mean() < _LEAST_CONTRAST:
        raise EmptyDrawingError(
            "A digit needs ink that stands out, but the picture looks blank: write darker or come closer."
        )
    return _drop_dirt(_drop_rules(is_ink))


def _choose_channel(colours: Colours) -> Brightness:
    """Choose the channel, or their mean, in which ink differs most from paper; turned so that ink is dark."""
    channels = [colours.mean(axis=2), *np.moveaxis(colours, 2, 0)]
    # What differs most from the median around it is the ink, as its pixels are fewer.
    skewnesses = [_skewness(block_reduce(channel, (_COARSE, _COARSE), np.mean)) for channel in channels]
    chosen = int(np.argmax(np.abs(skewnesses)))
    dark: Brightness = channels[chosen] if skewnesses[chosen] <= 0 else 1.0 - channels[chosen]
    return dark


def _skewness(brightness: np.ndarray) -> float:
    """Sum up the cubed differences from the median around, but for the margin, where a desk may show.

    Where only grain is left then, as the ink stands in the margin, all is summed up.
    """
    side = _WINDOW // _COARSE
    around = min(side, *(length - 1 for length in brightness.shape))
    wider = np.pad(brightness, around, mode="reflect", reflect_type="odd").clip(0, 1)
    middles = median((wider * 255).astype(np.uint8), footprint_rectangle((side, side))) / np.float32(255)
    differences = brightness - middles[around:-around, around:-around]
    cubes = differences**3
    least = max(_LEAST_CONTRAST, _FAR_FROM_GRAIN * float(np.median(np.abs(differences))))
    clear = np.where(np.abs(differences) >= least, cubes, 0.0)
    inner = tuple(slice(length // 8, length - length // 8) for length in brightness.shape)
    is_grain = abs(clear[inner].sum()) <= abs(cubes[inner].sum() - clear[inner].sum())
    return float((cubes if is_grain and clear.any() else cubes[inner]).sum())


def _part(lift: Brightness) -> Mask:
    is_ink: Mask = lift > threshold_otsu(lift)
    return is_ink


def _lift_from_paper(brightness: Brightness) -> Brightness:
    """Compute how far each pixel is darker than the paper around it; grain and shadow's edges smoothed."""
    smooth = gaussian(brightness, _GRAIN)
    around = min(_WINDOW, *(side - 1 for side in smooth.shape))
    # Odd: a slope of light goes on beyond the edge, where a plain mirror would show closing a valley.
    wider = np.pad(smooth, around, mode="reflect", reflect_type="odd")
    # Ink near the edge would be mirrored as light: there goes on what is left when strokes are closed.
    stroke = footprint_rectangle((_STROKE, _STROKE), decomposition="separable")
    wider = np.minimum(wider, np.pad(closing(smooth, stroke), around, mode="reflect", reflect_type="odd"))
    window = footprint_rectangle((_WINDOW, _WINDOW), decomposition="separable")
    paper = gaussian(closing(wider, window)[around:-around, around:-around], 2.0)
    # A share of the paper's own brightness: ink in a shadow is as black as ink in the light.
    lift: Brightness = np.clip(1.0 - smooth / np.maximum(paper, _DARKEST_PAPER), 0.0, 1.0).astype(np.float32)
    return lift


def _drop_rules(is_ink: Mask) -> Mask:
    """Take straight lines through the whole picture away, as on ruled paper; ink across them stays."""
    kept = is_ink
    for turned in (False, True):
        view = kept.T if turned else kept
        view = _drop_level_lines(view)
        kept = view.T if turned else view
    return kept if kept.any() else is_ink


def _drop_level_lines(is_ink: Mask) -> Mask:
    lines = _find_level_lines(is_ink)
    if not lines.any():
        return is_ink
    crossing = opening(is_ink, footprint_rectangle((_RULE_WIDTH, 1)))  # what is thicker than a rule is ink
    kept: Mask = is_ink & (~lines | crossing)
    return kept


def _find_level_lines(is_ink: Mask) -> Mask:
    """Mark the pixels near lines, level within five degrees, that have ink almost all along."""
    counts, angles, distances = hough_line(is_ink, _LEVEL)
    least = _RULE_SHARE * is_ink.shape[1]
    lines, margin = np.zeros(is_ink.shape, dtype=bool), _RULE_WIDTH
    rows, columns = np.ogrid[: is_ink.shape[0], : is_ink.shape[1]]
    for _, angle, distance in zip(*hough_line_peaks(counts, angles, distances, 5, 2, least), strict=True):
        line = np.abs(columns * np.cos(angle) + rows * np.sin(angle) - distance) <= _RULE_WIDTH / 2 + 1
        has_ink = (is_ink & line).any(axis=0)
        if has_ink[:margin].any() and has_ink[-margin:].any():  # else it is a straight stroke
            lines |= line
    return lines


def _drop_dirt(is_ink: Mask) -> Mask:
    """Keep the pieces of ink that may belong to the digit: no specks, and none that the edge cuts."""
    pieces = label(is_ink, connectivity=2)
    found = regionprops(pieces)
    bottom, right = is_ink.shape
    inside = [p for p in found if p.bbox[0] and p.bbox[1] and p.bbox[2] < bottom and p.bbox[3] < right]
    least = _LEAST_SPECK * max(piece.area for piece in found)
    if max((piece.area for piece in inside), default=0) >= least:  # else the digit itself touches the edge
        found = inside
    least = _LEAST_SPECK * max(piece.area for piece in found)
    kept: Mask = np.isin(pieces, [piece.label for piece in found if piece.area >= least])
    return kept


def fit_ink(is_ink: Mask) -> FineInk:
    """Scale ink into the box of an image, its strokes at least as wide as MNIST's.

    Parameters
    ----------
    is_ink : ndarray of shape (height, width), bool
        True where there is ink, somewhere.

    Returns
    -------
    ndarray of shape (fine_height, fine_width), float32
        Cropped, its longer side that of the box.
    """
    crop = _crop(is_ink)
    growth = _growth(crop)
    wider = np.pad(crop, int(np.ceil(growth)) + 1)
    grown = _crop(isotropic_dilation(wider, growth + 0.5))
    scale = _FINE_SIDE / max(grown.shape)
    size = tuple(max(round(side * scale), 1) for side in grown.shape)
    ink: FineInk = resize(grown.astype(np.float32), size, order=1, anti_aliasing=scale < 1)
    return ink


def _crop(is_ink: Mask) -> np.ndarray:
    rows, columns = (np.flatnonzero(is_ink.any(axis=axis)) for axis in (1, 0))
    return is_ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def _growth(crop: Mask) -> float:
    """Find by how many pixels ink must grow on each side for the pen to be MNIST's when in the box."""
    # Across a stroke of width w the distance to paper is w / 4 on average.
    inside: np.ndarray = distance_transform_edt(np.pad(crop, 1))[1:-1, 1:-1][crop]
    width = 4 * float(inside.mean()) - 1
    share = PEN_WIDTH / INK_SIDE
    return max(float(share * max(crop.shape) - width) / (2 * (1 - share)), 0.0)
