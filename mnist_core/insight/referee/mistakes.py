"""The mistakes that are known: each is a way to compute the gradients of a batch."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import TypeAlias

import numpy as np
from scipy.special import expit, log_softmax

from mnist_core.insight.imported.chain import BENT
from mnist_core.insight.referee.backprop import SLOPES, Answer, Scale, Slope, Spread, Way
from mnist_core.insight.referee.batch import Batch
from mnist_core.network.candidate import Activation

Said: TypeAlias = tuple[str, Slope]
"""A derivative, and how it is written."""

_TWICE = (
    "softmax and cross-entropy are counted twice (p - y has both in it already), "
    "or the loss is the squared error"
)
_BOTH = "softmax and cross-entropy together give p - y"
_WHOLE = ", as whole numbers are divided: make the pixels floating-point first"
_RATES = (1.0, 0.5, 0.3, 0.1, 0.05, 0.03, 0.01, 0.005, 0.003, 0.001)
_MEAN, _SPREAD = 0.1307, 0.3081  # of MNIST's pixels, as much code on the web has them
_RIGHT = {
    Activation.SIGMOID: "a (1 - a)",
    Activation.TANH: "1 - a^2",
    Activation.RELU: "1 where z > 0",
    Activation.SQUARE: "2 z",
}


def list_ways(batch: Batch) -> Iterator[Way]:
    """List the right way, and each that a known mistake makes of it.

    In words, `z` are the sums of a layer, `a` what it makes of them; `p` are the probabilities of classes,
    `y` is 1 for the right one.
    """
    yield Way()
    yield from (Way(mistake, answer=answer) for mistake, answer in _ANSWERS)
    yield from (Way(mistake, scale=scale) for mistake, scale in _SCALES)
    yield from (Way(mistake, scale=scale) for mistake, scale in _list_turns(batch))
    yield Way("the biases are forgotten in the forward pass", has_biases=False)
    yield from (
        Way(mistake, spread=spread, answer=answer) for mistake, spread, answer in _list_spreads(batch)
    )
    for shift in (1, -1):
        yield Way("the labels are one class off: the first output stands for the class 0", shift=shift)
    yield from (Way(mistake, counted=counted) for mistake, counted in _COUNTED)
    yield Way("the weights are not transposed on the way back", is_unturned=True)
    for rate in _RATES:
        yield Way("the weights above were updated before: compute all gradients first", rate=rate)
    for other in Activation:
        if other is not batch.activation:
            yield Way(
                f"behind the hidden layers is {_name_other(other)}, not {batch.activation.label}",
                activation=other,
            )
    yield from _list_bent(batch)


def _name_other(activation: Activation) -> str:
    return "nothing" if activation is Activation.LINEAR else activation.label


def _slope_softmax(shares: np.ndarray, back: np.ndarray) -> np.ndarray:
    """Go back through softmax."""
    slope: np.ndarray = shares * (back - (back * shares).sum(axis=1, keepdims=True))
    return slope


_ANSWERS: tuple[tuple[str, Answer], ...] = (
    (_TWICE, lambda p, _, y: _slope_softmax(p, p - y)),
    (_TWICE, lambda p, _, y: (p - y) * p * (1 - p)),
    ("the outputs are sigmoids, where softmax was asked for", lambda _, z, y: expit(z) - y),
    (
        "the outputs are sigmoids and the loss is the squared error, where softmax and cross-entropy were "
        "asked for",
        lambda _, z, y: (expit(z) - y) * expit(z) * (1 - expit(z)),
    ),
    ("the outputs are taken as they are, without softmax", lambda _, z, y: z - y),
    (f"the derivative of softmax is missing: {_BOTH}", lambda p, _, y: -y / np.maximum(p, 1e-300)),
    (f"the derivative of softmax is p (1 - p) alone: {_BOTH}", lambda p, _, y: -y * (1 - p)),
    (f"the classes are not subtracted: {_BOTH}", lambda p, _, __: p),
    (f"the probabilities are left out: {_BOTH}", lambda _, __, y: -y),
)

_SCALES: tuple[tuple[str, Scale], ...] = (
    ("the inputs are not scaled: divide the pixels by 255", lambda pixels: pixels),
    ("the inputs are scaled twice", lambda pixels: pixels / 255**2),
    (
        f"the inputs are rounded to 0 and 1{_WHOLE}",
        lambda pixels: np.floor(pixels / 255 + 0.5),
    ),
    (f"the inputs are cut to 0 and 1{_WHOLE}", lambda pixels: pixels // 255),
    ("the pixels are divided by 256: divide by 255", lambda pixels: pixels / 256),
    ("the inputs go from -1 to 1: from 0 to 1 was asked for", lambda pixels: pixels / 127.5 - 1),
    ("the inputs are inverted, dark ink on bright paper", lambda pixels: 1 - pixels / 255),
    (
        "the inputs are standardised: from 0 to 1 was asked for",
        lambda pixels: (pixels / 255 - _MEAN) / _SPREAD,
    ),
    (
        "the mean image is subtracted from the inputs: from 0 to 1 was asked for",
        lambda pixels: (pixels - pixels.mean(axis=0)) / 255,
    ),
)

_COUNTED = (
    ("only the last image counts: sum over all", (-1, None)),
    ("only the first image counts: sum over all", (None, 1)),
    ("the last image is left out", (None, -1)),
    ("the first image is left out", (1, None)),
)


def _list_turns(batch: Batch) -> Iterator[tuple[str, Scale]]:
    side = round(batch.pixels.shape[1] ** 0.5)
    if side**2 == batch.pixels.shape[1]:
        yield (
            "the pixels are counted down the columns of an image: here they go along its rows",
            lambda pixels: pixels.reshape(-1, side, side).swapaxes(1, 2).reshape(len(pixels), -1) / 255,
        )


def _list_spreads(batch: Batch) -> Iterator[tuple[str, Spread, Answer]]:
    """List wrong ways from the outputs to probabilities."""
    yield (
        "softmax goes over the images, not over the classes",
        lambda z: log_softmax(z, axis=0),
        lambda p, _, y: p - y,
    )
    yield "softmax goes over all images at once", lambda z: log_softmax(z, axis=None), lambda p, _, y: p - y
    for other in dict.fromkeys((batch.activation, Activation.SIGMOID, Activation.TANH, Activation.RELU)):
        if other is not Activation.LINEAR:
            bent, slope = BENT[other], SLOPES[other]
            said = f"{other.label} is behind the outputs too, where only softmax belongs"
            yield said, _behind(bent), lambda p, z, y, s=slope, b=bent: (p - y) * s(z, b(z))  # type: ignore[misc]
            yield said, _behind(bent), lambda p, _, y: p - y


def _behind(bent: Callable[[np.ndarray], np.ndarray]) -> Spread:
    return lambda z: log_softmax(bent(z), axis=1)


def _list_bent(batch: Batch) -> Iterator[Way]:
    """List wrong derivatives, behind all hidden layers and behind each."""
    n_hidden = len(batch.matrices) - 1
    for mistake, slope in _list_slopes(batch.activation):
        way = Way(f"{mistake} behind {_name(batch, range(n_hidden))}")
        yield replace(way, slopes=dict.fromkeys(range(n_hidden), slope))
        for place in range(n_hidden) if n_hidden > 1 else ():
            yield replace(way, mistake=f"{mistake} behind {_name(batch, [place])}", slopes={place: slope})


def _name(batch: Batch, places: Sequence[int]) -> str:
    return " and ".join(batch.layer_names[place] for place in places)


def _list_slopes(activation: Activation) -> Iterator[Said]:
    """List what is taken for the derivative of an activation by mistake."""
    if activation is not Activation.LINEAR:
        yield f"the derivative of {activation.label} is missing", lambda sums, _: np.ones_like(sums)
        wrong = f"the derivative of {activation.label} is of the wrong value"
        own = SLOPES[activation]
        bent = BENT[activation]
        again = (f"{activation.label} applied once more", lambda _, out: own(out, bent(out)))
        for said, slope in (*_WRONG[activation], again):
            yield f"{wrong} ({said} in place of {_RIGHT[activation]})", slope
    for other in (Activation.SIGMOID, Activation.TANH, Activation.RELU):
        if other is not activation:
            mistake = f"the derivative is that of {other.label}, not of {activation.label},"
            yield mistake, SLOPES[other]
            yield mistake, _slope_at_sums(other)


def _slope_at_sums(activation: Activation) -> Slope:
    bent, slope = BENT[activation], SLOPES[activation]
    return lambda sums, _: slope(sums, bent(sums))


_WRONG: dict[Activation, tuple[Said, ...]] = {
    Activation.SIGMOID: (
        ("z (1 - z)", lambda sums, _: sums * (1 - sums)),
        ("1 - a", lambda _, out: 1 - out),
        ("a^2", lambda _, out: out**2),
        ("a", lambda _, out: out),
        ("a (1 + a)", lambda _, out: out * (1 + out)),
    ),
    Activation.TANH: (
        ("1 - z^2", lambda sums, _: 1 - sums**2),
        ("1 - a", lambda _, out: 1 - out),
        ("(1 - a)^2", lambda _, out: (1 - out) ** 2),
        ("1 + a^2", lambda _, out: 1 + out**2),
        ("a", lambda _, out: out),
        ("1 / cosh z", lambda sums, _: 1 / np.cosh(sums)),
    ),
    Activation.RELU: (
        ("a", lambda _, out: out),
        ("z", lambda sums, _: sums),
        ("1 where z < 0", lambda sums, _: (sums < 0).astype(np.float64)),
        ("1 where a > 1", lambda _, out: (out > 1).astype(np.float64)),
        ("the sign of z", lambda sums, _: np.sign(sums)),
        ("that of leaky ReLU", lambda sums, _: np.where(sums > 0, 1.0, 0.01)),
    ),
    Activation.SQUARE: (
        ("z", lambda sums, _: sums),
        ("a", lambda _, out: out),
    ),
}
