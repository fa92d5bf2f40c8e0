"""The layers of a network as the views see them: weights, sums, slopes, and links between units."""

import math
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float32

from mnist_core.ground.arrays import Activations, Images, Indices
from mnist_core.ground.errors import DataError, ModelError
from mnist_core.insight.fields.view_arrays import LayerSums
from mnist_core.network.architecture import FIRST, MLP, OUTPUT

_BATCH = 2_000  # images at once: large enough for speed, small enough for any memory

Values = Float32[np.ndarray, " n"]
"""Weighted sum of one unit for each image, before the activation."""

Weights = Float32[np.ndarray, "_ _"]
"""Weights of a layer, a row a unit."""


@dataclass(frozen=True)
class Link:
    """A connection between a unit and one of a neighbouring layer.

    Attributes
    ----------
    unit : int
        The unit of the other layer.
    weight : float
        Of the connection.
    """

    unit: int
    weight: float


def read_weights(network: MLP, layer: str) -> Weights:
    """Return the weights that lead into a layer, a row a unit.

    Raises
    ------
    ModelError
        If the network has no layer of that name.
    """
    weights: Weights = _find_layer(network, layer).weight.detach().numpy()
    return weights


def count_units(network: MLP, layer: str) -> int:
    """Count the units of a layer.

    Raises
    ------
    ModelError
        If the network has no layer of that name.
    """
    return _find_layer(network, layer).out_features


def count_pixels(network: MLP) -> int:
    """Return the pixels along an edge of the images that a network reads."""
    return math.isqrt(network.hidden1.in_features)


def layer_sums(network: MLP, layer: str, images: Images) -> Activations:
    """Compute the weighted sums of a layer's units, bias included, before the activation.

    Parameters
    ----------
    network : MLP
        A trained network.
    layer : str
        One of the network's; the sums of `output` are the logits.
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
    return all_sums(network, images)[layer]


def all_sums(network: MLP, images: Images) -> LayerSums:
    """Compute the weighted sums of every layer, by its name; see `layer_sums`."""
    _check_images(network, images)
    with torch.inference_mode():
        # torch.tensor copies: a memory-mapped array cannot be written, so torch would warn of sharing it
        batches = (torch.tensor(images[start : start + _BATCH]) for start in range(0, len(images), _BATCH))
        parts = [network.pre_activations(batch) for batch in batches]
        return {layer: torch.cat([part[layer] for part in parts]).numpy() for layer in network.layer_names}


def activate(network: MLP, sums: Activations) -> Activations:
    """Apply the activation function of the hidden layers to sums."""
    activations: Activations = network.activate(torch.from_numpy(sums)).numpy()
    return activations


def read_slopes(network: MLP, sums: Activations) -> Activations:
    """Return the slope of the activation function at each sum."""
    points = torch.from_numpy(sums).requires_grad_()
    (slopes,) = torch.autograd.grad(network.activate(points).sum(), points)
    found: Activations = slopes.numpy()
    return found


def choose_images(n: int, most: int) -> Indices:
    """Choose evenly spaced images of n, so that a data set in order of digit gives all digits."""
    return np.linspace(0, n - 1, min(n, most)).round().astype(np.int64)


def list_below(network: MLP, layer: str) -> tuple[str, ...]:
    """List the hidden layers below a layer, `hidden1` first.

    Raises
    ------
    ModelError
        If the network has no layer of that name.
    """
    _find_layer(network, layer)
    return network.layer_names[: network.layer_names.index(layer)]


def next_layer(network: MLP, layer: str) -> str:
    """Return the name of the layer behind a hidden one."""
    return network.layer_names[network.layer_names.index(layer) + 1]


def strongest_links(network: MLP, layer: str, unit: int, count: int) -> list[Link]:
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
    list of Link
        The weight of the greatest size first; empty for the output.

    Raises
    ------
    ModelError
        If the network has no such layer or unit.
    """
    check_unit(network, layer, unit)
    if layer == OUTPUT:
        return []
    return _rank_links(read_weights(network, next_layer(network, layer))[:, unit], count)


def strongest_sources(network: MLP, layer: str, unit: int, count: int) -> list[Link]:
    """Find the units of the layer below that a unit listens to most; none for hidden 1, which reads pixels.

    Raises
    ------
    ModelError
        If the network has no such layer or unit.
    """
    check_unit(network, layer, unit)
    return [] if layer == FIRST else _rank_links(read_weights(network, layer)[unit], count)


def rank_images(values: Values, count: int) -> tuple[Indices, Indices]:
    """Find the positions of the highest values, the highest first, and of the lowest, the lowest first."""
    return _find_least(-values, count), _find_least(values, count)


def _find_least(values: Values, count: int) -> Indices:
    """Find the positions of the lowest values, of equal ones the first; without sorting the others."""
    if count < len(values):
        bound = np.partition(values, count)[count]
        places = np.flatnonzero(values <= bound)
    else:
        places = np.arange(len(values))
    return places[np.argsort(values[places], kind="stable")][:count].astype(np.int64)


def read_bias(network: MLP, layer: str, unit: int) -> float:
    """Return the bias of a unit.

    Raises
    ------
    ModelError
        If the network has no such layer or unit.
    """
    check_unit(network, layer, unit)
    return float(_find_layer(network, layer).bias.detach()[unit])


def check_unit(network: MLP, layer: str, unit: int) -> None:
    """Refuse a unit that a network lacks.

    Raises
    ------
    ModelError
        If the network has no such layer or unit.
    """
    units = count_units(network, layer)
    if not 0 <= unit < units:
        raise ModelError(f"{layer} has units 0 to {units - 1}, but {unit} was asked for: choose one of them.")


def _rank_links(weights: Float32[np.ndarray, " units"], count: int) -> list[Link]:
    order = np.argsort(-np.abs(weights), kind="stable")[:count]
    return [Link(int(unit), float(weights[unit])) for unit in order]


def _find_layer(network: MLP, layer: str) -> torch.nn.Linear:
    layers = network.layers
    if layer not in layers:
        raise ModelError(f"The layer must be one of {', '.join(layers)}, but is {layer!r}: choose one.")
    return layers[layer]


def _check_images(network: MLP, images: Images) -> None:
    if not len(images) or images.shape[1] ** 2 != network.hidden1.in_features:
        side = count_pixels(network)
        raise DataError(
            f"The network reads images of {side} x {side} pixels, but got {len(images)} images of "
            f"{images.shape[1]} x {images.shape[2]}: choose another data set or another model."
        )
