"""The eight ways in which a file can hold upright images, and the way back from each."""

from enum import StrEnum

import numpy as np

from mnist_core.ground.arrays import Images


class Orientation(StrEnum):
    """How the images of a file lie, as seen when its rows are shown as rows.

    Each says what would have to be done to upright images to get the file's. Turns are counter-clockwise,
    as NumPy's `rot90` turns.
    """

    UPRIGHT = "upright"
    """As they should be."""

    TRANSPOSED = "transposed"
    """Rows and columns exchanged: mirrored at the diagonal from the upper left corner, as a column-major
    image is that is read row by row."""

    ROTATED90 = "rotated90"
    """Turned by 90 degrees counter-clockwise, `np.rot90(image, 1)`: what was at the top is at the left."""

    ROTATED180 = "rotated180"
    """Turned by 180 degrees: upside down, and left and right exchanged."""

    ROTATED270 = "rotated270"
    """Turned by 270 degrees counter-clockwise, `np.rot90(image, 3)`, which is 90 degrees clockwise: what
    was at the top is at the right."""

    FLIPPED_HORIZONTAL = "flipped_horizontal"
    """Mirrored, left and right exchanged: `image[:, ::-1]`."""

    FLIPPED_VERTICAL = "flipped_vertical"
    """Mirrored, top and bottom exchanged: `image[::-1]`."""

    ANTITRANSPOSED = "antitransposed"
    """Mirrored at the other diagonal, from the upper right corner: transposed and turned by 180 degrees."""

    UNSURE = "unsure"
    """It could not be told; the images are left as they came."""

    @property
    def words(self) -> str:
        """Return what it is in words that fit behind "images that are"."""
        return _WORDS[self]


_WORDS = {
    Orientation.UPRIGHT: "upright",
    Orientation.TRANSPOSED: "transposed (rows and columns exchanged)",
    Orientation.ROTATED90: "turned by 90° counter-clockwise",
    Orientation.ROTATED180: "turned by 180°",
    Orientation.ROTATED270: "turned by 90° clockwise",
    Orientation.FLIPPED_HORIZONTAL: "mirrored left to right",
    Orientation.FLIPPED_VERTICAL: "mirrored top to bottom",
    Orientation.ANTITRANSPOSED: "mirrored at the diagonal from the upper right",
    Orientation.UNSURE: "of unknown orientation",
}

# Whether rows and columns are exchanged first, and by how many quarters the images are then turned.
_MOVES = {
    Orientation.UPRIGHT: (False, 0),
    Orientation.ROTATED90: (False, 1),
    Orientation.ROTATED180: (False, 2),
    Orientation.ROTATED270: (False, 3),
    Orientation.TRANSPOSED: (True, 0),
    Orientation.FLIPPED_VERTICAL: (True, 1),
    Orientation.ANTITRANSPOSED: (True, 2),
    Orientation.FLIPPED_HORIZONTAL: (True, 3),
    Orientation.UNSURE: (False, 0),
}

TURNS = tuple(orientation for orientation in Orientation if orientation is not Orientation.UNSURE)
"""The eight orientations that can be recognised, in one order."""


def turn_images(images: Images, orientation: Orientation) -> Images:
    """Turn upright images so that they lie as a file of some orientation has them.

    Parameters
    ----------
    images : ndarray of shape (n, side, side), float32
        Upright.
    orientation : Orientation
        How they shall lie; `unsure` leaves them as they are.

    Returns
    -------
    ndarray of shape (n, side, side), float32
        The same pixels, contiguous in memory; the given memory itself where nothing moves.
    """
    is_transposed, quarters = _MOVES[orientation]
    exchanged = images.swapaxes(1, 2) if is_transposed else images
    return np.ascontiguousarray(np.rot90(exchanged, quarters, axes=(1, 2)))


def turn_upright(images: Images, orientation: Orientation) -> Images:
    """Turn the images of a file upright; the exact inverse of `turn_images`.

    Parameters
    ----------
    images : ndarray of shape (n, side, side), float32
        As the file has them.
    orientation : Orientation
        How they lie; `unsure` leaves them as they are.

    Returns
    -------
    ndarray of shape (n, side, side), float32
        The same pixels, contiguous in memory; the given memory itself where nothing moves.
    """
    is_transposed, quarters = _MOVES[orientation]
    turned = np.rot90(images, -quarters, axes=(1, 2))
    return np.ascontiguousarray(turned.swapaxes(1, 2) if is_transposed else turned)
