"""What a student hands in: which array is the gradient of what, by its shape and its name."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from mnist_core.data.origin import REMARK
from mnist_core.ground.errors import DataError
from mnist_core.ground.variables import Value
from mnist_core.insight.imported.chain import Chain, say_layers
from mnist_core.insight.imported.named_arrays import Named, list_arrays
from mnist_core.insight.referee.backprop import Gradients
from mnist_core.insight.referee.batch import Batch

_LOSS = re.compile(r"(?i)^(loss|cost|j|l|e|err(or)?|ce|cross_?entropy)\d*$")
_BIAS = re.compile(r"(?i)bias|intercept|(^|[^a-z])d?_?b\d*([^a-z]|$)|(grad|delta)_?b|b_?grad|db")
_LAST = re.compile(r"(?i)out")


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
    arrays = [one for one in list_arrays(values) if not _is_given(one, batch)]
    loss, remark = _find_loss(arrays), values.get(REMARK)
    notes = [remark] if isinstance(remark, str) else []
    unrolled = _unroll(arrays, batch, truth)
    if unrolled is not None:
        notes.append("The gradients came as one column, which was rolled up again.")
        return Answers(unrolled, loss, notes)
    left = list(arrays)
    layers = [_take_layer(left, batch, place) for place in range(len(batch.matrices))]
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


def _take_layer(left: list[Named], batch: Batch, place: int) -> Handed:
    """Take what belongs to a layer from what is left."""
    units, inputs = batch.matrices[place].shape
    shapes = [(units, inputs), (inputs, units), (units, inputs + 1), (inputs + 1, units)]
    weights = _take(left, batch, place, [one for one in left if one.values.shape in shapes])
    if weights is not None and inputs + 1 in weights.shape and weights.shape not in shapes[:2]:
        whole = weights if weights.shape[0] == units else weights.T
        return Handed(whole[:, 1:], whole[:, 0])
    vectors = [one for one in left if one.values.size == units and max(one.values.shape) == units]
    others = [
        one for one in left if _BIAS.search(one.path) and one.values.size not in (units, units * inputs)
    ]
    bias = _take(left, batch, place, vectors)
    if bias is None:
        bias = _take(left, batch, place, others, must_match=True)
    return Handed(weights, None if bias is None else bias.ravel())


def _take(
    left: list[Named], batch: Batch, place: int, fitting: Sequence[Named], *, must_match: bool = False
) -> np.ndarray | None:
    """Take the array whose name has the layer's number, else the first that fits."""
    named = [one for one in fitting if _names(one.path, batch, place)]
    chosen = (named or ([] if must_match else list(fitting)))[:1]
    for one in chosen:
        left.remove(one)
    return chosen[0].values if chosen else None


def _names(path: str, batch: Batch, place: int) -> bool:
    numbers = re.findall(r"\d+", path)
    is_last = place == len(batch.matrices) - 1
    return str(place + 1) in numbers or (is_last and bool(_LAST.search(path)))


def _unroll(arrays: Sequence[Named], batch: Batch, truth: Gradients) -> tuple[Handed, ...] | None:
    """Roll numbers up that came as one column, in the order that is nearest to what is right."""
    n_all = sum(matrix.size + len(matrix) for matrix in batch.matrices)
    column = next((one for one in arrays if one.values.size == n_all == max(one.values.shape)), None)
    if column is None:
        return None
    ways = [
        _roll(column.values.ravel(), batch, order, is_theta) for order in "CF" for is_theta in (True, False)
    ]
    return max(ways, key=lambda layers: _agree(layers, truth))


def _roll(numbers: np.ndarray, batch: Batch, order: str, is_theta: bool) -> tuple[Handed, ...]:
    layers, start = [], 0
    for matrix in batch.matrices:
        units, inputs = matrix.shape
        part = numbers[start : start + units * (inputs + 1)]
        start += len(part)
        if is_theta:  # the biases are the first column
            whole = part.reshape((units, inputs + 1), order="F" if order == "F" else "C")
            layers.append(Handed(whole[:, 1:], whole[:, 0]))
        else:
            weights = part[: units * inputs].reshape((units, inputs), order="F" if order == "F" else "C")
            layers.append(Handed(weights, part[units * inputs :]))
    return tuple(layers)


def _agree(layers: tuple[Handed, ...], truth: Gradients) -> float:
    return sum(
        abs(float(np.vdot(layer.weights, matrix)))
        / max(float(np.linalg.norm(layer.weights) * np.linalg.norm(matrix)), 1e-300)
        for layer, matrix in zip(layers, truth.matrices, strict=True)
        if layer.weights is not None
    )
