"""Layers out of the graph of an ONNX file: its operations are followed from the image to the outputs.

What only scales and shifts, before, between or behind the layers, is folded into them.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from mnist_core.ground.errors import ModelError
from mnist_core.insight.imported.chain import Chain, Matrix, Row
from mnist_core.network.candidate import Activation

_ACTIVATIONS = {"Sigmoid": Activation.SIGMOID, "Relu": Activation.RELU, "Tanh": Activation.TANH}
_PASSED = ("Flatten", "Reshape", "Identity", "Cast", "Dropout", "Squeeze", "Unsqueeze")
_ENDS = ("Softmax", "LogSoftmax", "ArgMax", "ZipMap")
_CURE = "export the perceptron alone, of Gemm or MatMul, Add, Relu, Sigmoid and Tanh"


@dataclass(eq=False)
class _Walk:
    """What was met so far on the way from the image: layers, and what is pending for the next one."""

    matrices: list[Matrix] = field(default_factory=list)
    biases: list[Row] = field(default_factory=list)
    activations: list[Activation] = field(default_factory=list)
    factor: Row | float = 1.0
    shift: Row | float = 0.0
    is_open: bool = False  # the last layer has no activation yet
    is_softmax: bool = False
    has_scaled: bool = False


def build_chain(values: Mapping[str, Any]) -> Chain:
    """Build the layers of a graph.

    Parameters
    ----------
    values : mapping of str to Value
        As `data.files.onnx_contents` reads them.

    Raises
    ------
    ModelError
        If it does anything that no perceptron of the lab does; a sentence without its subject.
    """
    constants = {name: _plain(value) for name, value in values["constants"].items()}
    nodes = [node for node in values["nodes"].items if not _compute_constant(node, constants)]
    inputs = [name for name in values["inputs"].items if name not in constants]
    if len(inputs) != 1:
        raise ModelError(f"must hold a network with one input, but has {len(inputs)}: {_CURE}.")
    with np.errstate(all="ignore"):  # weights that are no numbers are refused at the end
        return _close(_follow(nodes, inputs[0], constants))


def _follow(nodes: Sequence[Mapping[str, Any]], start: str, constants: Mapping[str, Any]) -> _Walk:
    """Follow what becomes of the image, to the outputs."""
    walk, flowing = _Walk(), {start}  # with other names for the same numbers
    sizes: set[str] = set()  # what is computed of the shape of the inputs alone
    for node in nodes:
        given = [name for name in node["inputs"].items if name]
        if node["op"] == "Shape" or (not flowing.intersection(given) and sizes.intersection(given)):
            sizes.update(node["outputs"].items)
            continue
        if node["op"] in _ENDS:
            walk.is_softmax = node["op"].endswith("Softmax")
            break
        if not flowing.intersection(given):
            raise ModelError(
                f"must hold one layer behind the other, but its {node['op']} branches off: {_CURE}."
            )
        if node["op"] in _PASSED:
            flowing.update(node["outputs"].items)
            continue
        is_left = given[0] in flowing
        _take_step(walk, node, is_left, [constants.get(name) for name in given if name not in flowing])
        flowing = set(node["outputs"].items[:1])
    return walk


def _plain(value: Any) -> Any:
    return np.asarray(value, dtype=np.float64) if isinstance(value, np.ndarray) else value


def _compute_constant(node: Mapping[str, Any], constants: dict[str, Any]) -> bool:
    """Compute what follows from constants alone, as transposed weights; say whether it did."""
    op, settings = node["op"], node["settings"]
    given = [constants.get(name) for name in node["inputs"].items]
    if op == "Constant":
        found = next((_plain(value) for value in settings.values()), None)
    elif (
        given
        and isinstance(given[0], np.ndarray)
        and op in ("Transpose", "Identity", "Cast", "Reshape", "Unsqueeze")
    ):
        found = given[0].T if op == "Transpose" else given[0]
    else:
        return False
    constants.update(dict.fromkeys(node["outputs"].items[:1], found))
    return True


def _take_step(walk: _Walk, node: Mapping[str, Any], is_left: bool, others: list[Any]) -> None:
    op = node["op"]
    if (bent := _find_activation(node, others)) is not None:
        _bend(walk, bent)
        return
    if op == "Transpose" and not walk.matrices and _keeps_images(node):
        return  # how images lie is found by fit
    take = _TAKEN.get(op)
    if take is None:
        raise ModelError(f"must hold a perceptron, but has the operation {op}: {_CURE}.")
    if not all(isinstance(one, np.ndarray) for one in others) or (not others and take is not _take_scaler):
        raise ModelError(
            f"must hold all numbers of its layers, but its {op} takes some that are not in the file, or the "
            f"outputs of two layers: {_CURE}."
        )
    take(walk, node, others, is_left)


def _find_activation(node: Mapping[str, Any], others: list[Any]) -> Activation | None:
    op = node["op"]
    if op == "Mul" and not others:  # by itself
        return Activation.SQUARE
    ends = node["settings"].get("min"), node["settings"].get("max")
    low, high = [*others, None, None][:2] if others or op == "Max" else ends
    is_above_0 = isinstance(low, np.ndarray) and not low.any() and high is None
    return Activation.RELU if op in ("Clip", "Max") and is_above_0 else _ACTIVATIONS.get(op)


def _keeps_images(node: Mapping[str, Any]) -> bool:
    """Say whether an operation turns the axes of each image alone."""
    axes = node["settings"].get("perm")
    return axes is not None and axes.size > 2 and float(np.ravel(axes)[0]) == 0


def _bend(walk: _Walk, activation: Activation) -> None:
    if not walk.is_open:
        raise ModelError(f"must hold a layer before each activation, but has {activation} without: {_CURE}.")
    walk.activations.append(activation)
    walk.is_open = False


def _take_gemm(walk: _Walk, node: Mapping[str, Any], others: list[Any], is_left: bool) -> None:
    settings = {name: float(np.ravel(value)[0]) for name, value in node["settings"].items() if value.size}
    weights = others[0] if settings.get("transB") else others[0].T
    if not is_left or settings.get("transA"):
        raise ModelError(f"must hold weights behind its inputs, but a Gemm has them before: {_CURE}.")
    _add_layer(walk, weights * settings.get("alpha", 1.0))
    if len(others) > 1:
        walk.biases[-1] = walk.biases[-1] + _spread(others[1], len(weights)) * settings.get("beta", 1.0)


def _take_product(walk: _Walk, node: Mapping[str, Any], others: list[Any], is_left: bool) -> None:  # noqa: ARG001
    _add_layer(walk, others[0].T if is_left else others[0])


def _add_layer(walk: _Walk, weights: Matrix) -> None:
    if walk.is_open:  # two products without an activation between: the hidden layer is linear
        walk.activations.append(Activation.LINEAR)
    if weights.ndim != 2:
        raise ModelError(f"must hold layers of plain matrices, but has one of {weights.ndim} axes: {_CURE}.")
    factor, shift = (_spread(np.asarray(one), weights.shape[1]) for one in (walk.factor, walk.shift))
    walk.matrices.append(weights * factor)
    walk.biases.append(weights @ shift)
    walk.factor, walk.shift, walk.is_open = 1.0, 0.0, True


def _scale(walk: _Walk, factor: np.ndarray, shift: np.ndarray) -> None:
    """Scale and shift what flows: the open layer, or else what the next one takes."""
    known = (factor, shift, walk.factor, walk.shift)
    width = len(walk.biases[-1]) if walk.biases else max(map(np.size, known))
    factor, shift = _spread(factor, width), _spread(shift, width)
    if walk.is_open:
        walk.matrices[-1] = walk.matrices[-1] * factor[:, None]
        walk.biases[-1] = walk.biases[-1] * factor + shift
        return
    walk.has_scaled |= not walk.matrices
    before, moved = (_spread(np.asarray(one), width) for one in (walk.factor, walk.shift))
    walk.factor, walk.shift = before * factor, moved * factor + shift


def _spread(numbers: np.ndarray, width: int) -> Row:
    flat = np.ravel(numbers)
    if flat.size not in (1, width):
        raise ModelError(f"must scale each of {width} numbers, but has {flat.size} factors: {_CURE}.")
    return np.broadcast_to(flat, width).astype(np.float64)


_ONE, _NONE = np.ones(1), np.zeros(1)
_USUAL_EPSILON = 1e-5


def _take_sum(walk: _Walk, node: Mapping[str, Any], others: list[Any], is_left: bool) -> None:
    if node["op"] == "Add":
        _scale(walk, _ONE, others[0])
    elif is_left:
        _scale(walk, _ONE, -others[0])
    else:
        _scale(walk, -_ONE, others[0])


def _take_factor(walk: _Walk, node: Mapping[str, Any], others: list[Any], is_left: bool) -> None:
    if node["op"] == "Div" and not is_left:
        raise ModelError(f"must hold a perceptron, but divides by its inputs: {_CURE}.")
    _scale(walk, 1 / others[0] if node["op"] == "Div" else others[0], _NONE)


def _take_norm(walk: _Walk, node: Mapping[str, Any], others: list[Any], is_left: bool) -> None:  # noqa: ARG001
    """Fold batch normalisation, which in use is a factor and a shift."""
    if len(others) < 4:
        raise ModelError(f"must hold four numbers a unit for each {node['op']}, but lacks some: {_CURE}.")
    width = max(one.size for one in others[:4])
    scale, shift, mean, variance = (_spread(one, width) for one in others[:4])
    epsilon = float(np.max(node["settings"].get("epsilon", _USUAL_EPSILON), initial=0))
    factor = scale / np.sqrt(variance + epsilon)
    _scale(walk, factor, shift - mean * factor)


def _take_scaler(walk: _Walk, node: Mapping[str, Any], others: list[Any], is_left: bool) -> None:  # noqa: ARG001
    """Take scikit-learn's scalers: less an offset, times a factor."""
    factor, offset = (
        np.ravel(node["settings"].get(name, one)) for name, one in (("scale", _ONE), ("offset", _NONE))
    )
    _scale(walk, _ONE, -offset)
    _scale(walk, factor, _NONE)


_Take = Callable[[_Walk, Mapping[str, Any], list[Any], bool], None]
_TAKEN: dict[str, _Take] = {
    "Gemm": _take_gemm,
    "MatMul": _take_product,
    "Add": _take_sum,
    "Sub": _take_sum,
    "Mul": _take_factor,
    "Div": _take_factor,
    "BatchNormalization": _take_norm,
    "ai.onnx.ml.Scaler": _take_scaler,
}


def _close(walk: _Walk) -> Chain:
    """Make the chain; an activation behind the output is left out, as it does not change what is read."""
    n_hidden = len(walk.matrices) - 1
    used, ends = walk.activations[:n_hidden], walk.activations[n_hidden:]
    if len(set(used)) > 1:
        raise ModelError(
            f"must hold one activation behind all hidden layers, but has {', '.join(used)}: train it so."
        )
    reasons = ["Its layers are the products of its graph, in their order."]
    if used:
        reasons.append(f"Its graph has {used[0].label} behind its hidden layers.")
    if walk.has_scaled:
        reasons.append("What its graph does to the pixels first is folded into the first layer.")
    if ends:
        reasons.append(
            f"The {ends[0].label} behind its outputs is left out: the outputs are taken before it."
        )
    chain = Chain(tuple(walk.matrices), tuple(walk.biases), tuple(reasons), used[0] if used else None)
    return replace(chain, is_softmax=walk.is_softmax, scales_pixels=walk.has_scaled).check()
