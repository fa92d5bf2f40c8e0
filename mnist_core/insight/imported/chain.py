"""The layers that a file holds, in one way of understanding it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from math import isqrt

import numpy as np
from jaxtyping import Float64
from scipy.special import expit

from mnist_core.ground.errors import ModelError
from mnist_core.network.candidate import MOST_LAYERS, MOST_UNITS, Activation
from mnist_core.network.recipe import MOST_CLASSES

Matrix = Float64[np.ndarray, "_ _"]
"""Weights that lead into a layer, a row a unit."""

Row = Float64[np.ndarray, " _"]
"""A number for each unit of a layer, or for each pixel."""

BENT: dict[Activation, Callable[[np.ndarray], np.ndarray]] = {
    Activation.SIGMOID: expit,
    Activation.RELU: lambda sums: np.maximum(sums, 0),
    Activation.TANH: np.tanh,
    Activation.LINEAR: lambda sums: sums,
    Activation.SQUARE: np.square,
}
"""What each activation does, at double precision."""

_LEAST_SIDE = 4


@dataclass(frozen=True, eq=False)
class Chain:
    """Layers, one behind the other.

    Attributes
    ----------
    matrices, biases : tuple of ndarray
        Of the hidden layers and the output.
    reasons : tuple of str
        What the file was understood to hold and why, a sentence each.
    activation : Activation or None
        Behind the hidden layers, where the file tells.
    is_softmax : bool
        Whether the file says that softmax makes probabilities of the outputs.
    scales_pixels : bool
        Whether the file says what is done to pixels first; it is folded into the first layer.
    """

    matrices: tuple[Matrix, ...]
    biases: tuple[Row, ...]
    reasons: tuple[str, ...]
    activation: Activation | None = None
    is_softmax: bool = False
    scales_pixels: bool = False

    @property
    def hidden(self) -> tuple[int, ...]:
        """Return the widths of the hidden layers."""
        return tuple(len(bias) for bias in self.biases[:-1])

    @property
    def n_classes(self) -> int:
        """Count the outputs."""
        return len(self.biases[-1])

    @property
    def side(self) -> int:
        """Return the pixels along an edge of the images that it reads."""
        return isqrt(self.matrices[0].shape[1])

    @property
    def has_biases(self) -> bool:
        """Whether any bias is not 0."""
        return any(bool(bias.any()) for bias in self.biases)

    def scale_inputs(self, factor: Row | float, shift: Row | float) -> "Chain":
        """Let the first layer do what else would be done to the inputs: each times a factor, plus a shift."""
        first, bias = self.matrices[0], self.biases[0]
        wide = np.broadcast_to(np.asarray(shift, dtype=np.float64), first.shape[1])
        return replace(
            self,
            matrices=(first * factor, *self.matrices[1:]),
            biases=(bias + first @ wide, *self.biases[1:]),
        )

    def check(self) -> "Chain":
        """Refuse what is no network that the lab can hold.

        Raises
        ------
        ModelError
            If it has other layers or widths, or weights that are no numbers; a sentence without its subject.
        """
        layers = len(self.hidden)
        if not 1 <= layers <= MOST_LAYERS:
            raise ModelError(
                f"must hold a network of 1 to {MOST_LAYERS} hidden layers, but has {layers}: choose another."
            )
        if max(self.hidden) > MOST_UNITS or not 2 <= self.n_classes <= MOST_CLASSES:
            raise ModelError(
                f"must hold layers of at most {MOST_UNITS} units and 2 to {MOST_CLASSES} outputs, but has "
                f"{', '.join(map(str, (*self.hidden, self.n_classes)))}: choose another network."
            )
        widths = [self.matrices[0].shape[1], *map(len, self.biases)]
        if [matrix.shape for matrix in self.matrices] != [pair[::-1] for pair in pairwise(widths)]:
            raise ModelError(
                "must hold layers of which each takes what the one before it gives, but theirs do not fit: "
                f"{', '.join(' x '.join(map(str, matrix.shape)) for matrix in self.matrices)}."
            )
        if not is_square(self.matrices[0].shape[1]):
            raise ModelError(
                f"must hold a network that reads square images, but its first layer takes "
                f"{self.matrices[0].shape[1]} numbers, no square such as 784: choose another, or save the "
                "weights of the pixels that were left out as 0."
            )
        if not all(np.isfinite(numbers).all() for numbers in (*self.matrices, *self.biases)):
            raise ModelError("must hold weights that are numbers, but has NaN or infinity: train it again.")
        return self


def is_square(n: int) -> bool:
    """Say whether so many numbers can be the pixels of a square image."""
    return n >= _LEAST_SIDE**2 and isqrt(n) ** 2 == n


def say_layers(shapes: Mapping[str, tuple[int, ...]], most: int = 8) -> str:
    """Say which arrays a file holds, as "W1 (25 x 401)"."""
    words = [f"{name} ({' x '.join(map(str, shape))})" for name, shape in shapes.items()]
    more = f" and {len(words) - most} more" if len(words) > most else ""
    return ", ".join(words[:most]) + more if words else "none"
