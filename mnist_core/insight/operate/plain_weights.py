"""The weights of a network as plain arrays, with the units that are switched off."""

from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
import torch
from jaxtyping import Bool, Float32

from mnist_core.ground.arrays import Activations, Columns, Logits
from mnist_core.ground.errors import ModelError
from mnist_core.network.architecture import FIRST, LAYERS, MLP
from mnist_core.network.candidate import Activation, Candidate

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
        The function behind the hidden layers.
    matrices, biases : tuple of ndarray
        Of the hidden layers and the output.
    held : tuple of ndarray
        For each unit of each hidden layer the value that it is held at; nan where it is switched on.
    """

    activation: Activation
    matrices: tuple[Matrix, ...]
    biases: tuple[Row, ...]
    held: tuple[Row, ...]

    @property
    def hidden(self) -> tuple[str, ...]:
        """Return the names of the hidden layers, `hidden1` first."""
        return HIDDEN[: len(self.held)]

    def count_units(self, layer: str) -> int:
        """Count the units of a hidden layer, those that are switched off included.

        Raises
        ------
        ModelError
            If there is no such layer.
        """
        if layer not in self.hidden:
            raise ModelError(
                f"The network has the hidden layers {', '.join(self.hidden)}, but {layer} was asked for: "
                "choose one of them."
            )
        return len(self.held[HIDDEN.index(layer)])

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
        for place in range(len(self.held)):
            heard: Mask = (matrices[place + 1] != 0).any(axis=0)
            heard[0] |= not heard.any()
            matrices[place], biases[place] = matrices[place][heard], biases[place][heard]
            matrices[place + 1] = np.ascontiguousarray(matrices[place + 1][:, heard])
        return replace(settled, matrices=tuple(matrices), biases=tuple(biases), held=_all_on(matrices))

    def first_sums(self, columns: Columns) -> Activations:
        """Compute the weighted sums of hidden 1, of images with their pixels as columns."""
        sums: Activations = columns @ self.matrices[0].T + self.biases[0]
        return sums

    def finish(self, passed: Passed, layer: str = FIRST) -> Logits:
        """Compute the logits from the activations of a hidden layer; no unit may be switched off."""
        last = self.hidden[-1]
        logits: Logits = self.carry(passed, layer, last) @ self.matrices[-1].T + self.biases[-1]
        return logits

    def carry(self, passed: Passed, layer: str, to: str) -> Passed:
        """Compute the activations of a hidden layer from those of one below; no unit may be switched off."""
        for place in range(HIDDEN.index(layer) + 1, HIDDEN.index(to) + 1):
            passed = activate(self.activation, passed @ self.matrices[place].T + self.biases[place])
        return passed

    def to_network(self) -> MLP:
        """Make the network of these weights, with the units that something listens to."""
        small = self.compact()
        *widths, n_classes = map(len, small.biases)
        candidate = Candidate.make(1.0, widths, self.activation)
        network = MLP.of(candidate, small.matrices[0].shape[1], n_classes)
        state = {}
        for layer, matrix, bias in zip(network.layers, small.matrices, small.biases, strict=True):
            state[f"{layer}.weight"], state[f"{layer}.bias"] = torch.tensor(matrix), torch.tensor(bias)
        network.load_state_dict(state)
        return network.eval()


def take_weights(network: MLP) -> Weights:
    """Take the weights of a network, all units switched on."""
    linear = network.layers.values()
    matrices = tuple(layer.weight.detach().numpy().copy() for layer in linear)
    biases = tuple(layer.bias.detach().numpy().copy() for layer in linear)
    return Weights(network.activation, matrices, biases, _all_on(list(matrices)))


def activate(activation: Activation, sums: Activations) -> Activations:
    """Apply an activation function."""
    if activation is Activation.RELU:
        rectified: Activations = np.maximum(sums, np.float32(0))
        return rectified
    if activation is Activation.LINEAR:
        return sums
    if activation is Activation.SQUARE:
        squared: Activations = np.square(sums)
        return squared
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
