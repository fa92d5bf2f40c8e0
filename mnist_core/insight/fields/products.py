"""Receptive fields as the paper draws them: products of weights, with the activations left out."""

import numpy as np
from jaxtyping import Float32

from mnist_core.ground.arrays import Fields
from mnist_core.insight.fields.layers import count_pixels, list_below, read_weights
from mnist_core.network.architecture import MLP


def receptive_fields(network: MLP, layer: str) -> Fields:
    """Compute the receptive field of every unit of a layer: the product of the weights that lead to it.

    Parameters
    ----------
    network : MLP
        A trained network.
    layer : str
        `hidden1` gives the rows of W1, `hidden2` those of W2 W1, and so on up to `output`.

    Returns
    -------
    ndarray of shape (units, side, side), float32
        Upright; positive where ink raises the unit, negative where it lowers it. Activations and
        biases are left out, so for the later layers this is a simplification.

    Raises
    ------
    ModelError
        If the network has no layer of that name.
    """
    product = read_weights(network, layer)
    for below in reversed(list_below(network, layer)):
        product = product @ read_weights(network, below)
    side = count_pixels(network)
    return product.reshape(-1, side, side)


def carried_biases(network: MLP, layer: str) -> Float32[np.ndarray, " units"]:
    """Carry all biases through the products of weights: the offsets of the network without activations."""
    carried = np.zeros(network.hidden1.in_features, dtype=np.float32)
    for name in (*list_below(network, layer), layer):
        carried = read_weights(network, name) @ carried + getattr(network, name).bias.detach().numpy()
    return carried


def orient_fields(fields: Fields, turned: bool) -> Fields:
    """Return fields upright, or turned as files that count pixels down the columns hold them.

    MATLAB stores matrices column by column, so a row of 784 weights cut into rows of 28 shows a digit
    mirrored at its diagonal. Turning swaps rows and columns; turned twice is upright again.
    """
    return np.ascontiguousarray(fields.swapaxes(1, 2)) if turned else fields
