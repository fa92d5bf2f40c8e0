"""What a network sees of images, by side, orientation and scaling, and what its first layer makes of that."""

import numpy as np
from jaxtyping import Float64

from mnist_core.data.orientation.turns import Orientation, turn_images
from mnist_core.data.side import ImagesOfSide, bring_to_side
from mnist_core.ground.arrays import Images
from mnist_core.insight.imported.chain import Chain

_MOST_DEVIATIONS = 20.0  # of a pixel from its mean; in rare images, of a pixel that is seldom inked
_WIDEST_FRAME = 0.3  # of the side; the box of MNIST's ink, 20 of 28 pixels, is what is cut out most

Weights = Float64[np.ndarray, "units _ _"]
"""For each unit and pixel."""

Sums = Float64[np.ndarray, "n _"]
"""Of a layer, a row an image."""


def list_sides(seen: int, given: int) -> list[int]:
    """List the sides of images of which a network may see so many pixels along an edge.

    They are those that it sees, brought to their side as any; or those that are given, of which it sees the
    middle, or all in a frame of paper, or the means of blocks of pixels.
    """
    is_frame = seen != given and abs(seen * count_blocked(seen, given) - given) <= _WIDEST_FRAME * given
    return [seen, given] if is_frame else [seen]


def count_blocked(seen: int, given: int) -> int:
    """Count the pixels along an edge of a block, of which a network sees the mean; 1 where it sees each."""
    return max(round(given / seen), 1)


def frame_images(images: Images, side: int) -> ImagesOfSide:
    """Make of images what a network of another side sees: their middle, a frame around, means of blocks.

    Parameters
    ----------
    images : ndarray of shape (n, any side, any side), float32
        Images.
    side : int
        Pixels along an edge of what comes back.

    Returns
    -------
    ndarray of shape (n, side, side), float32
        What is seen of them.
    """
    edge = count_blocked(side, images.shape[1])
    framed = _frame(images, side * edge)
    seen: ImagesOfSide = framed.reshape(len(images), side, edge, side, edge).mean(axis=(2, 4))
    return seen


def frame_weights(weights: Weights, side: int) -> Weights:
    """Let weights for what `frame_images` makes of images answer to the images themselves.

    Parameters
    ----------
    weights : ndarray of shape (units, any side, any side), float64
        Of each unit, for the pixels that it sees.
    side : int
        Pixels along an edge of the images.

    Returns
    -------
    ndarray of shape (units, side, side), float64
        For the pixels of the images.
    """
    edge = count_blocked(weights.shape[1], side)
    return _frame(weights.repeat(edge, axis=1).repeat(edge, axis=2) / edge**2, side)


def _frame(images: np.ndarray, side: int) -> np.ndarray:
    given = images.shape[1]
    before = abs(side - given) // 2
    if side <= given:
        return images[:, before : before + side, before : before + side]
    after = side - given - before
    return np.pad(images, ((0, 0), (before, after), (before, after)))


class Sights:
    """What hidden 1 makes of the images, without its bias: computed once for all that see them alike.

    Parameters
    ----------
    images : ndarray of shape (n, side, side), float32
        Upright, ink 0.0 to 1.0.
    """

    def __init__(self, images: Images) -> None:
        self._images = images
        self._seen: dict[tuple[int, int, bool], Images] = {}
        self._known: dict[tuple[int, int, str, bool, int], Sums] = {}

    def sum_up(
        self, chain: Chain, side: int, orientation: Orientation, is_standardised: bool, n: int
    ) -> Sums:
        """Compute the sums of the first images, brought to a side and seen by a network in one way."""
        key = id(chain), side, orientation.value, is_standardised, n
        if key not in self._known:
            seen = self._see(side, chain.side, is_standardised)[:n]
            turned = turn_images(seen, orientation).reshape(len(seen), -1)
            self._known[key] = turned.astype(np.float64) @ chain.matrices[0].T
        return self._known[key]

    def _see(self, side: int, middle: int, is_standardised: bool) -> Images:
        key = side, middle, is_standardised
        if key not in self._seen:
            images = frame_images(bring_to_side(self._images, side), middle)
            self._seen[key] = _standardise(images) if is_standardised else images
        return self._seen[key]


def _standardise(images: Images) -> Images:
    deviations = images.std(axis=0)
    centred: Images = (images - images.mean(axis=0)) / np.where(deviations > 0, deviations, 1)
    return centred.clip(-_MOST_DEVIATIONS, _MOST_DEVIATIONS)
