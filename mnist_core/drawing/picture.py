"""A photo or picture of one digit -> the image that a network knows."""

from io import BufferedIOBase
from pathlib import Path
from typing import IO, TypeAlias, cast

import numpy as np
from jaxtyping import Bool, Float32
from PIL import Image as Pillow
from PIL import ImageOps, UnidentifiedImageError
from scipy import ndimage

from mnist_core.arrays import Image
from mnist_core.drawing.render import FINE, INK_SIDE, PEN_WIDTH, SIDE, FineInk, settle_ink
from mnist_core.errors import DrawingError, EmptyDrawingError

Grey: TypeAlias = Float32[np.ndarray, "height width"]
"""Brightness or ink of each pixel of a picture, 0.0 to 1.0."""

Mask: TypeAlias = Bool[np.ndarray, "height width"]
"""True where there is ink."""

_FORMATS = ("PNG", "JPEG", "WEBP", "BMP")
_MOST_PIXELS = 100_000_000  # a phone takes up to 50 million; more is a mistake or an attack
_WORKING_SIDE = 400  # a digit that fills a tenth of it still has the 40 pixels that it needs
_LEAST_SIDE = 8  # of a sliver, so that its edge can be mirrored
_LEAST_CONTRAST = 0.06  # of ink, as a share of the paper's brightness; grain stays below
_DARKEST_PAPER = 0.1  # dividing by less would make ink of grain
_LEAST_SPECK = 0.03  # of the largest piece of ink: less is dirt
_SOLID_SIDE = round(INK_SIDE * FINE)


def read_picture(source: Path | BufferedIOBase) -> Image:
    """Read a photo or picture of one digit as an image like MNIST's.

    Dark ink on light paper or the other way round, uneven light, transparent paper and a turned camera
    (EXIF) are all understood. A thin pen is thickened to MNIST's. A 28 x 28 picture that is laid out as
    MNIST's are keeps its pixels.

    Parameters
    ----------
    source : Path or binary file
        A PNG, JPEG, WebP or BMP picture.

    Returns
    -------
    ndarray of shape (28, 28), float32
        Ink, 0.0 (paper) to 1.0 (full ink).

    Raises
    ------
    DrawingError
        If it is no such picture, is damaged, or has more than 100 million pixels.
    EmptyDrawingError
        If nothing on it stands out as ink.
    """
    picture = _open_picture(source)
    if picture.size == (SIDE, SIDE):
        image = _read_small(picture)
        if _is_laid_out(image):
            return image
    return settle_ink(_fit_ink(_find_ink(_shrink(picture))), FINE)


def _open_picture(source: Path | BufferedIOBase) -> Pillow.Image:
    name = source.name if isinstance(source, Path) else "the file"
    try:
        picture = Pillow.open(cast(IO[bytes], source), formats=_FORMATS)
        _check_size(picture, name)
        picture.draft("L", (_WORKING_SIDE * 2, _WORKING_SIDE * 2))  # lets JPEG skip detail
        return ImageOps.exif_transpose(picture)
    except (Pillow.DecompressionBombError, Pillow.DecompressionBombWarning) as error:
        raise DrawingError(_too_large(name)) from error
    except UnidentifiedImageError as error:
        raise DrawingError(
            f"A digit needs a PNG, JPEG, WebP or BMP picture, but {name} is none: save it as PNG."
        ) from error
    except (OSError, ValueError, SyntaxError, EOFError) as error:
        raise DrawingError(
            f"A whole picture is needed, but {name} cannot be read ({error}): save it again."
        ) from error


def _check_size(picture: Pillow.Image, name: str) -> None:
    if picture.width * picture.height > _MOST_PIXELS:
        raise DrawingError(_too_large(name))


def _too_large(name: str) -> str:
    return f"A picture may have 100 million pixels, but {name} has more: save it smaller."


def _read_small(picture: Pillow.Image) -> Image:
    grey = _grey(picture)
    edge = np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])
    return grey if np.median(edge) < 0.5 else 1.0 - grey


def _is_laid_out(image: Image) -> bool:
    """Say whether a digit stands as MNIST's do: in a 20-pixel box, its centre of mass in the middle."""
    rows, columns = (np.flatnonzero(image.any(axis=axis)) for axis in (1, 0))
    if not rows.size or max(np.ptp(rows), np.ptp(columns)) + 1 not in range(18, 22):
        return False
    centre = np.array(ndimage.center_of_mass(image))
    return bool((np.abs(centre - SIDE / 2) < 1.0).all())


def _shrink(picture: Pillow.Image) -> Grey:
    """Bring a picture to working size, longer side first, whole pixels averaged."""
    largest = max(picture.size)
    if largest > 2 * _WORKING_SIDE:
        picture = picture.reduce(largest // _WORKING_SIDE)
    scale = _WORKING_SIDE / max(picture.size)
    size = tuple(max(round(side * scale), _LEAST_SIDE) for side in picture.size)
    return _grey(picture.resize((size[0], size[1]), Pillow.Resampling.BICUBIC))


def _grey(picture: Pillow.Image) -> Grey:
    if picture.mode.startswith(("I", "F")):  # 16 or 32 bits; Pillow would clip them
        values = np.asarray(picture, dtype=np.float32)
        stretched: Grey = (values - values.min()) / max(float(np.ptp(values)), 1e-9)
        return stretched
    if not picture.has_transparency_data:
        return np.asarray(picture.convert("L"), dtype=np.float32) / 255
    grey, alpha = np.moveaxis(np.asarray(picture.convert("LA"), dtype=np.float32) / 255, 2, 0)
    covered: Grey = grey * alpha + _paper_behind(grey, alpha) * (1 - alpha)
    return covered


def _paper_behind(grey: np.ndarray, alpha: np.ndarray) -> float:
    """Choose the brightness of transparent parts: the paper's where one is seen, else the ink's opposite."""
    solid = grey[alpha > 0.5]
    if not solid.size:
        return 1.0
    middle = float(np.median(solid))
    return middle if solid.size > alpha.size / 2 else float(middle < 0.5)


def _find_ink(grey: Grey) -> Mask:
    """Tell ink from paper, whichever is darker and however the light falls."""
    if _skewness(grey - _fit_light(grey)) > 0:  # the fewer pixels are the ink: here the brighter ones
        grey = 1.0 - grey
    lift = _lift_from_paper(grey)
    threshold = _otsu(lift)
    is_ink = lift > threshold
    is_blank = not is_ink.any() or is_ink.all()
    if is_blank or lift[is_ink].mean() - lift[~is_ink].mean() < _LEAST_CONTRAST:
        raise EmptyDrawingError(
            "A digit needs ink that stands out, but the picture looks blank: write darker or come closer."
        )
    return _drop_dirt(is_ink)


def _fit_light(grey: Grey) -> np.ndarray:
    """Fit a smooth (quadratic) surface to the brightness of a picture."""
    rows, columns = np.meshgrid(*(np.linspace(-1, 1, size) for size in grey.shape), indexing="ij")
    powers = [np.ones_like(rows), rows, columns, rows * columns, rows**2, columns**2]
    terms = np.stack([power.ravel() for power in powers], axis=1)
    weights, values = np.ones(len(terms), dtype=bool), grey.ravel()
    surface: np.ndarray = values
    for _ in range(3):  # ink pulls the surface; leave out what lies far from it
        surface = terms @ np.linalg.lstsq(terms[weights], values[weights])[0]
        distance = np.abs(values - surface)
        weights = distance <= max(float(np.median(distance)) * 3, 1e-3)
    return surface.reshape(grey.shape)


def _skewness(values: np.ndarray) -> float:
    cubes: np.ndarray = (values - np.median(values)) ** 3
    return float(cubes.mean())


def _lift_from_paper(grey: Grey) -> Grey:
    """Compute how far each pixel is darker than the paper around it; grain and shadow's edges smoothed."""
    smooth = ndimage.gaussian_filter(grey, _WORKING_SIDE / 250)
    window = _WORKING_SIDE // 4  # wider than any stroke, so that closing leaves only paper
    around = min(window, *(side - 1 for side in grey.shape))
    # Odd: a slope of light goes on beyond the edge, where a plain mirror would show closing a valley.
    wider = np.pad(smooth, around, mode="reflect", reflect_type="odd")
    closed = ndimage.grey_closing(wider, size=(window, window))
    paper = ndimage.gaussian_filter(closed[around:-around, around:-around], 2.0)
    # A share of the paper's own brightness: ink in a shadow is as black as ink in the light.
    lift: Grey = np.clip(1.0 - smooth / np.maximum(paper, _DARKEST_PAPER), 0.0, 1.0)
    return lift


def _otsu(values: np.ndarray) -> float:
    """Find the threshold that parts values best into two groups.

    References
    ----------
    Otsu, "A threshold selection method from gray-level histograms", IEEE SMC 9, 1979.
    """
    counts, edges = np.histogram(values, bins=128)
    middles, below = (edges[1:] + edges[:-1]) / 2, np.cumsum(counts).astype(np.float64)
    sums = np.cumsum(counts * middles)
    above = below[-1] - below
    with np.errstate(divide="ignore", invalid="ignore"):
        between = below * above * (sums / below - (sums[-1] - sums) / above) ** 2
    return float(edges[1 + int(np.nan_to_num(between).argmax())])


def _drop_dirt(is_ink: Mask) -> Mask:
    """Keep the pieces of ink that may belong to the digit: no specks, and none that the edge cuts."""
    pieces, n_pieces = ndimage.label(is_ink, structure=np.ones((3, 3)))
    sizes = np.bincount(pieces.ravel(), minlength=n_pieces + 1)
    sizes[0] = 0
    at_edge = np.unique(np.concatenate([pieces[0], pieces[-1], pieces[:, 0], pieces[:, -1]]))
    inside = sizes.copy()
    inside[at_edge] = 0
    if inside.max() >= _LEAST_SPECK * sizes.max():  # else the digit itself touches the edge
        sizes = inside
    kept: Mask = (sizes >= _LEAST_SPECK * sizes.max())[pieces] & is_ink
    return kept


def _fit_ink(is_ink: Mask) -> FineInk:
    """Scale ink into the box, its strokes at least as wide as MNIST's."""
    rows, columns = (np.flatnonzero(is_ink.any(axis=axis)) for axis in (1, 0))
    crop = is_ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    growth = _growth(crop)
    around = int(np.ceil(growth)) + 1
    away = ndimage.distance_transform_edt(~np.pad(crop, around))
    grown = away <= growth + 0.5
    return _scale_to_box(grown)


def _growth(crop: Mask) -> float:
    """Find by how many pixels ink must grow on each side for the pen to be MNIST's when in the box."""
    # Across a stroke of width w the distance to paper is w / 4 on average.
    inside: np.ndarray = ndimage.distance_transform_edt(np.pad(crop, 1))[1:-1, 1:-1][crop]
    width = 4 * float(inside.mean()) - 1
    share = PEN_WIDTH / INK_SIDE
    return max(float(share * max(crop.shape) - width) / (2 * (1 - share)), 0.0)


def _scale_to_box(is_ink: Mask) -> FineInk:
    rows, columns = (np.flatnonzero(is_ink.any(axis=axis)) for axis in (1, 0))
    box = (int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1)
    scale = _SOLID_SIDE / max(box[2] - box[0], box[3] - box[1])
    size = (max(round((box[2] - box[0]) * scale), 1), max(round((box[3] - box[1]) * scale), 1))
    picture = Pillow.fromarray(is_ink.astype(np.uint8) * 255)
    fine = picture.resize(size, Pillow.Resampling.BILINEAR, box=box)
    return np.asarray(fine, dtype=np.float32) / 255
