"""Images of any side as a network reads them that was trained on images of another side."""

from typing import Any

import numpy as np
from jaxtyping import Float32

from mnist_core.ground.arrays import Images

_BOX = 20 / 28  # of the side: MNIST's makers fitted the ink of each image into 20 of 28 pixels
_LOWER = 0.25 / 28  # of the side: MNIST's centres of mass lie so much below and right of the middle
_INK = 0.1  # brighter pixels are ink, so that noise does not widen its box
MNIST_SIDE = 28
"""Pixels along an edge of MNIST's images."""

_PIECE = 1_000  # images at once

ImagesOfSide = Float32[np.ndarray, "n target target"]
"""Images of the side that was asked for."""


def bring_to_side(images: Images, side: int) -> ImagesOfSide:
    """Bring images to another side as MNIST's makers did: their ink fitted into a box, its mass centred.

    The longer edge of the ink becomes 20/28 of the side, and its centre of mass lies where MNIST's do.

    Parameters
    ----------
    images : ndarray of shape (n, any side, any side), float32
        Upright, 0.0 (paper) to 1.0 (full ink).
    side : int
        Pixels along an edge of what comes back.

    Returns
    -------
    ndarray of shape (n, side, side), float32
        0.0 to 1.0; the given images themselves where they have that side already.

    References
    ----------
    LeCun, Cortes and Burges, "The MNIST database of handwritten digits".
    """
    return images if images.shape[1] == side else fit_to_side(images, side)


def fit_to_side(images: Images, side: int) -> ImagesOfSide:
    """Fit the ink of images into a box and centre its mass, as `bring_to_side` does, whatever their side."""
    brought = np.empty((len(images), side, side), dtype=np.float32)
    for start in range(0, len(images), _PIECE):
        brought[start : start + _PIECE] = _fit(np.asarray(images[start : start + _PIECE]), side)
    return brought


def _fit(images: Images, side: int) -> ImagesOfSide:
    is_ink: np.ndarray = images > _INK
    heights, widths = (_measure_extent(np.any(is_ink, axis=axis)) for axis in (2, 1))
    step = np.maximum(heights, widths) / (_BOX * side)  # pixels of the image for one that comes back
    mass = np.maximum(images.sum(axis=(1, 2)), 1e-9)
    places = np.arange(images.shape[1])
    centres = [np.where(mass > 1e-6, images.sum(axis=axis) @ places / mass, places.mean()) for axis in (2, 1)]
    down, across = (_weigh(images.shape[1], side, centre, step) for centre in centres)
    fitted: ImagesOfSide = np.clip(down @ images @ across.swapaxes(1, 2), 0, 1)
    return fitted


def _measure_extent(is_inked: Any) -> np.ndarray:
    """Measure the lines from the first with ink to the last; all where there is none."""
    extent = is_inked.shape[1] - is_inked[:, ::-1].argmax(axis=1) - is_inked.argmax(axis=1)
    found: np.ndarray = np.where(is_inked.any(axis=1), extent, is_inked.shape[1])
    return found


def _weigh(source: int, target: int, centre: np.ndarray, step: np.ndarray) -> np.ndarray:
    """Weigh the lines of an image for each line that comes back: linear between two, or the mean of more."""
    middle = (target - 1) / 2 + _LOWER * target
    wanted = centre[:, None] + (np.arange(target) - middle) * step[:, None]
    reach = np.maximum(step, 1)[:, None, None]
    # Lines around the image are paper, so that ink fades at its edge instead of being drawn out.
    away = np.abs(wanted[:, :, None] - np.arange(source)) / reach
    weights: np.ndarray = np.maximum(0, 1 - away) / reach
    return weights.astype(np.float32)
