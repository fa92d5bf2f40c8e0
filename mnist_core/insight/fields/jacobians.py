"""Jacobians in closed form: how each unit's sum changes with each pixel, where the network stands."""

import numpy as np

from mnist_core.ground.arrays import Fields, Images, Indices, Labels
from mnist_core.insight.fields.layers import (
    all_sums,
    count_pixels,
    count_units,
    list_below,
    read_slopes,
    read_weights,
)
from mnist_core.insight.fields.view_arrays import DigitFields, Paths, Slopes
from mnist_core.network.architecture import FIRST, MLP

# The Jacobian of a network with activations f is W3 diag(f'(z2)) W2 diag(f'(z1)) W1, say. What depends on the
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
    return _end_in_pixels(network, _mean_paths(network, layer, _slopes(network, images)))


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
        paths = _mean_paths(network, layer, {name: values[is_read] for name, values in slopes.items()})
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
    slopes, gradients = _slopes(network, images), read_weights(network, layer)[units]
    for below in reversed(list_below(network, layer)):
        gradients = (gradients * slopes[below]) @ read_weights(network, below)
    own: Fields = gradients.reshape(images.shape)
    return own


def guess_digits(network: MLP, images: Images) -> Labels:
    """Return the digit as which the network reads each image."""
    guesses: Labels = all_sums(network, images)["output"].argmax(axis=1).astype(np.int64)
    return guesses


def _slopes(network: MLP, images: Images) -> Slopes:
    sums = all_sums(network, images)
    return {layer: read_slopes(network, sums[layer]) for layer in network.hidden_names}


def _mean_paths(network: MLP, layer: str, slopes: Slopes) -> Paths:
    weights, below = read_weights(network, layer), list_below(network, layer)
    if not below:
        return np.eye(len(weights), dtype=np.float32)
    if len(below) == 1:
        return np.asarray(weights * slopes[below[0]].mean(axis=0))
    # the mean of a product of slopes, not the product of the means: they move together
    n, first, second = len(slopes[FIRST]), slopes[FIRST], slopes[below[1]]
    between = read_weights(network, below[1])
    if len(below) == 2:
        shared = second.T @ first / np.float32(n)
        return np.asarray(weights @ (between * shared))
    paths = np.empty((len(weights), first.shape[1]), dtype=np.float32)
    for unit, row in enumerate(weights):
        carried = ((row * slopes[below[2]]) @ read_weights(network, below[2])) * second
        paths[unit] = (between * (carried.T @ first / np.float32(n))).sum(axis=0)
    return paths


def _end_in_pixels(network: MLP, paths: Paths) -> Fields:
    side = count_pixels(network)
    fields: Fields = (paths @ read_weights(network, "hidden1")).reshape(-1, side, side)
    return fields
