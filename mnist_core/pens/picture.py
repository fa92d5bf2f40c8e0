"""A photo or picture of one digit -> the image that a network knows."""

from io import BufferedIOBase
from pathlib import Path
from typing import IO, cast

import numpy as np
from PIL import Image as Pillow
from PIL import ImageOps, UnidentifiedImageError

from mnist_core.ground.arrays import Image
from mnist_core.ground.errors import DrawingError
from mnist_core.pens.render import FINE, SIDE, settle_ink

_FORMATS = ("PNG", "JPEG", "WEBP", "BMP", "TIFF", "GIF", "AVIF")
_KINDS = "PNG, JPEG, WebP, BMP, TIFF, GIF or AVIF"
_HEIC = (b"ftypheic", b"ftypheix", b"ftyphevc", b"ftypheim", b"ftypheis", b"ftypmif1", b"ftypmsf1")
_SHRINKABLE = ("L", "LA", "RGB", "RGBA", "F")  # modes that average over whole pixels
_MOST_PIXELS = 100_000_000  # a phone takes up to 50 million; more is a mistake or an attack
_WORKING_SIDE = 400  # a digit that fills a tenth of it still has the 40 pixels that it needs
_LEAST_SIDE = 8  # of a sliver, so that its edge can be mirrored


def read_picture(source: Path | BufferedIOBase) -> Image:
    """Read a photo or picture of one digit as an image like MNIST's.

    Dark ink on light paper or the other way round, ink of any colour, uneven light, ruled paper,
    transparent paper and a turned camera (EXIF) are all understood. A thin pen is thickened to MNIST's.
    A 28 x 28 picture that is laid out as MNIST's are keeps its pixels.

    Parameters
    ----------
    source : Path or binary file
        A PNG, JPEG, WebP, BMP, TIFF, GIF or AVIF picture; of several in one file the first.

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
    # Here, as the library below takes half a second that strokes need not pay.
    from mnist_core.pens.found_ink import find_ink, fit_ink  # noqa: PLC0415

    picture = _open_picture(source)
    if picture.size == (SIDE, SIDE):
        image = _read_small(picture)
        if _is_laid_out(image):
            return image
    return settle_ink(fit_ink(find_ink(_shrink(picture))), FINE)


def _open_picture(source: Path | BufferedIOBase) -> Pillow.Image:
    name = source.name if isinstance(source, Path) else "the file"
    try:
        picture = Pillow.open(cast(IO[bytes], source), formats=_FORMATS)
        _check_size(picture, name)
        picture.draft("RGB", (_WORKING_SIDE * 2, _WORKING_SIDE * 2))  # lets JPEG skip detail
        return _make_shrinkable(ImageOps.exif_transpose(picture))
    except (Pillow.DecompressionBombError, Pillow.DecompressionBombWarning) as error:
        raise DrawingError(_too_large(name)) from error
    except UnidentifiedImageError as error:
        raise DrawingError(_say_kind(source, name)) from error
    except Exception as error:  # the bytes are foreign: any failure to decode them is theirs
        raise DrawingError(
            f"A whole picture is needed, but {name} cannot be read ({error}): save it again."
        ) from error


def _say_kind(source: Path | BufferedIOBase, name: str) -> str:
    """Say that a file is no picture that can be read; a photo as phones take them is named."""
    needed = f"A digit needs a {_KINDS} picture, but {name}"
    if _read_head(source)[4:].startswith(_HEIC):
        return (
            f"{needed} is a HEIC photo, whatever it is called: save or send it as JPEG (on an iPhone: "
            "Settings, Camera, Formats, Most Compatible; or export it from Photos)."
        )
    return f"{needed} is none: save it as PNG."


def _read_head(source: Path | BufferedIOBase) -> bytes:
    if isinstance(source, Path):
        with source.open("rb") as file:
            return file.read(16)
    source.seek(0)
    return source.read(16)


def _make_shrinkable(picture: Pillow.Image) -> Pillow.Image:
    """Bring a picture to a mode whose pixels can be averaged: not truths, nor places in a palette."""
    if picture.mode in _SHRINKABLE:
        return picture
    if picture.mode.startswith(("I", "F")):  # 16 or 32 bits
        return Pillow.fromarray(np.asarray(picture, dtype=np.float32))
    if picture.mode == "1":
        return picture.convert("L")
    return picture.convert("RGBA" if picture.has_transparency_data else "RGB")


def _check_size(picture: Pillow.Image, name: str) -> None:
    if picture.width * picture.height > _MOST_PIXELS:
        raise DrawingError(_too_large(name))


def _too_large(name: str) -> str:
    return f"A picture may have 100 million pixels, but {name} has more: save it smaller."


def _read_small(picture: Pillow.Image) -> Image:
    grey: Image = _brightness(picture).mean(axis=2)
    edge = np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])
    return grey if np.median(edge) < 0.5 else 1.0 - grey


def _is_laid_out(image: Image) -> bool:
    """Say whether a digit stands as MNIST's do: in a 20-pixel box, its centre of mass in the middle."""
    places = np.argwhere(image > 0)
    if not places.size or int(np.ptp(places, axis=0).max()) + 1 not in range(18, 22):
        return False
    centre = np.average(np.indices(image.shape).reshape(2, -1), axis=1, weights=image.ravel())
    return bool((np.abs(centre - SIDE / 2) < 1.0).all())


def _shrink(picture: Pillow.Image) -> np.ndarray:
    """Bring a picture to working size, longer side first, whole pixels averaged."""
    largest = max(picture.size)
    if largest > 2 * _WORKING_SIDE:
        picture = picture.reduce(largest // _WORKING_SIDE)
    scale = _WORKING_SIDE / max(picture.size)
    size = tuple(max(round(side * scale), _LEAST_SIDE) for side in picture.size)
    return _brightness(picture.resize((size[0], size[1]), Pillow.Resampling.BICUBIC))


def _brightness(picture: Pillow.Image) -> np.ndarray:
    """Read the brightness of each pixel, 0 to 1: one channel of grey, or red, green and blue."""
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
