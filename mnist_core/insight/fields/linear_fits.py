"""Best linear fits: the pictures that explain the units' sums best, as far as any single picture can."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float32
from scipy import linalg

from mnist_core.ground.arrays import Activations, Fields, Images
from mnist_core.insight.fields.jacobians import guess_digits
from mnist_core.insight.fields.layers import layer_sums
from mnist_core.insight.fields.view_arrays import DigitFields
from mnist_core.network.architecture import MLP

# Ridge strengths to choose from, as shares of the mean variance of a pixel.
_STRENGTHS = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0)
_KEPT = 5  # every fifth image chooses the strength
_FEWEST = 20  # images of a digit that a fit is tried on

_Rows = Float32[np.ndarray, "_ _"]


def fit_linear(network: MLP, layer: str, images: Images) -> Fields:
    """Fit the picture of each unit that explains its sum best: the ceiling of all single pictures.

    Ridge regression of the sums on the pixels. Its strength is the one that does best, for the layer as a
    whole, on a fifth of the images that it is not fitted on.

    Parameters
    ----------
    network : MLP
        A trained network.
    layer : str
        The layer.
    images : ndarray of shape (n, side, side), float32
        What is fitted; a few thousand at least.

    Returns
    -------
    ndarray of shape (units, side, side), float32
        The weights of the fit; its offset is left out.
    """
    return _fit(images, layer_sums(network, layer, images))


def fit_digits(network: MLP, layer: str, images: Images) -> DigitFields:
    """Fit the best picture of each unit anew for the images that the network reads as each digit.

    Returns
    -------
    ndarray of shape (classes, units, side, side), float32
        A picture a digit and unit; zeros for a digit as which fewer than 20 images are read.
    """
    sums, guesses = layer_sums(network, layer, images), guess_digits(network, images)
    shape = (network.output.out_features, sums.shape[1], *images.shape[1:])
    fields = np.zeros(shape, dtype=np.float32)
    for digit in np.flatnonzero(np.bincount(guesses) >= _FEWEST):
        fields[digit] = _fit(images[guesses == digit], sums[guesses == digit])
    return fields


def _fit(images: Images, sums: Activations) -> Fields:
    pixels = images.reshape(len(images), -1)
    is_kept = np.arange(len(images)) % _KEPT == 0
    kept, targets = _centre(pixels[is_kept]), _centre(sums[is_kept])
    errors = [
        np.square(kept @ fitted - targets).sum()
        for fitted in _solve(pixels[~is_kept], sums[~is_kept], _STRENGTHS)
    ]
    best = _STRENGTHS[int(np.argmin(errors))]
    fields: Fields = _solve(pixels, sums, [best])[0].T.reshape(-1, *images.shape[1:])
    return fields


def _solve(pixels: _Rows, sums: _Rows, strengths: Sequence[float]) -> list[Float32[np.ndarray, "_ _"]]:
    inputs, targets = _centre(pixels), _centre(sums)
    is_wide = len(inputs) < inputs.shape[1]  # fewer images than pixels: the same fit, by their own products
    products = (inputs @ inputs.T if is_wide else inputs.T @ inputs).astype(np.float64)
    shared = targets if is_wide else inputs.T @ targets
    step = np.eye(len(products)) * np.trace(products) / inputs.shape[1]
    found = [linalg.solve(products + strength * step, shared, assume_a="pos") for strength in strengths]
    return [np.asarray(inputs.T @ one if is_wide else one, np.float32) for one in found]


def _centre(rows: _Rows) -> _Rows:
    centred: _Rows = rows - rows.mean(axis=0)
    return centred
