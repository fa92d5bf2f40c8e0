"""What is right of gradients that were handed in, to what digit, and what is likely wrong with the rest."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from mnist_core.insight.referee.backprop import Gradients, Way, compute_gradients, list_ways
from mnist_core.insight.referee.batch import Batch
from mnist_core.insight.referee.handed_in import Answers

MOST_DIGITS = 15
_RIGHT = 1e-3  # of the greatest number: differences as they are computed numerically agree so far
_EXPLAINED = 1e-3
_BETTER = 30.0  # times nearer must a mistake be than what is right, to be named where both would do
_TINY = 1e-12  # of the greatest number of all layers: below it nothing is told apart
_MOST_ROUNDED = 0.05  # of the greatest number, that a last digit may stand for
_MISSING = "it was not handed in"
_NO_NUMBER = "it has NaN or infinity: a logarithm of 0, or exp of too much"


@dataclass(frozen=True)
class Part:
    """What is to be said of the gradient of some weights or biases.

    Attributes
    ----------
    agrees : bool
        Whether it is right.
    digits : int
        To how many digits of its greatest number.
    mistake : str or None
        What is likely wrong; None where nothing is.
    """

    agrees: bool
    digits: int
    mistake: str | None


@dataclass(frozen=True)
class LayerVerdict:
    """What is to be said of a layer.

    Attributes
    ----------
    name : str
        Of the layer.
    weights, bias : Part
        Of its two gradients.
    """

    name: str
    weights: Part
    bias: Part

    @property
    def agrees(self) -> bool:
        """Whether both are right."""
        return self.weights.agrees and self.bias.agrees

    @property
    def digits(self) -> int:
        """Return to how many digits both are right."""
        return min(self.weights.digits, self.bias.digits)

    @property
    def mistake(self) -> str | None:
        """Say what is likely wrong; None where nothing is."""
        weights, bias = self.weights.mistake, self.bias.mistake
        if weights == bias or bias is None:
            return weights
        of_bias = f"biases: {bias}"
        return of_bias if weights is None else f"weights: {weights}; {of_bias}"


@dataclass(frozen=True)
class Verdict:
    """What is to be said of all that was handed in.

    Attributes
    ----------
    layers : tuple of LayerVerdict
        `hidden1` first, `output` last.
    loss : Part or None
        None where it was not handed in.
    """

    layers: tuple[LayerVerdict, ...]
    loss: Part | None

    @property
    def agrees(self) -> bool:
        """Whether all is right."""
        return all(layer.agrees for layer in self.layers) and (self.loss is None or self.loss.agrees)


@dataclass(frozen=True, eq=False)
class _Guess:
    """Numbers as a mistake makes them, and of what an unknown share may be added."""

    numbers: np.ndarray
    mistake: str
    cost: int
    own: np.ndarray | None = None


def judge(answers: Answers, batch: Batch) -> Verdict:
    """Judge what was handed in against what is right, and against what known mistakes make of it.

    Parameters
    ----------
    answers : Answers
        What came.
    batch : Batch
        Which it is of.
    """
    ways = [(way, compute_gradients(batch, way)) for way in list_ways(batch)]
    truth = ways[0][1]
    scale = max(float(np.abs(matrix).max()) for matrix in truth.matrices)
    layers = []
    for place, (name, handed) in enumerate(zip(batch.layer_names, answers.layers, strict=True)):
        weights = _judge_weights(handed.weights, batch, ways, place, scale)
        bias = _judge_bias(handed.bias, batch, ways, place, scale)
        layers.append(LayerVerdict(name, weights, bias))
    loss = None if answers.loss is None else _judge_loss(answers.loss, batch, truth)
    return Verdict(tuple(layers), loss)


Ways = Sequence[tuple[Way, Gradients]]
"""Every way with what it makes of the batch; the right one first."""


def _judge_weights(handed: np.ndarray | None, batch: Batch, ways: Ways, place: int, scale: float) -> Part:
    if handed is None:
        return Part(False, 0, _MISSING)
    weights = batch.matrices[place]
    made = [(way.mistake, gradients.matrices[place]) for way, gradients in ways]
    if handed.shape == weights.shape:
        guesses = list(_list_guesses(made, batch, weights, "the weights are regularised"))
        if weights.shape[0] == weights.shape[1]:
            guesses += [_turn(guess) for guess in guesses]
        return _choose(handed, guesses, scale)
    guesses = [_turn(guess) for guess in _list_guesses(made, batch, weights, "the weights are regularised")]
    return _choose(handed, guesses, scale)


def _turn(guess: _Guess) -> _Guess:
    own = None if guess.own is None else guess.own.T
    return _Guess(guess.numbers.T, _join(["it is transposed", guess.mistake]), guess.cost + 1, own)


def _judge_bias(handed: np.ndarray | None, batch: Batch, ways: Ways, place: int, scale: float) -> Part:
    bias = batch.biases[place]
    if handed is None:
        return Part(False, 0, f"the bias is forgotten: {_MISSING}")
    if handed.size != len(bias):
        over = "the units, not over the images" if handed.size == batch.n else "the wrong axis"
        words = f"it is summed over {over}: {handed.size} numbers came where {len(bias)} were asked for"
        return Part(False, 0, words)
    made = [(way.mistake, gradients.biases[place]) for way, gradients in ways]
    if not handed.any() and np.abs(made[0][1]).max() > _TINY * scale:
        return Part(False, 0, "the bias is forgotten: its gradient is 0")
    return _choose(handed, list(_list_guesses(made, batch, bias, "the biases are regularised")), scale)


def _list_guesses(
    made: Sequence[tuple[str, np.ndarray]], batch: Batch, own: np.ndarray, penalty: str
) -> Iterator[_Guess]:
    """List what each way makes, times each factor that is taken for another, and with a penalty."""
    for mistake, numbers in made:
        cost = 1 if mistake else 0
        for factor, words in _list_factors(batch):
            yield _Guess(numbers * factor, _join([mistake, words]), cost + (1 if words else 0))
    for factor, words in _list_factors(batch):
        with_penalty = _join([words, f"{penalty}, where no penalty was asked for"])
        yield _Guess(made[0][1] * factor, with_penalty, 1 + (1 if words else 0), own)


def _list_factors(batch: Batch) -> list[tuple[float, str]]:
    n, n_classes = float(batch.n), float(len(batch.biases[-1]))
    undivided = "it is not divided by the number of images"
    uphill = "it has the wrong sign: an update with it goes uphill"
    return [
        (1.0, ""),
        (n, undivided),
        (-1.0, uphill),
        (-n, f"{uphill}, and {undivided}"),
        (1 / n, "it is divided by the number of images twice"),
        (1 / n_classes, "it is divided by the number of classes too"),
        (n / n_classes, f"{undivided} but by the number of classes"),
        (2.0, "it is twice too large"),
        (0.5, "it is half of what it should be"),
        (255.0, "its inputs are not scaled: divide the pixels by 255"),
    ]


def _choose(handed: np.ndarray, guesses: Sequence[_Guess], scale: float) -> Part:
    """Choose what explains an array: that it is right, or the simplest mistake that comes as near as any."""
    if not np.isfinite(handed).all():
        return Part(False, 0, _NO_NUMBER)
    errors = np.array([_find_error(handed, guess, scale) for guess in guesses])
    right = errors[0] if guesses[0].cost == 0 else math.inf
    best = float(errors.min())
    is_right = right <= max(_RIGHT, _find_rounding(handed))
    if is_right and not (best * _BETTER < right and best < _RIGHT / 1000):
        return Part(True, _count_digits(right), None)
    digits = 0 if math.isinf(right) else _count_digits(right)
    if best <= max(_EXPLAINED, _find_rounding(handed)):
        near = [n for n, error in enumerate(errors) if error <= max(100 * best, 1e-9)]
        chosen = min(near, key=lambda n: (guesses[n].cost, errors[n]))
        return Part(False, digits, guesses[chosen].mistake)
    return Part(False, digits, _describe_rest(handed, guesses[0]))


def _find_error(handed: np.ndarray, guess: _Guess, scale: float) -> float:
    """Find the greatest difference, as a share of the greatest number."""
    numbers = guess.numbers
    if guess.own is not None:
        share = float(np.vdot(handed - numbers, guess.own)) / max(
            float(np.vdot(guess.own, guess.own)), 1e-300
        )
        numbers = numbers + share * guess.own
    largest = max(float(np.abs(handed).max()), float(np.abs(numbers).max()))
    difference = float(np.abs(handed - numbers).max())
    return 0.0 if largest <= _TINY * scale else difference / largest


def _find_rounding(handed: np.ndarray) -> float:
    """Find by how much numbers may differ that were written with few digits behind the point."""
    largest = float(np.abs(handed).max())
    for digits in range(1, 8):
        if np.allclose(handed, np.round(handed, digits), rtol=0, atol=1e-12):
            half = 0.51 * 10.0**-digits
            return half / largest if half <= _MOST_ROUNDED * largest else 0.0
    return 0.0


def _count_digits(error: float) -> int:
    return MOST_DIGITS if error <= 10.0**-MOST_DIGITS else max(0, math.floor(-math.log10(error)))


def _describe_rest(handed: np.ndarray, right: _Guess) -> str:
    """Say of what no mistake explains how far it is from what is right."""
    numbers = right.numbers
    sizes = float(np.linalg.norm(handed)), float(np.linalg.norm(numbers))
    if not sizes[0]:
        return "it is 0 everywhere"
    factor = float(np.vdot(handed, numbers)) / max(sizes[1] ** 2, 1e-300)
    along = float(np.vdot(handed, numbers)) / max(sizes[0] * sizes[1], 1e-300)
    if 1 - abs(along) < 1e-6:
        uphill = ", and has the wrong sign: an update with it goes uphill" if factor < 0 else ""
        return f"it is {abs(factor):.4g} times as large as it should be{uphill}"
    n_close = int((np.abs(handed - numbers) <= _RIGHT * np.abs(numbers).max()).sum())
    return (
        f"no known mistake explains it: {n_close:,} of {handed.size:,} numbers agree, and its direction "
        f"agrees to {max(along, 0):.0%}"
    )


def _judge_loss(loss: float, batch: Batch, truth: Gradients) -> Part:
    right = truth.loss
    if not math.isfinite(loss):
        return Part(False, 0, _NO_NUMBER)
    error = abs(loss - right) / max(abs(loss), abs(right), 1e-300)
    if error <= _RIGHT:
        return Part(True, _count_digits(error), None)
    known = {
        "it is not divided by the number of images": right * batch.n,
        "it has the wrong sign": -right,
        "its logarithm is that of base 2": right / math.log(2),
        "its logarithm is that of base 10": right / math.log(10),
        "it is divided by the number of classes too": right / len(batch.biases[-1]),
        "it is half of what it should be": right / 2,
    }
    for words, value in known.items():
        if abs(loss - value) <= _RIGHT * abs(value):
            return Part(False, _count_digits(error), words)
    unscaled = compute_gradients(batch, Way(full=1.0)).loss
    if abs(loss - unscaled) <= _RIGHT * abs(unscaled):
        return Part(False, _count_digits(error), "the inputs are not scaled: divide the pixels by 255")
    return Part(False, _count_digits(error), f"it should be {right:.6g}, but is {loss:.6g}")


def _join(words: Sequence[str]) -> str:
    return ", and ".join(word for word in words if word)
