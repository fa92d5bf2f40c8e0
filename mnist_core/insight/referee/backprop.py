"""The gradients of a batch, right and as each known mistake makes them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import TypeAlias

import numpy as np
from jaxtyping import Float64
from scipy.special import expit, log_softmax, softmax

from mnist_core.insight.imported.chain import BENT, Matrix, Row
from mnist_core.insight.referee.batch import Batch
from mnist_core.network.candidate import Activation

Values = Float64[np.ndarray, "n _"]
"""Of a layer, a row an image."""

Slope: TypeAlias = Callable[[np.ndarray, np.ndarray], np.ndarray]
"""A derivative of an activation, of what goes in and of what comes out."""

Answer: TypeAlias = Callable[[np.ndarray, np.ndarray], np.ndarray]
"""What comes back from the loss, of the outputs and of the classes as ones."""

_FULL = 255.0

SLOPES: dict[Activation, Slope] = {
    Activation.SIGMOID: lambda _, out: out * (1 - out),
    Activation.RELU: lambda sums, _: (sums > 0).astype(np.float64),
    Activation.TANH: lambda _, out: 1 - out**2,
    Activation.LINEAR: lambda sums, _: np.ones_like(sums),
    Activation.SQUARE: lambda sums, _: 2 * sums,
}
"""The derivative of each activation."""


def _softmax_slope(outputs: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """Go back through softmax once more than the loss has gone."""
    shares = softmax(outputs, axis=1)
    wrong = shares - truth
    slope: np.ndarray = shares * (wrong - (wrong * shares).sum(axis=1, keepdims=True))
    return slope


def _softmax_diagonal(outputs: np.ndarray, truth: np.ndarray) -> np.ndarray:
    shares = softmax(outputs, axis=1)
    slope: np.ndarray = (shares - truth) * shares * (1 - shares)
    return slope


def _right_answer(outputs: np.ndarray, truth: np.ndarray) -> np.ndarray:
    answer: np.ndarray = softmax(outputs, axis=1) - truth
    return answer


@dataclass(frozen=True, eq=False)
class Way:
    """A way to compute gradients.

    Attributes
    ----------
    mistake : str
        What is wrong with it; empty where nothing is.
    full : float
        What pixels are divided by.
    has_biases : bool
        Whether the forward pass adds them.
    answer : callable
        What comes back from the loss.
    slopes : dict of int to callable
        The derivative behind hidden layers, by their places from 0, where it is not the right one.
    shift : int
        Of the labels.
    """

    mistake: str = ""
    full: float = _FULL
    has_biases: bool = True
    answer: Answer = _right_answer
    slopes: dict[int, Slope] = field(default_factory=dict)
    shift: int = 0


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
    passed = [batch.pixels.astype(np.float64) / way.full]
    sums: list[np.ndarray] = []
    for matrix, bias in zip(batch.matrices, batch.biases, strict=True):
        if sums:
            passed.append(BENT[batch.activation](sums[-1]))
        sums.append(passed[-1] @ matrix.T + (bias if way.has_biases else 0))
    n_classes = len(batch.biases[-1])
    truth = np.eye(n_classes)[(batch.labels + way.shift) % n_classes]
    back = way.answer(sums[-1], truth) / batch.n
    matrices, biases = [], []
    for place in range(len(batch.matrices) - 1, -1, -1):
        matrices.append(back.T @ passed[place])
        biases.append(back.sum(axis=0))
        if place:
            slope = way.slopes.get(place - 1, SLOPES[batch.activation])
            back = (back @ batch.matrices[place]) * slope(sums[place - 1], passed[place])
    loss = -float((log_softmax(sums[-1], axis=1) * truth).sum(axis=1).mean())
    return Gradients(loss, tuple(reversed(matrices)), tuple(reversed(biases)))


def list_ways(batch: Batch) -> Iterator[Way]:
    """List the right way, and each that a known mistake makes of it."""
    yield Way()
    yield Way("softmax and cross-entropy are counted twice", answer=_softmax_slope)
    yield Way("softmax and cross-entropy are counted twice", answer=_softmax_diagonal)
    yield Way("the inputs are not scaled: divide the pixels by 255", full=1.0)
    yield Way("the inputs are scaled twice", full=_FULL**2)
    yield Way("the biases are forgotten in the forward pass", has_biases=False)
    yield Way("the outputs are sigmoids, where softmax was asked for", answer=lambda z, y: expit(z) - y)
    yield Way("the outputs are taken as they are, without softmax", answer=lambda z, y: z - y)
    for shift in (1, -1):
        yield Way("the labels are one class off", shift=shift)
    n_hidden = len(batch.matrices) - 1
    for mistake, slope in _list_slopes(batch.activation):
        way = Way(f"{mistake} behind {_name(batch, range(n_hidden))}")
        yield replace(way, slopes=dict.fromkeys(range(n_hidden), slope))
        for place in range(n_hidden) if n_hidden > 1 else ():
            yield replace(way, mistake=f"{mistake} behind {_name(batch, [place])}", slopes={place: slope})


def _name(batch: Batch, places: "range | list[int]") -> str:
    return " and ".join(batch.layer_names[place] for place in places)


def _list_slopes(activation: Activation) -> list[tuple[str, Slope]]:
    """List what is taken for the derivative of an activation by mistake."""
    missing = f"the derivative of {activation.label} is missing"
    wrong = f"the derivative of {activation.label} is of the wrong value"
    slopes: list[tuple[str, Slope]] = [(missing, lambda sums, _: np.ones_like(sums))]
    bent = BENT[activation]
    others: dict[Activation, list[Slope]] = {
        Activation.SIGMOID: [
            lambda sums, _: sums * (1 - sums),
            lambda _, out: 1 - out,
            lambda _, out: out**2,
            lambda _, out: out,
        ],
        Activation.TANH: [
            lambda sums, _: 1 - sums**2,
            lambda _, out: 1 - out,
            lambda _, out: 1 + out**2,
            lambda _, out: out,
            lambda _, out: (1 - out**2) / 2,
        ],
        Activation.RELU: [
            lambda _, out: out,
            lambda sums, _: sums,
            lambda sums, _: (sums < 0).astype(np.float64),
        ],
        Activation.LINEAR: [],
        Activation.SQUARE: [lambda sums, _: sums, lambda _, out: out],
    }
    if activation is Activation.LINEAR:
        slopes = []
    else:
        slopes += [(wrong, slope) for slope in others[activation]]
        own = SLOPES[activation]  # of the value that came out, as if it went in
        slopes.append((wrong, lambda _, out: own(out, bent(out))))
    slopes += [
        (f"the derivative is that of {other.label}, not of {activation.label},", SLOPES[other])
        for other in (Activation.SIGMOID, Activation.TANH, Activation.RELU)
        if other is not activation
    ]
    return slopes
