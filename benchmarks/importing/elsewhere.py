"""A network of the lab as it would be had it been trained elsewhere, on other pixels and classes."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from mnist_core.data.orientation.turns import Orientation, turn_images
from mnist_core.network.architecture import MLP
from mnist_core.network.candidate import Activation

SCALES = {
    "unit": (1.0, 0.0),
    "bytes": (255.0, 0.0),
    "signed": (2.0, -1.0),
    "half": (1.0, -0.5),
    "standard": (1 / 0.3081, -0.1307 / 0.3081),
}
"""What pixels are multiplied by and shifted."""


@dataclass(frozen=True)
class Way:
    """How things are elsewhere.

    Attributes
    ----------
    scaling : str
        What pixels are, by a name of `SCALES`.
    orientation : str
        How images lie.
    is_dark : bool
        Whether ink is dark.
    first_class : int
        What the first output stands for.
    dtype : str
        Of the numbers that are kept.
    """

    scaling: str = "unit"
    orientation: str = "upright"
    is_dark: bool = False
    first_class: int = 0
    dtype: str = "float64"


@dataclass(frozen=True, eq=False)
class Elsewhere:
    """A network and what it takes.

    Attributes
    ----------
    matrices, biases : list of ndarray
        As they are written, of the type that the file keeps.
    activation : Activation
        Behind the hidden layers.
    way : Way
        What it takes for an image, and what its outputs stand for.
    """

    matrices: list[np.ndarray]
    biases: list[np.ndarray]
    activation: Activation
    way: Way


def see(images: np.ndarray, way: Way) -> np.ndarray:
    """Make of upright images what the network is shown."""
    turned = turn_images(images, Orientation(way.orientation)).reshape(len(images), -1).astype(np.float64)
    factor, shift = SCALES[way.scaling]
    return factor * (1 - turned if way.is_dark else turned) + shift


def move_elsewhere(network: MLP, way: Way) -> Elsewhere:
    """Find the weights with which a network answers alike to what it is shown elsewhere."""
    matrices = [layer.weight.detach().numpy().astype(np.float64) for layer in network.layers.values()]
    biases = [layer.bias.detach().numpy().astype(np.float64) for layer in network.layers.values()]
    places = np.arange(784, dtype=np.float32).reshape(1, 28, 28)
    seen = turn_images(places, Orientation(way.orientation)).ravel().astype(int)
    factor, shift = SCALES[way.scaling]
    first = matrices[0][:, seen]  # of pixels p; elsewhere q = factor * p + shift, or of 1 - p
    if way.is_dark:
        matrices[0], biases[0] = -first / factor, biases[0] + first.sum(axis=1) * (1 + shift / factor)
    else:
        matrices[0], biases[0] = first / factor, biases[0] - first.sum(axis=1) * shift / factor
    order = (np.arange(len(biases[-1])) + way.first_class) % len(biases[-1])
    matrices[-1], biases[-1] = matrices[-1][order], biases[-1][order]
    dtype = np.dtype(way.dtype)
    return Elsewhere([one.astype(dtype) for one in matrices], [one.astype(dtype) for one in biases],
                     network.activation, way)  # fmt: skip


def answer(moved: Elsewhere, images: np.ndarray) -> np.ndarray:
    """Compute what the written network answers to images, its outputs in the order of the digits."""
    bends: dict[Activation, Callable[[np.ndarray], np.ndarray]] = {
        Activation.SIGMOID: lambda sums: 1 / (1 + np.exp(-sums)),
        Activation.RELU: lambda sums: np.maximum(sums, 0),
        Activation.TANH: np.tanh,
        Activation.SQUARE: np.square,
        Activation.LINEAR: lambda sums: sums,
    }
    bend = bends[moved.activation]
    passed = see(images, moved.way)
    for place, (matrix, bias) in enumerate(zip(moved.matrices, moved.biases, strict=True)):
        passed = (bend(passed) if place else passed) @ matrix.astype(np.float64).T + bias.astype(np.float64)
    return np.roll(passed, moved.way.first_class, axis=1)
