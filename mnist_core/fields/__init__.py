"""Receptive fields: what each unit looks for, as a picture, and how far to trust that picture."""

import math

import numpy as np
import torch
from jaxtyping import Float32

from mnist_core.arrays import Activations, Fidelities, Fields, Images, Indices
from mnist_core.errors import DataError, ModelError
from mnist_core.fields.sheet import COLOURS, draw_sheet, scale_fields
from mnist_core.network import LAYERS, MLP

FIDELITY_IMAGES = 10_000  # as many as the figures of the paper's network were measured on

_BATCH = 2_000  # images at once: large enough for speed, small enough for any memory

__all__ = [
    "COLOURS",
    "FIDELITY_IMAGES",
    "choose_images",
    "draw_sheet",
    "driving_images",
    "layer_sums",
    "linear_fidelity",
    "orient_fields",
    "rank_images",
    "read_bias",
    "receptive_fields",
    "scale_fields",
    "strongest_links",
]

Values = Float32[np.ndarray, " n"]
"""Weighted sum of one unit for each image, before the activation."""


def receptive_fields(network: MLP, layer: str) -> Fields:
    """Compute the receptive field of every unit of a layer: the product of the weights that lead to it.

    Parameters
    ----------
    network : MLP
        A trained network.
    layer : str
        `hidden1` gives the rows of W1, `hidden2` those of W2 W1, `output` those of W3 W2 W1.

    Returns
    -------
    ndarray of shape (units, side, side), float32
        Upright; positive where ink raises the unit, negative where it lowers it. Activations and
        biases are left out, so for the later layers this is a simplification: see `linear_fidelity`.

    Raises
    ------
    ModelError
        If the network has no layer of that name.
    """
    product = _weights(network, layer)
    for below in reversed(LAYERS[: LAYERS.index(layer)]):
        product = product @ _weights(network, below)
    side = math.isqrt(product.shape[1])
    return product.reshape(-1, side, side)


def layer_sums(network: MLP, layer: str, images: Images) -> Activations:
    """Compute the weighted sums of a layer's units, bias included, before the activation.

    Parameters
    ----------
    network : MLP
        A trained network.
    layer : str
        `hidden1`, `hidden2` or `output`, whose sums are the logits.
    images : ndarray of shape (n, side, side), float32
        Ink, 0.0 to 1.0; may be memory-mapped, as it is read a batch at a time.

    Returns
    -------
    ndarray of shape (n, units), float32
        A row an image.

    Raises
    ------
    DataError
        If there are no images, or of another size than the network reads.
    ModelError
        If the network has no layer of that name.
    """
    _find_layer(network, layer)
    _check_images(network, images)
    with torch.inference_mode():
        # torch.tensor copies: a memory-mapped array cannot be written, so torch would warn of sharing it
        batches = (torch.tensor(images[start : start + _BATCH]) for start in range(0, len(images), _BATCH))
        return torch.cat([network.pre_activations(batch)[layer] for batch in batches]).numpy()


def linear_fidelity(network: MLP, layer: str, images: Images) -> Fidelities:
    """Measure how much of each unit's real weighted sum its receptive field explains.

    R2 = 1 - var(z - a w.x) / var(z), where z is the real sum before the activation (bias included), w.x
    the product of field and image, and a >= 0 the scale that suits it best: the squared correlation of
    the two. Scale and offset are not held against a field, for a picture shows neither: saturating
    units shrink all sums, and with a fixed at 1 the output fields of the paper's network would have an
    R2 near -34 though they point the right way.

    Parameters
    ----------
    network : MLP
        A trained network.
    layer : str
        `hidden1` (always 1, as nothing is left out), `hidden2` or `output`.
    images : ndarray of shape (n, side, side), float32
        What it is measured on; about `FIDELITY_IMAGES` are enough.

    Returns
    -------
    ndarray of shape (units,), float64
        1 is exact, 0 no better than a constant; nan for a unit whose sum never varies.
    """
    sums = layer_sums(network, layer, images).astype(np.float64)
    fields = receptive_fields(network, layer)
    products = images.reshape(len(images), -1) @ fields.reshape(len(fields), -1).T.astype(np.float64)
    sums, products = sums - sums.mean(axis=0), products - products.mean(axis=0)
    shared = (sums * products).mean(axis=0).clip(min=0)
    spread = sums.var(axis=0) * products.var(axis=0)
    fidelities: Fidelities = np.divide(shared**2, spread, out=np.full(len(fields), np.nan), where=spread > 0)
    return fidelities


def choose_images(n: int, most: int = FIDELITY_IMAGES) -> Indices:
    """Choose evenly spaced images of n, so that a data set in order of digit gives all digits."""
    return np.linspace(0, n - 1, min(n, most)).round().astype(np.int64)


def strongest_links(network: MLP, layer: str, unit: int, count: int) -> list[tuple[int, float]]:
    """Find the units of the next layer that a unit speaks to loudest.

    Parameters
    ----------
    network : MLP
        A trained network.
    layer : str
        The layer of the unit.
    unit : int
        Its position in the layer, from 0.
    count : int
        How many at most.

    Returns
    -------
    list of (int, float)
        Unit of the next layer and the weight to it, the greatest size first; empty for the output.

    Raises
    ------
    ModelError
        If the network has no such layer or unit.
    """
    _check_unit(network, layer, unit)
    if layer == LAYERS[-1]:
        return []
    weights = _weights(network, LAYERS[LAYERS.index(layer) + 1])[:, unit]
    order = np.argsort(-np.abs(weights), kind="stable")[:count]
    return [(int(index), float(weights[index])) for index in order]


def driving_images(
    network: MLP, layer: str, unit: int, images: Images, count: int
) -> tuple[Indices, Indices, Values]:
    """Find the images that drive a unit most and least.

    Parameters
    ----------
    network : MLP
        A trained network.
    layer : str
        The layer of the unit.
    unit : int
        Its position in the layer, from 0.
    images : ndarray of shape (n, side, side), float32
        The images to choose from.
    count : int
        How many of each at most.

    Returns
    -------
    most, least : ndarray of shape (k,), int64
        Positions of the images with the highest sums, the highest first, and with the lowest, the
        lowest first.
    values : ndarray of shape (n,), float32
        The unit's sum before the activation for every image.

    Raises
    ------
    ModelError
        If the network has no such layer or unit.
    """
    _check_unit(network, layer, unit)
    values = np.ascontiguousarray(layer_sums(network, layer, images)[:, unit])
    return *rank_images(values, count), values


def rank_images(values: Values, count: int) -> tuple[Indices, Indices]:
    """Find the positions of the highest values, the highest first, and of the lowest, the lowest first."""
    most = np.argsort(-values, kind="stable")[:count]
    least = np.argsort(values, kind="stable")[:count]
    return most.astype(np.int64), least.astype(np.int64)


def read_bias(network: MLP, layer: str, unit: int) -> float:
    """Return the bias of a unit.

    Raises
    ------
    ModelError
        If the network has no such layer or unit.
    """
    _check_unit(network, layer, unit)
    return float(_find_layer(network, layer).bias.detach()[unit])


def orient_fields(fields: Fields, turned: bool) -> Fields:
    """Return fields upright, or turned as files that count pixels down the columns hold them.

    MATLAB stores matrices column by column, so a row of 784 weights cut into rows of 28 shows a digit
    mirrored at its diagonal. Turning swaps rows and columns; turned twice is upright again.
    """
    return np.ascontiguousarray(fields.swapaxes(1, 2)) if turned else fields


def _find_layer(network: MLP, layer: str) -> torch.nn.Linear:
    if layer not in LAYERS:
        raise ModelError(f"The layer must be one of {', '.join(LAYERS)}, but is {layer!r}: choose one.")
    found = getattr(network, layer)
    assert isinstance(found, torch.nn.Linear)
    return found


def _weights(network: MLP, layer: str) -> Float32[np.ndarray, "units inputs"]:
    return _find_layer(network, layer).weight.detach().numpy()


def _check_unit(network: MLP, layer: str, unit: int) -> None:
    units = _find_layer(network, layer).out_features
    if not 0 <= unit < units:
        raise ModelError(f"{layer} has units 0 to {units - 1}, but {unit} was asked for: choose one of them.")


def _check_images(network: MLP, images: Images) -> None:
    n_inputs = network.hidden1.in_features
    if not len(images) or images.shape[1] ** 2 != n_inputs:
        side = math.isqrt(n_inputs)
        raise DataError(
            f"The network reads images of {side} x {side} pixels, but got {len(images)} images of "
            f"{images.shape[1]} x {images.shape[2]}: choose another data set or another model."
        )
