"""An image read in several ways: as it is, and turned, slanted and stretched a little to either side."""

from itertools import product

import numpy as np
from jaxtyping import Float64
from scipy import ndimage

from mnist_core.ground.arrays import Images, Probabilities
from mnist_core.insight.evaluation.answers import read_probabilities
from mnist_core.network.models import Model

# Chosen on ten writers, by a network that had not seen them (docs/decisions/0050-numbers.md).
_TURN = 0.15  # radians
_SLANT = 0.2
_STRETCH = 0.2  # of height against width, as a logarithm
_CENTRE = 13.75  # pixel index half way between the middle and where a digit's centre of mass is put


def read_several_ways(model: Model, images: Images) -> Probabilities:
    """Average what a network makes of each image and of eight variations of it.

    Parameters
    ----------
    model : Model
        One that reads images of this size.
    images : ndarray of shape (n, 28, 28), float32
        Ink, 0.0 to 1.0.

    Returns
    -------
    ndarray of shape (n, classes), float32
        Softmax outputs at the model's temperature, averaged.
    """
    ways = [images, *(_vary(images, matrix) for matrix in _list_matrices())]
    probabilities = read_probabilities(model, np.concatenate(ways))
    averaged: Probabilities = probabilities.reshape(len(ways), len(images), -1).mean(axis=0)
    return averaged


def _list_matrices() -> list[Float64[np.ndarray, "2 2"]]:
    """List what takes a row and column of a varied image to those of the image."""
    signs = product((-1, 1), repeat=3)
    return [_make_matrix(a * _TURN, b * _SLANT, c * _STRETCH) for a, b, c in signs]


def _make_matrix(turn: float, slant: float, stretch: float) -> Float64[np.ndarray, "2 2"]:
    turned = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    slanted = np.array([[1.0, 0.0], [slant, 1.0]])
    matrix: np.ndarray = turned @ slanted @ np.diag(np.exp([stretch / 2, -stretch / 2]))
    return matrix


def _vary(images: Images, matrix: Float64[np.ndarray, "2 2"]) -> Images:
    shift = _CENTRE - matrix @ np.full(2, _CENTRE)
    return np.stack([ndimage.affine_transform(image, matrix, shift, order=1) for image in images])
