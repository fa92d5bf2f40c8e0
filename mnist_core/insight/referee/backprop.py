"""The gradients of a batch, right and in the ways that mistakes lead to."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
from jaxtyping import Float64
from scipy.special import log_softmax

from mnist_core.insight.imported.chain import BENT, Matrix, Row
from mnist_core.insight.referee.batch import Batch
from mnist_core.network.candidate import Activation

Values = Float64[np.ndarray, "n _"]
"""Of a layer, a row an image."""

Scale: TypeAlias = Callable[[np.ndarray], np.ndarray]
"""Makes inputs of pixels from 0 to 255, a row an image."""

Slope: TypeAlias = Callable[[np.ndarray, np.ndarray], np.ndarray]
"""A derivative of an activation, of what goes in and of what comes out."""

Spread: TypeAlias = Callable[[np.ndarray], np.ndarray]
"""Makes logarithms of probabilities of the outputs, a row an image."""

Answer: TypeAlias = Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray]
"""What comes back from the loss, of the probabilities, of the outputs, and of the classes as ones."""

_FULL = 255.0

SLOPES: dict[Activation, Slope] = {
    Activation.SIGMOID: lambda _, out: out * (1 - out),
    Activation.RELU: lambda sums, _: (sums > 0).astype(np.float64),
    Activation.TANH: lambda _, out: 1 - out**2,
    Activation.LINEAR: lambda sums, _: np.ones_like(sums),
    Activation.SQUARE: lambda sums, _: 2 * sums,
}
"""The derivative of each activation."""


def _scale(pixels: np.ndarray) -> np.ndarray:
    inputs: np.ndarray = pixels / _FULL
    return inputs


def _spread(outputs: np.ndarray) -> np.ndarray:
    logarithms: np.ndarray = log_softmax(outputs, axis=1)
    return logarithms


def _answer(shares: np.ndarray, _: np.ndarray, truth: np.ndarray) -> np.ndarray:
    answer: np.ndarray = shares - truth
    return answer


@dataclass(frozen=True, eq=False)
class Way:
    """A way to compute gradients.

    Attributes
    ----------
    mistake : str
        What is wrong with it; empty where nothing is.
    scale, spread, answer : callable
        What makes inputs of pixels, probabilities of outputs, and of these what comes back from the loss.
    has_biases : bool
        Whether the forward pass adds them.
    activation : Activation or None
        Behind the hidden layers, there and back, where it is not that of the batch.
    slopes : dict of int to callable
        The derivative behind hidden layers, by their places from 0, where it is not the right one.
    shift : int
        Of the labels.
    counted : tuple
        The first of the images that add to the sums, and the one behind the last.
    is_unturned : bool
        Whether square weights are not transposed on the way back.
    rate : float
        With which the weights above a layer were updated before its own gradient was computed.
    """

    mistake: str = ""
    scale: Scale = _scale
    spread: Spread = _spread
    answer: Answer = _answer
    has_biases: bool = True
    activation: Activation | None = None
    slopes: dict[int, Slope] = field(default_factory=dict)
    shift: int = 0
    counted: tuple[int | None, int | None] = (None, None)
    is_unturned: bool = False
    rate: float = 0.0


@dataclass(frozen=True, eq=False)
class Gradients:
    """The loss of a batch and its gradients.

    Attributes
    ----------
    loss : float
        Mean cross-entropy over the images.
    matrices, biases : tuple of ndarray
        Of each layer, in the shapes of its weights and biases.
    """

    loss: float
    matrices: tuple[Matrix, ...]
    biases: tuple[Row, ...]


@dataclass(frozen=True, eq=False)
class _Passed:
    """What each layer was given, and what it summed up."""

    inputs: list[np.ndarray]
    sums: list[np.ndarray]


def compute_gradients(batch: Batch, way: Way | None = None) -> Gradients:
    """Compute loss and gradients of a batch, in the right way or in another.

    Parameters
    ----------
    batch : Batch
        Images and network.
    way : Way or None
        None is the right one.
    """
    way = way or Way()
    passed = _pass_forward(batch, way)
    outputs, n_classes = passed.sums[-1], len(batch.biases[-1])
    truth = np.eye(n_classes)[(batch.labels + way.shift) % n_classes]
    logarithms = way.spread(outputs)
    counts = np.zeros((batch.n, 1))
    counts[slice(*way.counted)] = 1 / batch.n
    back = way.answer(np.exp(logarithms), outputs, truth) * counts
    layers = list(_pass_back(batch, way, passed, back))[::-1]
    loss = -float((np.where(truth > 0, logarithms, 0) * counts).sum())
    return Gradients(loss, tuple(matrix for matrix, _ in layers), tuple(bias for _, bias in layers))


def _pass_forward(batch: Batch, way: Way) -> _Passed:
    bend = BENT[way.activation or batch.activation]
    inputs, sums = [way.scale(batch.pixels.astype(np.float64))], list[np.ndarray]()
    for matrix, bias in zip(batch.matrices, batch.biases, strict=True):
        if sums:
            inputs.append(bend(sums[-1]))
        sums.append(inputs[-1] @ matrix.T + (bias if way.has_biases else 0))
    return _Passed(inputs, sums)


def _pass_back(
    batch: Batch, way: Way, passed: _Passed, back: np.ndarray
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """List the gradients of each layer, the output first."""
    usual = SLOPES[way.activation or batch.activation]
    for place in range(len(batch.matrices) - 1, -1, -1):
        gradient = back.T @ passed.inputs[place]
        yield gradient, back.sum(axis=0)
        if place:
            weights = batch.matrices[place] - way.rate * gradient
            is_turned = not way.is_unturned or len(set(weights.shape)) > 1
            slope = way.slopes.get(place - 1, usual)
            bent = slope(passed.sums[place - 1], passed.inputs[place])
            back = (back @ (weights if is_turned else weights.T)) * bent
