"""Tangents: the sums of a network's layers at an image, as linear in the sums of its first layer."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from jaxtyping import Float32, Float64

from mnist_core.ground.arrays import Images
from mnist_core.insight.fields.layers import (
    activate,
    count_units,
    list_below,
    read_slopes,
    read_weights,
)
from mnist_core.insight.fields.view_arrays import LayerSums
from mnist_core.network.architecture import FIRST, MLP

_MOST_NUMBERS = 4_000_000  # of the paths of images at once, 32 MB


@dataclass(frozen=True, eq=False)
class Tangent:
    """The sums of a layer at each image, as linear in those of hidden 1: sums = paths . first + carried.

    Attributes
    ----------
    paths : ndarray of shape (n, units, hidden1), float64
        How the sum of each unit moves with each sum of hidden 1.
    carried : ndarray of shape (n, units), float64
        What is added.
    """

    paths: Float64[np.ndarray, "n units hidden1"]
    carried: Float64[np.ndarray, "n units"]

    def read_pictures(self, network: MLP) -> Float32[np.ndarray, "n units pixels"]:
        """Return how the sum of each unit moves with each pixel."""
        pictures: Float32[np.ndarray, "n units pixels"] = (
            self.paths @ read_weights(network, FIRST).astype(np.float64)
        ).astype(np.float32)
        return pictures

    def read_offsets(self, network: MLP) -> Float64[np.ndarray, "n units"]:
        """Return what is added to the products of these pictures and the image."""
        offsets: Float64[np.ndarray, "n units"] = self.paths @ _read_biases(network, FIRST) + self.carried
        return offsets


def find_tangents(network: MLP, sums: LayerSums, last: str) -> dict[str, Tangent]:
    """Find the tangents of the layers up to one of them, at images that give the network some sums.

    Raises
    ------
    ModelError
        If the network has no layer of that name.
    """
    names = (*list_below(network, last), last)
    n, first = sums[FIRST].shape
    found = {FIRST: Tangent(np.broadcast_to(np.eye(first), (n, first, first)), np.zeros((n, first)))}
    for below, layer in pairwise(names):
        weights, tangent = read_weights(network, layer).astype(np.float64), found[below]
        slopes = read_slopes(network, sums[below]).astype(np.float64)
        onward = weights * slopes[:, None, :]
        # Where the tangent of the activation meets the axis: for ReLU always at 0.
        rest = activate(network, sums[below]).astype(np.float64) - slopes * sums[below]
        carried = np.einsum("nij,nj->ni", onward, tangent.carried) + rest @ weights.T
        paths = onward if below == FIRST else onward @ tangent.paths
        found[layer] = Tangent(paths, carried + _read_biases(network, layer))
    return found


def take_batches(network: MLP, images: Images) -> Iterator[Images]:
    """Yield images, as many at once as their paths fit into little memory."""
    first, *others = (count_units(network, layer) for layer in network.layer_names)
    size = max(1, _MOST_NUMBERS // (first * max(others)))
    for start in range(0, len(images), size):
        yield np.asarray(images[start : start + size])


def _read_biases(network: MLP, layer: str) -> Float64[np.ndarray, " units"]:
    biases: Float64[np.ndarray, " units"] = network.layers[layer].bias.detach().numpy().astype(np.float64)
    return biases
