"""Jacobians in closed form: how each unit's sum changes with each pixel, where the network stands."""

import numpy as np

from mnist_core.ground.arrays import Fields, Images, Indices, Labels
from mnist_core.insight.fields.layers import all_sums, count_pixels, count_units, read_slopes, read_weights
from mnist_core.insight.fields.view_arrays import DigitFields, Paths, Slopes1, Slopes2
from mnist_core.network.architecture import LAYERS, MLP

# The Jacobian of a network with activations f is W3 diag(f'(z2)) W2 diag(f'(z1)) W1. All that depends on the
# image stands left of W1, so means over images are means of "paths": the weights from hidden 1 to a unit.


def mean_jacobian(network: MLP, layer: str, images: Images) -> Fields:
    """Average the Jacobian of a layer over images: how a pixel moves each unit, on average.

    Parameters
    ----------
    network : MLP
        A trained network.
    layer : str
        The layer.
    images : ndarray of shape (n, side, side), float32
        What is averaged over.

    Returns
    -------
    ndarray of shape (units, side, side), float32
        For hidden 1 the weights themselves.
    """
    return _end_in_pixels(network, _mean_paths(network, layer, *_slopes(network, images)))


def digit_jacobians(network: MLP, layer: str, images: Images) -> DigitFields:
    """Average the Jacobian of a layer over the images that the network reads as each digit.

    Returns
    -------
    ndarray of shape (classes, units, side, side), float32
        A picture a digit and unit; zeros for a digit as which no image is read.
    """
    guesses, slopes = guess_digits(network, images), _slopes(network, images)
    n_classes, side = count_units(network, "output"), count_pixels(network)
    fields = np.zeros((n_classes, count_units(network, layer), side, side), dtype=np.float32)
    for digit in np.unique(guesses):
        is_read = guesses == digit
        paths = _mean_paths(network, layer, slopes[0][is_read], slopes[1][is_read])
        fields[digit] = _end_in_pixels(network, paths)
    return fields


def image_gradients(network: MLP, layer: str, images: Images, units: Indices) -> Fields:
    """Compute the gradient of one unit's sum at each image.

    Parameters
    ----------
    network : MLP
        A trained network.
    layer : str
        The layer of the units.
    images : ndarray of shape (k, side, side), float32
        An image a gradient.
    units : ndarray of shape (k,), int64
        The unit for each image.

    Returns
    -------
    ndarray of shape (k, side, side), float32
        A gradient an image.
    """
    slopes1, slopes2 = _slopes(network, images)
    weights = read_weights(network, layer)[units]
    if layer == LAYERS[0]:
        own: Fields = weights.reshape(images.shape)
        return own
    if layer == LAYERS[2]:
        weights = (weights * slopes2) @ read_weights(network, "hidden2")
    return _end_in_pixels(network, weights * slopes1)


def guess_digits(network: MLP, images: Images) -> Labels:
    """Return the digit as which the network reads each image."""
    guesses: Labels = all_sums(network, images)["output"].argmax(axis=1).astype(np.int64)
    return guesses


def _slopes(network: MLP, images: Images) -> tuple[Slopes1, Slopes2]:
    sums = all_sums(network, images)
    return read_slopes(network, sums["hidden1"]), read_slopes(network, sums["hidden2"])


def _mean_paths(network: MLP, layer: str, slopes1: Slopes1, slopes2: Slopes2) -> Paths:
    weights = read_weights(network, layer)
    if layer == LAYERS[0]:
        return np.eye(len(weights), dtype=np.float32)
    if layer == LAYERS[1]:
        return np.asarray(weights * slopes1.mean(axis=0))
    # the mean of a product of slopes, not the product of the means: they move together
    shared = slopes2.T @ slopes1 / np.float32(len(slopes1))
    return np.asarray(weights @ (read_weights(network, "hidden2") * shared))


def _end_in_pixels(network: MLP, paths: Paths) -> Fields:
    side = count_pixels(network)
    fields: Fields = (paths @ read_weights(network, "hidden1")).reshape(-1, side, side)
    return fields
