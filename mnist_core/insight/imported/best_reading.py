"""What a file of weights does not say, found by fit: the way to read it by which it reads images best.

Every activation, scaling, orientation and kind of ink is tried with every way to understand the file, and to
each output the class is given that it answers to. Ways that read significantly fewer images than the best are
out, and those that drive nearly all hidden units to their ends where others do not: no network is trained
there. Of what is left the one counts whose outputs lose least, by the loss that such a network is trained on.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
from jaxtyping import Int64
from scipy.optimize import linear_sum_assignment
from scipy.special import expit, log_expit, log_softmax, softmax

from mnist_core.data.orientation.turns import TURNS, Orientation
from mnist_core.ground.arrays import Images, Labels
from mnist_core.insight.imported.chain import BENT, Chain
from mnist_core.insight.imported.choices import AS_IN_IMAGES, ImportChoices, Scaling, list_scalings
from mnist_core.insight.imported.sights import Sights, Sums, list_sides
from mnist_core.network.candidate import Activation

_FIRST_IMAGES = 300  # by which most ways are ruled out
_CLOSE = 0.1  # of the images, below the best, from where on a way is looked at no more
_MOST_CLOSE = 16
_SIGMAS = 2.5  # of a paired difference that is none by chance
_END = 10.0  # a sum beyond it leaves a sigmoid or a tanh no slope
_MOST_ENDS = 0.5  # of the sums
_LOSS_ALIKE = 0.02  # of the loss: less tells no two ways apart
_STEADY_LOSS = 2.0  # of the least loss, up to which a way counts whose biases are at rest
_AT_REST = 0.7  # of the pull in the other way
_OUTPUTS_ALIKE = 1e-3  # of the greatest logit: the same network, written in two ways
_MOST_LOSS = 50.0  # of an image, so that one alone decides nothing


@dataclass(frozen=True, eq=False)
class Reading:
    """One way to read a network.

    Attributes
    ----------
    chain : Chain
        Its layers.
    activation : Activation
        Behind the hidden ones.
    scaling : Scaling
        What pixels become before the first layer.
    orientation : Orientation
        How it sees images.
    is_dark : bool
        Whether it sees dark ink on bright.
    classes : ndarray of shape (outputs,), int64
        The class of each output, a position among the names.
    side : int
        Of the images that it reads; where it sees others, these are made of them as by `frame_images`.
    is_standardised : bool
        Whether each pixel was standardised by a mean and a deviation of its own.
    accuracy : float
        Share of the images that it reads right so, 0 to 1.
    """

    chain: Chain
    activation: Activation
    scaling: Scaling
    orientation: Orientation
    is_dark: bool
    classes: Int64[np.ndarray, " outputs"]
    side: int
    is_standardised: bool = False
    accuracy: float = 0.0

    @property
    def is_told(self) -> bool:
        """Whether its file says what is done to pixels, and these are as images have them."""
        return self.chain.scales_pixels and self.scaling.name in AS_IN_IMAGES

    @property
    def options(self) -> dict[str, str]:
        """Return what it takes for granted, by the names of `ImportChoices`."""
        return {
            "activation": self.activation.value,
            "scaling": self.scaling.name,
            "orientation": self.orientation.value,
            "ink": "dark" if self.is_dark else "bright",
        }


@dataclass(frozen=True, eq=False)
class Found:
    """What a fit has found.

    Attributes
    ----------
    best : Reading
        The way by which the network reads images best.
    rivals : tuple of Reading
        Others that fit alike, though they are other networks.
    n_tried : int
        How many ways were tried.
    n_images : int
        How many images they were told apart with.
    next_best : float
        The accuracy of the best way that is out, on as many of the images as it was looked at with.
    n_next : int
        How many these are.
    loss : str
        By which the best loses least: `softmax`, `sigmoid` (each output alone) or `squares`.
    """

    best: Reading
    rivals: tuple[Reading, ...]
    n_tried: int
    n_images: int
    next_best: float
    n_next: int
    loss: str


def find_reading(
    chains: Sequence[Chain],
    images: Images,
    labels: Labels,
    choices: ImportChoices,
    classes: Int64[np.ndarray, " outputs"] | None = None,
) -> Found:
    """Find the way to read a network by which it reads images best.

    Parameters
    ----------
    chains : sequence of Chain
        Every way to understand its file; all have as many outputs.
    images : ndarray of shape (n, side, side), float32
        Of any side; upright, ink 0.0 to 1.0, in any order that mixes the classes.
    labels : ndarray of shape (n,), int64
        Their classes.
    choices : ImportChoices
        What need not be found.
    classes : ndarray of shape (outputs,), int64, or None
        The class of each output, where it was said.
    """
    n_first = min(_FIRST_IMAGES, len(images))
    sights = Sights(images)
    tried = [
        _judge(reading, _finish(reading, _sum_up(sights, reading, n_first)), labels[:n_first], classes)
        for reading in _list_readings(chains, choices, images)
    ]
    most = max(reading.accuracy for reading in tried)
    close = [reading for reading in tried if reading.accuracy >= most - _CLOSE]
    close = sorted(close, key=lambda one: -one.accuracy)[:_MOST_CLOSE]
    outputs = [_finish(one, _sum_up(sights, one, len(images))) for one in close]
    close = [_judge(one, values, labels, classes) for one, values in zip(close, outputs, strict=True)]
    ends = [_reaches_ends(one, _sum_up(sights, one, n_first)) for one in close]
    logits = [values[:, np.argsort(one.classes)] for one, values in zip(close, outputs, strict=True)]
    return _choose(close, logits, ends, labels, tried, n_first)


def match_classes(outputs: Sums, labels: Labels) -> Int64[np.ndarray, " outputs"]:
    """Give each output the class that it answers to: of all ways the one that reads most images right."""
    n = outputs.shape[1]
    answers = np.zeros((n, n))
    np.add.at(answers, (outputs.argmax(axis=1), labels), 1)
    classes: Int64[np.ndarray, " outputs"] = linear_sum_assignment(-answers)[1].astype(np.int64)
    return classes


def _list_readings(chains: Sequence[Chain], choices: ImportChoices, images: Images) -> Iterator[Reading]:
    turns = [Orientation(choices.orientation)] if choices.orientation else TURNS
    inks = [choices.ink == "dark"] if choices.ink else [False, True]
    is_open = choices.scaling is None and not any(chain.scales_pixels for chain in chains)
    for chain in chains:
        told = Activation(choices.activation) if choices.activation else chain.activation
        order, scalings = np.arange(chain.n_classes), list_scalings(choices.scaling, images, chain)
        bends = [told] if told else list(Activation)
        for side, turn, bend in product(list_sides(chain.side, images.shape[1]), turns, bends):
            for scaling, is_dark in product(scalings, inks):
                yield Reading(chain, bend, scaling, turn, is_dark, order, side)
            if is_open:
                yield Reading(chain, bend, scalings[0], turn, False, order, side, is_standardised=True)


def _sum_up(sights: Sights, reading: Reading, n: int) -> Sums:
    return sights.sum_up(reading.chain, reading.side, reading.orientation, reading.is_standardised, n)


def _reaches_ends(reading: Reading, first: Sums) -> bool:
    """Say whether most sums of hidden 1 are where a sigmoid or a tanh has no slope any more."""
    if reading.activation not in (Activation.SIGMOID, Activation.TANH):
        return False
    return bool((np.abs(_scale_sums(reading, first)) > _END).mean() > _MOST_ENDS)


def _scale_sums(reading: Reading, first: Sums) -> Sums:
    scaling, whole = reading.scaling, reading.chain.matrices[0].sum(axis=1)  # what all pixels at 1 give
    seen = whole - first if reading.is_dark else first
    sums: Sums = scaling.factor * seen + scaling.shift * whole + reading.chain.biases[0]
    return sums


def _finish(reading: Reading, first: Sums) -> Sums:
    chain, sums = reading.chain, _scale_sums(reading, first)
    for matrix, bias in zip(chain.matrices[1:], chain.biases[1:], strict=True):
        sums = BENT[reading.activation](sums) @ matrix.T + bias
    return sums


def _judge(
    reading: Reading, outputs: Sums, labels: Labels, classes: Int64[np.ndarray, " outputs"] | None
) -> Reading:
    order = match_classes(outputs, labels) if classes is None else classes
    accuracy = float((order[outputs.argmax(axis=1)] == labels).mean())
    return replace(reading, classes=order, accuracy=accuracy)


def _choose(
    close: Sequence[Reading],
    logits: Sequence[Sums],
    ends: Sequence[bool],
    labels: Labels,
    tried: Sequence[Reading],
    n_first: int,
) -> Found:
    right = [values.argmax(axis=1) == labels for values in logits]
    top = int(np.argmax([one.accuracy for one in close]))
    fit = [n for n in range(len(close)) if not _is_worse(right[n], right[top])]
    fit = [n for n in fit if not ends[n]] or fit
    losses = {n: _find_losses(logits[n], labels) for n in fit}
    first = max(fit, key=lambda n: close[n].accuracy)
    kind = min(losses[first], key=lambda name: float(losses[first][name].mean()))
    loss = {n: losses[n][kind] for n in fit}
    best = min(fit, key=lambda n: float(loss[n].mean()))
    alike = [
        n
        for n in fit
        if _lose_alike(loss[n], loss[best])
        or (
            loss[n].mean() <= _STEADY_LOSS * loss[best].mean()
            and _is_steadier(logits[n], logits[best], labels, kind)
        )
    ]
    alike = [n for n in alike if close[n].is_told] or alike  # what the file says needs no guess
    alike = [n for n in alike if close[n].side != close[n].chain.side] or alike  # as all images here are
    best = min(alike, key=lambda n: float(loss[n].mean()))
    rivals = [close[n] for n in alike if n != best and not _are_same(logits[n], logits[best])]
    others, n_next = [one.accuracy for n, one in enumerate(close) if n not in fit], len(labels)
    if not others:
        known = [close[n].options for n in fit]
        others, n_next = [one.accuracy for one in tried if one.options not in known], n_first
    next_best = max(others, default=0.0)
    return Found(close[best], tuple(rivals), len(tried), len(labels), next_best, n_next, kind)


def _is_worse(right: np.ndarray, best: np.ndarray) -> bool:
    """Say whether fewer images are read right than by the best way, beyond chance, by McNemar's test."""
    lost, won = int((best & ~right).sum()), int((right & ~best).sum())
    return lost - won > _SIGMAS * math.sqrt(max(lost + won, 1))


def _find_losses(logits: Sums, labels: Labels) -> dict[str, np.ndarray]:
    """Find what each image loses by each loss, over what it would lose by guessing."""
    n = logits.shape[1]
    is_class = labels[:, None] == np.arange(n)
    softmax = -log_softmax(logits, axis=1)[is_class] / np.log(n)
    alone = -np.where(is_class, log_expit(logits), log_expit(-logits)).sum(axis=1)
    by_chance = np.log(n) + (n - 1) * np.log(n / (n - 1))
    squares = ((logits - is_class) ** 2).sum(axis=1) / (1 - 1 / n)
    losses = {"softmax": softmax, "sigmoid": alone / by_chance, "squares": squares}
    return {name: np.minimum(loss, _MOST_LOSS) for name, loss in losses.items()}


def _lose_alike(losses: np.ndarray, best: np.ndarray) -> bool:
    differences = losses - best
    error = differences.std() / np.sqrt(len(differences))
    is_chance = differences.mean() <= _SIGMAS * error
    return bool(is_chance or differences.mean() <= _LOSS_ALIKE * best.mean())


def _is_steadier(one: Sums, other: Sums, labels: Labels, kind: str) -> bool:
    """Say whether the biases of the outputs are at rest in one way, and pulled in the other.

    Training brings them to rest early, where an output says its class as often as it comes.
    """
    (pull, sigmas), (other_pull, other_sigmas) = (_find_pull(logits, labels, kind) for logits in (one, other))
    return sigmas < _SIGMAS < other_sigmas and pull < _AT_REST * other_pull


def _find_pull(logits: Sums, labels: Labels, kind: str) -> tuple[float, float]:
    """Find how far outputs are from saying their classes as often as they come, and in standard errors."""
    said = {"softmax": softmax(logits, axis=1), "sigmoid": expit(logits), "squares": logits}[kind]
    excess = said - (labels[:, None] == np.arange(logits.shape[1]))
    means, errors = excess.mean(axis=0), excess.std(axis=0) / math.sqrt(len(excess))
    return float(np.abs(means).sum()), float(np.sqrt(np.mean((means / np.maximum(errors, 1e-12)) ** 2)))


def _are_same(one: Sums, other: Sums) -> bool:
    return bool(np.abs(one - other).max() <= _OUTPUTS_ALIKE * max(np.abs(one).max(), 1e-9))
