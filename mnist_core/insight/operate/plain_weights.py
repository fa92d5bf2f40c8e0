"""The weights of a network as plain arrays, with the units that are switched off."""

from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
import torch
from jaxtyping import Bool, Float32

from mnist_core.ground.arrays import Activations, Columns, Logits
from mnist_core.network.architecture import LAYERS, MLP
from mnist_core.network.candidate import Activation

HIDDEN = LAYERS[:-1]
"""The layers whose units can be operated on."""

Matrix = Float32[np.ndarray, "_ _"]
"""Weights that lead into a layer, a row a unit."""

Row = Float32[np.ndarray, " _"]
"""A number for each unit of a layer."""

Mask = Bool[np.ndarray, " _"]
"""Whether, for each unit of a layer."""

Passed = Float32[np.ndarray, "n _"]
"""What a layer passes on, a row an image."""

_T = TypeVar("_T")


@dataclass(frozen=True, eq=False)
class Weights:
    """A network as plain arrays; what is done to it makes new ones.

    Attributes
    ----------
    activation : Activation
        The function behind both hidden layers.
    matrices, biases : tuple of ndarray
        Of hidden 1, hidden 2 and the output.
    held : tuple of ndarray
        For each unit of hidden 1 and hidden 2 the value that it is held at; nan where it is switched on.
    """

    activation: Activation
    matrices: tuple[Matrix, ...]
    biases: tuple[Row, ...]
    held: tuple[Row, ...]

    def count_units(self, layer: str) -> int:
        """Count the units of a layer, those that are switched off included."""
        return len(self.biases[LAYERS.index(layer)])

    def is_on(self, layer: str) -> Mask:
        """Return whether each unit of a layer is switched on."""
        on: Mask = np.isnan(self.held[HIDDEN.index(layer)])
        return on

    def read_outgoing(self, layer: str) -> Matrix:
        """Return the weights that lead out of a hidden layer, a column a unit."""
        return self.matrices[HIDDEN.index(layer) + 1]

    def with_outgoing(self, layer: str, outgoing: Matrix) -> "Weights":
        """Return weights of which those that lead out of a hidden layer are others."""
        return replace(self, matrices=_replace(self.matrices, HIDDEN.index(layer) + 1, outgoing))

    def with_held(self, layer: str, held: Row) -> "Weights":
        """Return weights of which a hidden layer has other units switched off."""
        return replace(self, held=_replace(self.held, HIDDEN.index(layer), held))

    def settle(self) -> "Weights":
        """Let the biases take over what units that are switched off pass on; the network reads the same.

        Returns
        -------
        Weights
            With no unit switched off, and outgoing weights of 0 where one was.
        """
        if all(np.isnan(held).all() for held in self.held):
            return self
        matrices, biases = list(self.matrices), list(self.biases)
        for place, held in enumerate(self.held, start=1):
            off = ~np.isnan(held)
            biases[place] = biases[place] + matrices[place][:, off] @ held[off]
            matrices[place] = np.where(off, np.float32(0), matrices[place])
        return replace(self, matrices=tuple(matrices), biases=tuple(biases), held=_all_on(matrices))

    def compact(self) -> "Weights":
        """Leave out every unit that nothing listens to; the network reads the same with smaller matrices.

        A layer keeps its first unit where nothing listens to any.
        """
        settled = self.settle()
        matrices, biases = list(settled.matrices), list(settled.biases)
        for place in range(len(HIDDEN)):
            heard: Mask = (matrices[place + 1] != 0).any(axis=0)
            heard[0] |= not heard.any()
            matrices[place], biases[place] = matrices[place][heard], biases[place][heard]
            matrices[place + 1] = np.ascontiguousarray(matrices[place + 1][:, heard])
        return replace(settled, matrices=tuple(matrices), biases=tuple(biases), held=_all_on(matrices))

    def first_sums(self, columns: Columns) -> Activations:
        """Compute the weighted sums of hidden 1, of images with their pixels as columns."""
        sums: Activations = columns @ self.matrices[0].T + self.biases[0]
        return sums

    def finish(self, first: Activations) -> Logits:
        """Compute the logits from the activations of hidden 1; no unit may be switched off."""
        logits: Logits = self.read_second(first) @ self.matrices[2].T + self.biases[2]
        return logits

    def read_second(self, first: Activations) -> Passed:
        """Compute the activations of hidden 2 from those of hidden 1; no unit may be switched off."""
        return activate(self.activation, first @ self.matrices[1].T + self.biases[1])

    def to_network(self) -> MLP:
        """Make the network of these weights, with the units that something listens to."""
        small = self.compact()
        widths = (len(small.biases[0]), len(small.biases[1]))
        network = MLP(*widths, self.activation, small.matrices[0].shape[1], len(small.biases[2]))
        state = {}
        for layer, matrix, bias in zip(LAYERS, small.matrices, small.biases, strict=True):
            state[f"{layer}.weight"], state[f"{layer}.bias"] = torch.tensor(matrix), torch.tensor(bias)
        network.load_state_dict(state)
        return network.eval()


def take_weights(network: MLP) -> Weights:
    """Take the weights of a network, all units switched on."""
    linear = [getattr(network, layer) for layer in LAYERS]
    matrices = tuple(layer.weight.detach().numpy().copy() for layer in linear)
    biases = tuple(layer.bias.detach().numpy().copy() for layer in linear)
    return Weights(network.activation, matrices, biases, _all_on(list(matrices)))


def activate(activation: Activation, sums: Activations) -> Activations:
    """Apply an activation function."""
    if activation is Activation.RELU:
        rectified: Activations = np.maximum(sums, np.float32(0))
        return rectified
    if activation is Activation.TANH:
        bent: Activations = np.tanh(sums)
        return bent
    half = np.float32(0.5)  # sigmoid by tanh: exp would overflow
    sigmoid: Activations = half * np.tanh(half * sums) + half
    return sigmoid


def _all_on(matrices: list[Matrix]) -> tuple[Row, ...]:
    return tuple(np.full(len(matrix), np.nan, dtype=np.float32) for matrix in matrices[:-1])


def _replace(items: tuple[_T, ...], place: int, item: _T) -> tuple[_T, ...]:
    return (*items[:place], item, *items[place + 1 :])
