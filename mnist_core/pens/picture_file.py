"""The bytes of a photo or picture -> its pixels at working size, in bounded memory."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from io import BufferedIOBase
from pathlib import Path
from threading import Lock
from typing import IO, cast

import numpy as np
from PIL import ExifTags, ImageOps, UnidentifiedImageError
from PIL import Image as Pillow

from mnist_core.ground.errors import DrawingError, say_reason
from mnist_core.ground.extras import extra

WORKING_SIDE = 400
"""Pixels of the longer side that ink is found at: a digit of a tenth of it has the 40 that it needs."""

_FORMATS = ("PNG", "JPEG", "WEBP", "BMP", "TIFF", "GIF", "AVIF")
_KINDS = "PNG, JPEG, HEIC, WebP, BMP, TIFF, GIF or AVIF"
_HEIC = (b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1")  # behind "ftyp"
_TIFF = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
_MILLION = 1_000_000
_MOST_PIXELS = 128 * _MILLION  # decoded whole, 4 bytes each: half a gigabyte; HEIC takes twice that
_MOST_SHRUNK = 256 * _MILLION  # of a JPEG, of which at most each eighth row and column is decoded
_MOST_NUMBERS = 32 * _MILLION  # of a TIFF that Pillow does not know, some of which are 8 bytes each
_LARGE = 16 * _MILLION  # pixels; more is decoded one at a time, so that many people share the memory of one
_SHRINKABLE = ("L", "LA", "RGB", "RGBA", "F")  # modes that average over whole pixels
_BAND = 256  # rows, about, that are converted at a time
_LARGEST = 1e30  # of a brightness: differences stay finite

# Pillow's own limit warns from 89 million on; sizes are checked here before pixels are.
Pillow.MAX_IMAGE_PIXELS = _MOST_SHRUNK
_one_large = Lock()


def open_shrunk(source: Path | BufferedIOBase) -> Pillow.Image:
    """Open a photo or picture at working size, upright as the camera was held.

    Parameters
    ----------
    source : Path or binary file
        A PNG, JPEG, HEIC, WebP, BMP, TIFF, GIF or AVIF picture; of several in one file the first.

    Returns
    -------
    PIL.Image.Image
        L, LA, RGB, RGBA or F, whole pixels averaged. Its longer side has at most `2 * WORKING_SIDE` pixels.

    Raises
    ------
    DrawingError
        If it is no such picture, is damaged, or has more pixels than there is room for.
    """
    name = source.name if isinstance(source, Path) else "the file"
    try:
        picture = _open(source, name)
        with _wait_for_room(picture):
            small = _shrink(picture)
        # After decoding, in which some kinds are turned already.
        small.getexif()[ExifTags.Base.Orientation] = picture.getexif().get(ExifTags.Base.Orientation, 1)
        return ImageOps.exif_transpose(small)
    except DrawingError:
        raise
    except (Pillow.DecompressionBombError, Pillow.DecompressionBombWarning) as error:
        raise DrawingError(_say_limit(name, _MOST_PIXELS)) from error
    except UnidentifiedImageError as error:
        needed = f"A digit needs a {_KINDS} picture"
        raise DrawingError(f"{needed}, but {name} is none: save it as PNG.") from error
    except (FileNotFoundError, PermissionError, IsADirectoryError) as error:
        raise DrawingError(
            f"A digit needs a picture, but {name} cannot be read ({say_reason(error)}): name another."
        ) from error
    except Exception as error:  # the bytes are foreign: any failure to decode them is theirs
        raise DrawingError(
            f"A whole picture is needed, but {name} cannot be read ({error}): save it again."
        ) from error


def _open(source: Path | BufferedIOBase, name: str) -> Pillow.Image:
    """Open a picture without decoding it, but for the rare kinds of TIFF that Pillow does not know."""
    try:
        picture: Pillow.Image = Pillow.open(cast(IO[bytes], source), formats=_FORMATS)
    except UnidentifiedImageError:
        head = _read_head(source)
        if head[4:8] == b"ftyp" and head[8:12] in _HEIC:
            picture = _open_heic(source, name)
        elif head.startswith(_TIFF):
            return _read_tiff(source, name)
        else:
            raise
    _check_size(picture, name)
    picture.draft("RGB", (WORKING_SIDE * 2, WORKING_SIDE * 2))  # lets JPEG skip detail
    return picture


def _open_heic(source: Path | BufferedIOBase, name: str) -> Pillow.Image:
    with extra("photos", f"{name} is a HEIC photo, which", DrawingError):
        from pillow_heif import HeifImageFile  # noqa: PLC0415 - 26 MB of codecs, which few pictures need

    try:
        return HeifImageFile(cast(IO[bytes], source))
    except (FileNotFoundError, PermissionError, IsADirectoryError) as error:
        raise DrawingError(
            f"A digit needs a picture, but {name} cannot be read ({say_reason(error)}): name another."
        ) from error
    except Exception as error:  # the bytes are foreign here too
        raise DrawingError(
            f"{name} is a HEIC photo, whatever it is called, but cannot be read ({error}): save or send it "
            "as JPEG (on an iPhone: Settings, Camera, Formats, Most Compatible; or export it from Photos)."
        ) from error


def _read_tiff(source: Path | BufferedIOBase, name: str) -> Pillow.Image:
    """Read a TIFF of numbers: 64 and 16 bits of floats, colours as floats."""
    from tifffile import TiffFile  # noqa: PLC0415 - as few pictures need it

    with TiffFile(cast(IO[bytes], source)) as file:
        page = file.pages.first
        if page.size > _MOST_NUMBERS:
            raise DrawingError(_say_limit(name, _MOST_NUMBERS))
        values, axes = page.asarray(), page.axes
    if "S" in axes:
        values = values.mean(axis=axes.index("S"))
    return _hold(np.asarray(values, dtype=np.float64))


def _read_head(source: Path | BufferedIOBase) -> bytes:
    if isinstance(source, Path):
        with source.open("rb") as file:
            return file.read(16)
    source.seek(0)
    head = source.read(16)
    source.seek(0)
    return head


def _check_size(picture: Pillow.Image, name: str) -> None:
    # A progressive JPEG is held whole, whatever the size that it is decoded to.
    is_shrunk = picture.format in ("JPEG", "MPO") and not picture.info.get("progressive")
    most = _MOST_SHRUNK if is_shrunk else _MOST_PIXELS
    if picture.width * picture.height > most:
        raise DrawingError(_say_limit(name, most))


def _say_limit(name: str, most: int) -> str:
    return f"A picture may have {most // _MILLION} million pixels, but {name} has more: save it smaller."


def _wait_for_room(picture: Pillow.Image) -> AbstractContextManager[object]:
    return _one_large if picture.width * picture.height > _LARGE else nullcontext()


def _shrink(picture: Pillow.Image) -> Pillow.Image:
    """Average whole pixels, band by band: a whole copy in another mode could take four times the memory."""
    largest = max(picture.size)
    if largest <= 2 * WORKING_SIDE:
        return _make_shrinkable(picture).copy()
    factor = largest // WORKING_SIDE
    bands = [_make_shrinkable(band).reduce(factor) for band in _cut(picture, factor)]
    small = Pillow.new(bands[0].mode, (bands[0].width, sum(band.height for band in bands)))
    top = 0
    for band in bands:
        small.paste(band, (0, top))
        top += band.height
    return small


def _cut(picture: Pillow.Image, factor: int) -> Iterator[Pillow.Image]:
    picture.load()
    height = -(-_BAND // factor) * factor
    for top in range(0, picture.height, height):
        yield picture.crop((0, top, picture.width, min(top + height, picture.height)))


def _make_shrinkable(picture: Pillow.Image) -> Pillow.Image:
    """Bring a picture to a mode whose pixels can be averaged: not truths, nor places in a palette."""
    if picture.mode.startswith(("I", "F")):  # 16 or 32 bits
        return _hold(np.asarray(picture, dtype=np.float32))
    if picture.mode in _SHRINKABLE and "transparency" not in picture.info:
        return picture
    if picture.mode == "1" and not picture.has_transparency_data:
        return picture.convert("L")
    return picture.convert("RGBA" if picture.has_transparency_data else "RGB")


def _hold(values: np.ndarray) -> Pillow.Image:
    """Hold brightnesses as floats; where there is no finite one, as in a mask, that of the middle."""
    is_finite = np.isfinite(values)
    if not is_finite.all():
        values = np.where(is_finite, values, np.median(values[is_finite]) if is_finite.any() else 0.0)
    return Pillow.fromarray(values.clip(-_LARGEST, _LARGEST).astype(np.float32))
