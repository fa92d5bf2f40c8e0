"""What a student hands in: which array is the gradient of what, by its shape and its name."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

import numpy as np

from mnist_core.data.origin import REMARK
from mnist_core.ground.errors import DataError
from mnist_core.ground.variables import Value
from mnist_core.insight.imported.chain import Chain, say_layers
from mnist_core.insight.imported.named_arrays import Named, list_arrays
from mnist_core.insight.referee.backprop import Gradients
from mnist_core.insight.referee.batch import Batch

Order: TypeAlias = Literal["C", "F"]
"""Along the rows of a matrix, or down its columns."""

_ORDERS: tuple[Order, ...] = ("C", "F")
_LOSS = re.compile(r"(?i)^(loss|cost|j|l|e|err(or)?|ce|cross_?entropy)\d*$")
_BIAS = re.compile(r"(?i)bias|intercept|(^|[^a-z])d?_?b\d*([^a-z]|$)|(grad|delta)_?b|b_?grad|db")
_LAST = re.compile(r"(?i)out")
_GRADIENT = re.compile(r"(?i)grad|delta|nabla|(^|[^a-z])(d[a-z]?_?)?d_?(w|b|theta|omega|hidden|out)")
_ASIDE = re.compile(r"(?i)num|approx|check|old|new|prev|updated")
"""What stands beside gradients: those of differences, and the weights that were updated by them."""
_PLAIN = re.compile(r"(?i)(^|[.])([wb]|theta)_?\d+$")


@dataclass(frozen=True, eq=False)
class Handed:
    """What was handed in for one layer.

    Attributes
    ----------
    weights, bias : ndarray or None
        The gradients as they came, of whatever shape; None where there is none.
    """

    weights: np.ndarray | None = None
    bias: np.ndarray | None = None


@dataclass(frozen=True, eq=False)
class Answers:
    """What a student hands in.

    Attributes
    ----------
    layers : tuple of Handed
        Of each layer.
    loss : float or None
        Of the batch; None where it was not handed in.
    notes : list of str
        What was taken for granted, a sentence each.
    """

    layers: tuple[Handed, ...]
    loss: float | None
    notes: list[str] = field(default_factory=list)


def find_answers(values: Mapping[str, Value], batch: Batch, truth: Gradients) -> Answers:
    """Find which arrays of a file are the gradients of which layer.

    Parameters
    ----------
    values : mapping of str to Value
        Of one or of several files.
    batch : Batch
        Which they are of.
    truth : Gradients
        The right ones, by which the order of unrolled numbers is found.

    Raises
    ------
    DataError
        If there is no gradient among them.
    """
    arrays = [one for one in map(_squeeze, list_arrays(values)) if not _is_given(one, batch)]
    loss, remark = _find_loss(arrays), values.get(REMARK)
    notes = [remark] if isinstance(remark, str) else []
    unrolled = _unroll(arrays, batch, truth)
    if unrolled is not None:
        notes.append("The gradients came as one column, which was rolled up again.")
        return Answers(unrolled, loss, notes)
    left = arrays
    if any(map(_is_gradient, arrays)):
        left = [one for one in arrays if _is_gradient(one) or not _is_aside(one)]
    layers = [_take_layer(left, place) for place in _list_places(arrays, truth)]
    if all(layer.weights is None and layer.bias is None for layer in layers):
        shapes = {one.path: one.values.shape for one in arrays}
        needed = {f"dW{n}": matrix.shape for n, matrix in enumerate(batch.matrices, start=1)}
        raise DataError(
            f"The gradients must have the shapes of the weights, {say_layers(needed)}, but what came has "
            f"{say_layers(shapes)}: save them as such."
        )
    return Answers(tuple(layers), loss, notes)


def has_shapes(values: Mapping[str, Value], layers: Chain) -> bool:
    """Say whether an array can be the gradient of a network's first weights, or all of them in a column."""
    first, n_units = layers.matrices[0].size, len(layers.biases[0])
    sizes = zip(layers.matrices, layers.biases, strict=True)
    known = {first, first + n_units, sum(matrix.size + len(bias) for matrix, bias in sizes)}
    return any(one.values.size in known for one in list_arrays(values))


def _squeeze(one: Named) -> Named:
    """Drop the axes of one entry that are beyond two."""
    values = one.values
    return one if values.ndim < 3 else Named(one.path, np.atleast_2d(values.squeeze()))


def _is_given(one: Named, batch: Batch) -> bool:
    """Say whether an array is part of the batch, as where a whole workspace was saved."""
    for given in (batch.pixels, *batch.matrices, *(bias.reshape(-1, 1) for bias in batch.biases)):
        if one.values.shape == given.shape and np.allclose(one.values, given, rtol=1e-6, atol=1e-9):
            return True
    return bool(one.values.size == batch.n and np.array_equal(one.values.ravel(), batch.labels))


def _find_loss(arrays: Sequence[Named]) -> float | None:
    single = [one for one in arrays if one.values.size == 1]
    named = [one for one in single if _LOSS.match(one.path.rpartition(".")[2])]
    found = named or (single if len(single) == 1 else [])
    return float(found[0].values.item()) if found else None


def _is_gradient(one: Named) -> bool:
    return bool(_GRADIENT.search(one.path)) and not _ASIDE.search(one.path)


def _is_aside(one: Named) -> bool:
    return bool(_ASIDE.search(one.path) or _PLAIN.search(one.path))


@dataclass(frozen=True, eq=False)
class _Place:
    """A layer whose gradients are looked for: what they should be, and what calls them so."""

    weights: np.ndarray
    number: str
    others: frozenset[str]
    is_last: bool

    def is_named(self, path: str) -> bool:
        """Tell whether a name has the number of the layer, or calls it the output."""
        return self.number in _find_numbers(path) or (self.is_last and bool(_LAST.search(path)))

    def is_open(self, one: Named) -> bool:
        """Tell whether a name leaves open that the array is the layer's: it is not that of another."""
        return self.is_named(one.path) or self.others.isdisjoint(_find_numbers(one.path))

    def rank(self, one: Named) -> tuple[bool, bool]:
        """Rank arrays: the first is called a gradient, and by the layer."""
        return not _is_gradient(one), not self.is_named(one.path)


def _list_places(arrays: Sequence[Named], truth: Gradients) -> list[_Place]:
    """List the layers by the numbers that names have: from 0 or 1 on, unless they count something else."""
    named = [one for one in arrays if _is_gradient(one)] or arrays
    found = {number for one in named for number in _find_numbers(one.path)}
    first, last = 0 if "0" in found else 1, len(truth.matrices) - 1
    numbers = [str(place + first) for place in range(last + 1)]
    others = frozenset(numbers) if found <= set(numbers) else frozenset[str]()
    return [
        _Place(weights, number, others - {number}, place == last)
        for place, (weights, number) in enumerate(zip(truth.matrices, numbers, strict=True))
    ]


def _find_numbers(path: str) -> list[str]:
    return re.findall(r"\d+", path)


def _take_layer(left: list[Named], place: _Place) -> Handed:
    """Take what belongs to a layer from what is left."""
    units, inputs = place.weights.shape
    plain = [(units, inputs), (inputs, units)]
    wide = [(units, inputs + 1), (inputs + 1, units)]
    fitting = [one for one in left if one.values.shape in (*plain, *wide) and place.is_open(one)]
    odd = [one for one in left if one.values.size > 1 and not _BIAS.search(one.path)]
    weights = _take(left, place, fitting, odd)
    if weights is not None and weights.shape in wide and weights.shape not in plain:
        whole = weights if weights.shape == wide[0] else weights.T
        ways = Handed(whole[:, 1:], whole[:, 0]), Handed(whole[:, :-1], whole[:, -1])
        return max(ways, key=lambda way: _agree([way], [place.weights]))
    vectors = [one for one in left if one.values.size == units == max(one.values.shape)]
    fitting = [one for one in vectors if place.is_open(one)]
    odd = [one for one in left if _BIAS.search(one.path) and one.values.size not in (units, units * inputs)]
    bias = _take(left, place, fitting, odd)
    return Handed(weights, None if bias is None else bias.ravel())


def _take(
    left: list[Named], place: _Place, fitting: Sequence[Named], odd: Sequence[Named]
) -> np.ndarray | None:
    """Take the fitting array that ranks first, else one of an odd shape that is called as the layer is."""
    called = [one for one in odd if place.is_named(one.path)]
    taken = min(fitting, key=place.rank, default=next(iter(called), None))
    if taken is None:
        return None
    left.remove(taken)
    return taken.values


def _unroll(arrays: Sequence[Named], batch: Batch, truth: Gradients) -> tuple[Handed, ...] | None:
    """Roll numbers up that came as one column, in the order that is nearest to what is right."""
    n_all = sum(matrix.size + len(matrix) for matrix in batch.matrices)
    column = next((one for one in arrays if one.values.size == n_all == max(one.values.shape)), None)
    if column is None:
        return None
    ways = [roll(column.values.ravel(), batch, order) for order in _ORDERS for roll in _ROLLS]
    return max(ways, key=lambda layers: _agree(layers, truth.matrices))


def _roll_theta(numbers: np.ndarray, batch: Batch, order: Order) -> tuple[Handed, ...]:
    """Roll up layer by layer, biases as the first column of the weights."""
    parts = _cut(numbers, [matrix.size + len(matrix) for matrix in batch.matrices])
    wholes = [
        part.reshape(len(one), -1, order=order) for part, one in zip(parts, batch.matrices, strict=True)
    ]
    return tuple(Handed(whole[:, 1:], whole[:, 0]) for whole in wholes)


def _roll_layers(numbers: np.ndarray, batch: Batch, order: Order) -> tuple[Handed, ...]:
    """Roll up layer by layer, weights, then biases."""
    parts = _cut(numbers, [size for one in batch.matrices for size in (one.size, len(one))])
    return _shape(parts[::2], parts[1::2], batch, order)


def _roll_biases_first(numbers: np.ndarray, batch: Batch, order: Order) -> tuple[Handed, ...]:
    """Roll up layer by layer, biases, then weights."""
    parts = _cut(numbers, [size for one in batch.matrices for size in (len(one), one.size)])
    return _shape(parts[1::2], parts[::2], batch, order)


def _roll_kinds(numbers: np.ndarray, batch: Batch, order: Order) -> tuple[Handed, ...]:
    """Roll up all weights, then all biases."""
    sizes = [one.size for one in batch.matrices] + [len(one) for one in batch.matrices]
    parts = _cut(numbers, sizes)
    return _shape(parts[: len(parts) // 2], parts[len(parts) // 2 :], batch, order)


_ROLLS = (_roll_layers, _roll_theta, _roll_biases_first, _roll_kinds)


def _cut(numbers: np.ndarray, sizes: Sequence[int]) -> list[np.ndarray]:
    return np.split(numbers, np.cumsum(sizes)[:-1])


def _shape(
    weights: Sequence[np.ndarray], biases: Sequence[np.ndarray], batch: Batch, order: Order
) -> tuple[Handed, ...]:
    return tuple(
        Handed(part.reshape(one.shape, order=order), bias)
        for part, bias, one in zip(weights, biases, batch.matrices, strict=True)
    )


def _agree(layers: Sequence[Handed], truth: Sequence[np.ndarray]) -> float:
    """Say how much directions agree, whatever the sign."""
    return sum(
        abs(float(np.vdot(layer.weights, matrix)))
        / max(float(np.linalg.norm(layer.weights) * np.linalg.norm(matrix)), 1e-300)
        for layer, matrix in zip(layers, truth, strict=True)
        if layer.weights is not None
    )
