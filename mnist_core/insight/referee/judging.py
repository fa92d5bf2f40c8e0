"""What is right of gradients that were handed in, to what digit, and what is likely wrong with the rest."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from mnist_core.insight.referee.backprop import Gradients, Way, compute_gradients
from mnist_core.insight.referee.batch import Batch
from mnist_core.insight.referee.explanation import (
    LEAST_FREE,
    TINY,
    Explanation,
    explain,
    explain_penalty,
    find_error,
    list_factors,
)
from mnist_core.insight.referee.handed_in import Answers
from mnist_core.insight.referee.mistakes import list_ways
from mnist_core.insight.referee.verdict import LayerVerdict, Part, Verdict

MOST_DIGITS = 15
_RIGHT = 1e-3  # of the greatest number: differences as they are computed numerically agree so far
_EXPLAINED = 1e-3
_EXACT = 1e-6  # what agrees so far needs no other explanation
_BETTER = 30.0  # times nearer must a mistake be than what is right, to be named where both would do
_CLEARLY = 3.0  # times nearer, where what is right would not do
_MOST_ROUNDED = 0.05  # of the greatest number, that a last digit may stand for
_NEARLY = 0.02  # of the greatest number, that imprecise sums may be off
_MISSING = "it was not handed in"
_NO_NUMBER = "it has NaN or infinity: a logarithm of 0, or exp of too much"


@dataclass(frozen=True, eq=False)
class _Asked:
    """An array that came, beside the weights or biases that it is the gradient of."""

    handed: np.ndarray | None
    own: np.ndarray
    place: int

    @property
    def is_bias(self) -> bool:
        return self.own.ndim == 1

    @property
    def numbers(self) -> np.ndarray:
        """Return what came, where it did."""
        assert self.handed is not None
        return self.handed

    def take(self, gradients: Gradients) -> np.ndarray:
        """Take what belongs to it."""
        return (gradients.biases if self.is_bias else gradients.matrices)[self.place]


def judge(answers: Answers, batch: Batch) -> Verdict:
    """Judge what was handed in against what is right, and against what known mistakes make of it.

    Parameters
    ----------
    answers : Answers
        What came.
    batch : Batch
        Which it is of.
    """
    truth = compute_gradients(batch)
    scale = max(float(np.abs(matrix).max()) for matrix in truth.matrices)
    asked = [
        _Asked(handed, own, place)
        for place, layer in enumerate(answers.layers)
        for handed, own in ((layer.weights, batch.matrices[place]), (layer.bias, batch.biases[place]))
    ]
    said = [_judge_form(one, batch, truth, TINY * scale) for one in asked]
    open_ones = [one for one, part in zip(asked, said, strict=True) if part is None]
    chosen, losses = _judge_numbers(open_ones, batch, truth, TINY * scale)
    parts = iter([part or chosen.pop(0) for part in said])
    layers = tuple(LayerVerdict(name, next(parts), next(parts)) for name in batch.layer_names)
    loss = None if answers.loss is None else _judge_loss(answers.loss, batch, truth.loss, losses, layers)
    return Verdict(layers, loss)


def _judge_form(one: _Asked, batch: Batch, truth: Gradients, floor: float) -> Part | None:
    """Judge what is seen without a look at the numbers; None where they have to be looked at."""
    handed, form = one.handed, one.own.shape
    mistake = None
    if handed is None:
        mistake = f"the bias is forgotten: {_MISSING}" if one.is_bias else _MISSING
    elif one.is_bias and handed.size != len(one.own):
        over = "the units, not over the images" if handed.size == batch.n else "the wrong axis"
        mistake = f"it is summed over {over}: {handed.size} numbers came where {len(one.own)} were asked for"
    elif handed.shape not in (form, form[::-1]):
        came, wanted = (" x ".join(map(str, shape)) for shape in (handed.shape, form))
        mistake = f"it is {came} where {wanted} was asked for, a row a unit of the layer"
    elif not np.isfinite(handed).all():
        mistake = _NO_NUMBER
    elif not handed.any() and np.abs(one.take(truth)).max() > floor:
        mistake = "the bias is forgotten: its gradient is 0" if one.is_bias else "it is 0 everywhere"
    return None if mistake is None else Part(False, 0, mistake)


Loss = tuple[str, float]
"""A mistake, and the loss that it leads to."""


def _judge_numbers(
    asked: Sequence[_Asked], batch: Batch, truth: Gradients, floor: float
) -> tuple[list[Part], list[Loss]]:
    """Judge arrays of the right form; also tell the losses that the mistakes lead to."""
    rights = [_find_right(one, truth, floor) for one in asked]
    found: list[list[Explanation]] = [[] for _ in asked]
    factors, losses = list_factors(batch), list[Loss]()
    for way in list_ways(batch) if any(right > _EXACT for right in rights) else ():
        gradients = compute_gradients(batch, way)
        losses.append((way.mistake, gradients.loss))
        for one, explanations in zip(asked, found, strict=True):
            explanations.extend(_explain(one, gradients, way, factors, floor))
    return [_choose(*one, truth) for one in zip(asked, rights, found, strict=True)], losses


def _find_right(one: _Asked, truth: Gradients, floor: float) -> float:
    """Find how far numbers are from what is right, as a share of the greatest."""
    right = one.take(truth)
    return find_error(one.numbers, right, floor) if one.numbers.shape == right.shape else math.inf


def _explain(
    one: _Asked, gradients: Gradients, way: Way, factors: dict[float, str], floor: float
) -> Iterator[Explanation]:
    made = one.take(gradients)
    yield from explain(one.numbers, made, way.mistake, factors, floor)
    if not way.mistake:
        which = "biases" if one.is_bias else "weights"
        yield from explain_penalty(one.numbers, made, one.own, f"the {which} are regularised", factors, floor)
        if not one.is_bias:
            signs = "the signs of the weights are added as a penalty"
            yield from explain_penalty(one.numbers, made, np.sign(one.own), signs, factors, floor)


def _choose(one: _Asked, right: float, explanations: Sequence[Explanation], truth: Gradients) -> Part:
    """Choose what explains an array: that it is right, or the simplest mistake that comes as near as any."""
    allowed = max(_RIGHT, _find_rounding(one.numbers))
    is_right = right <= allowed
    if is_right:  # then a mistake must be far nearer, and its factor known
        near = [found for found in explanations if not found.is_free and found.error * _BETTER < right]
        near = [found for found in near if found.error < _RIGHT / 1000 and one.numbers.size >= LEAST_FREE]
    else:
        near = [found for found in explanations if found.error <= allowed and found.error * _CLEARLY < right]
    digits = 0 if math.isinf(right) else _count_digits(right)
    if near:
        best = min(found.error for found in near)
        simplest = [found for found in near if found.error <= max(100 * best, 1e-9)]
        return Part(False, digits, min(simplest, key=lambda found: (found.cost, found.error)).mistake)
    return Part(True, digits, None) if is_right else Part(False, digits, _describe_rest(one, right, truth))


def _find_rounding(handed: np.ndarray) -> float:
    """Find by how much numbers may differ that were written with few digits, in all or behind the point."""
    largest = float(np.abs(handed).max())
    powers = 10.0 ** np.floor(np.log10(np.maximum(np.abs(handed), 1e-300)))
    for digits in (2, 3):
        if np.allclose(handed, np.round(handed / powers, digits - 1) * powers, rtol=1e-9, atol=0):
            return 0.51 * 10.0 ** (1 - digits)
    half = _find_half_step(handed)
    return half / largest if half <= _MOST_ROUNDED * largest else 0.0


def _find_half_step(handed: np.ndarray) -> float:
    """Find half of what the last digit behind the point stands for; 0 where there are many."""
    for digits in range(1, 8):
        if np.allclose(handed, np.round(handed, digits), rtol=0, atol=1e-12):
            return 0.51 * 10.0**-digits
    return 0.0


def _count_digits(error: float) -> int:
    return MOST_DIGITS if error <= 10.0**-MOST_DIGITS else max(0, math.floor(-math.log10(error)))


def _describe_rest(one: _Asked, error: float, truth: Gradients) -> str:
    """Say of what no mistake explains how far it is from what is right."""
    right = one.take(truth)
    if error <= _NEARLY:
        return (
            f"it is off by {error:.1%} of its greatest number, as sums of low precision are, or differences "
            "of too large a step; no known mistake explains it"
        )
    handed = one.numbers if one.numbers.shape == right.shape else one.numbers.T
    if np.abs(handed - right).max() <= _find_half_step(handed):
        return "it was written with too few digits to tell: save more of them, or as .mat"
    along = float(np.vdot(handed, right)) / max(float(np.linalg.norm(handed) * np.linalg.norm(right)), 1e-300)
    is_said = (handed != 0) | (right != 0)  # of pixels that are never inked, nothing is
    is_close = np.abs(handed - right) <= _RIGHT * np.abs(right).max()
    return (
        f"no known mistake explains it: {(is_close & is_said).sum():,} of {is_said.sum():,} numbers agree, "
        f"and its direction agrees to {max(along, 0):.0%}"
    )


def _judge_loss(
    loss: float, batch: Batch, right: float, losses: Sequence[Loss], layers: Sequence[LayerVerdict]
) -> Part:
    if not math.isfinite(loss):
        return Part(False, 0, _NO_NUMBER)
    error = abs(loss - right) / max(abs(loss), abs(right), 1e-300)
    digits = _count_digits(error)
    if error <= max(_RIGHT, _find_rounding(np.array(loss))):
        return Part(True, digits, None)
    said = " ".join(str(layer.mistake) for layer in layers)
    known = [
        *((mistake, value) for mistake, value in losses if mistake and mistake in said),
        ("it is not divided by the number of images", right * batch.n),
        ("it has the wrong sign", -right),
        ("its logarithm is that of base 2", right / math.log(2)),
        ("its logarithm is that of base 10", right / math.log(10)),
        ("it is divided by the number of classes too", right / len(batch.biases[-1])),
        ("it is half of what it should be", right / 2),
    ]
    for words, value in known:
        if abs(loss - value) <= _RIGHT * abs(value):
            return Part(False, digits, words)
    return Part(False, digits, f"it should be {right:.6g}, but is {loss:.6g}")
