"""Decodes pictures to grey, each with bounds on what it may take."""

from io import BytesIO

import numpy as np
from PIL import Image as Pillow
from PIL import ImageOps

from mnist_core.data.files.printable import make_printable
from mnist_core.ground.errors import DataFileError

FORMATS = ("PNG", "JPEG", "TIFF", "BMP", "GIF", "WEBP", "PPM")
LARGEST_SIDE = 112  # pixels that are kept of a longer side, four times MNIST's
_MOST_PIXELS = 50_000_000  # of a picture; a photo has less
_MOST_OF_ALL = 2_000_000_000  # what a processor decodes in the time that it has
_WHITE, _BLACK = 255, 0
_FULL = (1, 255, 65535)  # what white is where values are no bytes: the least of these that none exceeds


class Decoder:
    """Decodes the pictures of one file.

    Attributes
    ----------
    n_shrunk : int
        Pictures that were larger than what is kept.
    """

    def __init__(self) -> None:
        Pillow.MAX_IMAGE_PIXELS = None  # the bounds here come before
        self._n_pixels = 0
        self.n_shrunk = 0

    def decode(self, content: bytes, path: str) -> np.ndarray | None:
        """Decode a picture.

        Parameters
        ----------
        content : bytes
            Of its file; of several pictures in one the first is taken.
        path : str
            Names it.

        Returns
        -------
        ndarray of shape (rows, columns), uint8, or None
            Its grey as `layouts.cells` counts colours; None where it is damaged.

        Raises
        ------
        DataFileError
            If it has more pixels than any photo, or all together have more than there is time for.
        """
        try:
            picture = Pillow.open(BytesIO(content), formats=FORMATS)
            self._count(picture, path)
            picture.draft("RGB", (2 * LARGEST_SIDE, 2 * LARGEST_SIDE))  # lets JPEG skip detail
            shrunk = self._shrink(_make_shrinkable(picture))
            return _make_grey(ImageOps.exif_transpose(shrunk) if "exif" in shrunk.info else shrunk)
        except (DataFileError, MemoryError):
            raise
        except Exception:  # the bytes are foreign: any failure to decode them is theirs
            return None

    def _count(self, picture: Pillow.Image, path: str) -> None:
        n_pixels = picture.width * picture.height
        if n_pixels > _MOST_PIXELS:
            raise DataFileError(
                f"must hold pictures of at most {_MOST_PIXELS:,} pixels, but {make_printable(path)} has "
                f"{n_pixels:,}: save it smaller."
            )
        self._n_pixels += n_pixels
        if self._n_pixels > _MOST_OF_ALL:
            raise DataFileError(
                f"must hold pictures of at most {_MOST_OF_ALL:,} pixels together, but has more: save them "
                "smaller, or fewer."
            )

    def _shrink(self, picture: Pillow.Image) -> Pillow.Image:
        step = -(-max(picture.size) // LARGEST_SIDE)
        if step == 1:
            return picture
        self.n_shrunk += 1
        return picture.reduce(step)


def _make_shrinkable(picture: Pillow.Image) -> Pillow.Image:
    """Bring a picture to a mode whose pixels can be averaged: not truths, nor places in a palette."""
    if picture.mode in ("L", "LA", "RGB", "RGBA"):
        return picture
    if picture.mode.startswith(("I", "F")):  # 16 or 32 bits, which Pillow would clip
        return Pillow.fromarray(np.asarray(picture, dtype=np.float32))
    if picture.has_transparency_data:
        return picture.convert("RGBA")
    return picture.convert("L" if picture.mode == "1" else "RGB")


def _make_grey(picture: Pillow.Image) -> np.ndarray:
    if picture.mode == "F":
        values = np.asarray(picture)
        most = float(values.max())
        scale = next((255 / end for end in _FULL if most <= end), 255 / max(most, 1.0))
        return np.round(values.clip(0) * scale).astype(np.uint8)
    if not picture.has_transparency_data:
        return np.asarray(picture.convert("L"))
    covered = picture.convert("RGBA")
    share = np.asarray(covered.getchannel("A")) / 255
    grey = np.asarray(covered.convert("L"), dtype=np.float64)
    solid = grey[share > 0.5]
    middle = float(np.median(solid)) if solid.size else _BLACK
    paper = middle if solid.size > share.size / 2 else _WHITE if middle < _WHITE / 2 else _BLACK
    return np.round(grey * share + paper * (1 - share)).astype(np.uint8)
