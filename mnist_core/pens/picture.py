"""A photo or picture of one digit -> the image that a network knows."""

from io import BufferedIOBase
from pathlib import Path

import numpy as np
from PIL import Image as Pillow

from mnist_core.ground.arrays import Image
from mnist_core.pens.picture_file import WORKING_SIDE, open_shrunk
from mnist_core.pens.render import FINE, SIDE, settle_ink

_LEAST_SIDE = 8  # of a sliver, so that its edge can be mirrored


def read_picture(source: Path | str | BufferedIOBase | Pillow.Image) -> Image:
    """Read a photo or picture of one digit as an image like MNIST's.

    Dark ink on light paper or the other way round, ink of any colour, uneven light, ruled paper,
    transparent paper and a turned camera (EXIF) are all understood. A thin pen is thickened to MNIST's.
    A 28 x 28 picture that is laid out as MNIST's are keeps its pixels.

    Parameters
    ----------
    source : Path, str, binary file or what `open_shrunk` gave
        A PNG, JPEG, HEIC, WebP, BMP, TIFF, GIF or AVIF picture; of several in one file the first.

    Returns
    -------
    ndarray of shape (28, 28), float32
        Ink, 0.0 (paper) to 1.0 (full ink).

    Raises
    ------
    DrawingError
        If it is no such picture, is damaged, or has more than 128 million pixels (a JPEG 256 million).
    EmptyDrawingError
        If nothing on it stands out as ink.
    """
    # Here, as the library below takes half a second that strokes need not pay.
    from mnist_core.pens.found_ink import find_ink, fit_ink  # noqa: PLC0415

    source = Path(source) if isinstance(source, str) else source
    picture = source if isinstance(source, Pillow.Image) else open_shrunk(source)
    if picture.size == (SIDE, SIDE):
        image = _read_small(picture)
        if _is_laid_out(image):
            return image
    return settle_ink(fit_ink(find_ink(fit_picture(picture))), FINE)


def read_brightness(picture: Pillow.Image) -> np.ndarray:
    """Read the brightness of each pixel: one channel of grey, or red, green and blue.

    Parameters
    ----------
    picture : PIL.Image.Image
        As `open_shrunk` gave it; what is transparent is given the brightness of paper.

    Returns
    -------
    ndarray of shape (height, width, channels), float32
        0.0 to 1.0.
    """
    if picture.mode == "F":  # 16 or 32 bits; Pillow would clip them
        values = np.asarray(picture, dtype=np.float32)[:, :, None]
        stretched: np.ndarray = (values - values.min()) / max(float(np.ptp(values)), 1e-9)
        return stretched
    if not picture.has_transparency_data:
        return _colours(picture)
    alpha = np.asarray(picture.convert("RGBA").getchannel("A"), dtype=np.float32)[:, :, None] / 255
    colours = _colours(picture.convert("RGBA"))
    covered: np.ndarray = colours * alpha + _paper_behind(colours, alpha) * (1 - alpha)
    return covered


def _read_small(picture: Pillow.Image) -> Image:
    grey: Image = read_brightness(picture).mean(axis=2)
    edge = np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])
    return grey if np.median(edge) < 0.5 else 1.0 - grey


def _is_laid_out(image: Image) -> bool:
    """Say whether a digit stands as MNIST's do: in a 20-pixel box, its centre of mass in the middle."""
    places = np.argwhere(image > 0)
    if not places.size or int(np.ptp(places, axis=0).max()) + 1 not in range(18, 22):
        return False
    centre = np.average(np.indices(image.shape).reshape(2, -1), axis=1, weights=image.ravel())
    return bool((np.abs(centre - SIDE / 2) < 1.0).all())


def fit_picture(picture: Pillow.Image) -> np.ndarray:
    """Bring a picture's longer side to working size."""
    scale = WORKING_SIDE / max(picture.size)
    size = tuple(max(round(side * scale), _LEAST_SIDE) for side in picture.size)
    return read_brightness(picture.resize((size[0], size[1]), Pillow.Resampling.BICUBIC))


def _colours(picture: Pillow.Image) -> np.ndarray:
    grey = np.asarray(picture.convert("RGB"), dtype=np.float32) / 255
    return grey[:, :, :1] if picture.mode in ("L", "LA") else grey


def _paper_behind(colours: np.ndarray, alpha: np.ndarray) -> float:
    """Choose the brightness of transparent parts: the paper's where one is seen, else the ink's opposite."""
    solid = colours[alpha[:, :, 0] > 0.5]
    if not solid.size:
        return 1.0
    middle = float(np.median(solid))
    return middle if len(solid) > alpha.size / 2 else float(middle < 0.5)
