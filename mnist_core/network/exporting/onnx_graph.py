"""A network as ONNX: a graph that any runtime carries out, written without its library.

A message of Protocol Buffers is its fields one after another, each a number and a value; the few kinds of
message that a perceptron needs are less than the library that writes them all.
"""

import json
from collections.abc import Iterable, Iterator

import numpy as np

from mnist_core.network.exporting.plain_layers import choose_formula, list_layers, say_input, say_title
from mnist_core.network.models import Model

_OPSET = 13  # of 2020: what runs ONNX at all knows it
_IR_VERSION = 7  # the one of that time
_FLOAT, _UINT8, _DOUBLE = 1, 2, 11  # kinds of number
_WHOLE = 2  # the kind of an attribute that is a whole number

_OPERATORS = {
    "sigmoid": ("Sigmoid", 1),
    "relu": ("Relu", 1),
    "tanh": ("Tanh", 1),
    "linear": ("Identity", 1),
}
"""The operator of each activation, and how often it takes the sums."""

_INPUTS = {
    _FLOAT: ("images_float32_0_to_1", "float32 from 0 to 1", 1.0),
    _UINT8: ("images_uint8_0_to_255", "bytes from 0 to 255", 255.0),
}
"""What an input is called, how its pixels are told, and what full ink is."""


def write_onnx(model: Model, stem: str) -> dict[str, bytes]:
    """Write a network whose images are floats from 0 to 1.

    It sums in double precision: in single, logits of 100, as `models/robust` has them, are rounded by more
    than 1e-5, and differ with the number of images.
    """
    return {f"{stem}.onnx": _write_model(model, _FLOAT)}


def write_onnx_of_bytes(model: Model, stem: str) -> dict[str, bytes]:
    """Write a network whose images are bytes from 0 to 255."""
    return {f"{stem}.onnx": _write_model(model, _UINT8)}


def _write_model(model: Model, kind: int) -> bytes:
    side = model.info.side
    facts = {
        "classes": json.dumps(model.info.class_names),
        "side": str(side),
        "input": f"n images of {side} x {side} pixels, {_INPUTS[kind][1]}: {say_input(model)}",
        "temperature": repr(model.info.temperature),
    }
    return _join(
        _field(1, _IR_VERSION),
        _field(2, "MNIST Lab"),
        _field(6, say_title(model)),
        _field(7, _write_graph(model, kind)),
        _field(8, _join(_field(1, ""), _field(2, _OPSET))),
        *(_field(14, _join(_field(1, name), _field(2, words))) for name, words in facts.items()),
    )


def _write_graph(model: Model, kind: int) -> bytes:
    name, _, full = _INPUTS[kind]
    side, n_classes = model.info.side, model.info.n_classes
    return _join(
        _field(2, "perceptron"),
        *_begin(name, full),
        *_sum_up(model),
        *_end(model),
        _field(11, _value(name, kind, side, side)),
        *(_field(12, _value(name, _FLOAT, n_classes)) for name in ("logits", "probabilities")),
    )


def _begin(name: str, full: float) -> Iterator[bytes]:
    yield _tensor("full", np.array(full))
    yield _node("Cast", [name], "numbers", to=_DOUBLE)
    yield _node("Div", ["numbers", "full"], "ink")
    yield _node("Flatten", ["ink"], "pixels", axis=1)


def _sum_up(model: Model) -> Iterator[bytes]:
    operator, passed = choose_formula(_OPERATORS, model, "ONNX"), "pixels"
    for name, layer in zip(model.network.layer_names, list_layers(model), strict=True):
        if passed != "pixels":
            yield _node(operator[0], [passed] * operator[1], passed := passed.replace("sums", "values"))
        for what, array in (("weights", layer.weights), ("biases", layer.biases)):
            yield _tensor(f"{name}.{what}", array)
            yield _node("Cast", [f"{name}.{what}"], f"{name}.{what}.double", to=_DOUBLE)
        inputs = [passed, f"{name}.weights.double", f"{name}.biases.double"]
        yield _node("Gemm", inputs, passed := f"{name}.sums", transB=1)


def _end(model: Model) -> Iterator[bytes]:
    yield _tensor("temperature", np.array(model.info.temperature))
    yield _node("Cast", ["output.sums"], "logits", to=_FLOAT)
    yield _node("Div", ["output.sums", "temperature"], "tempered")
    yield _node("Softmax", ["tempered"], "shares", axis=1)
    yield _node("Cast", ["shares"], "probabilities", to=_FLOAT)


def _node(operator: str, inputs: Iterable[str], output: str, **attributes: int) -> bytes:
    """Describe a step of the graph, as the graph's own field."""
    told = (
        _join(_field(1, name), _field(3, value), _field(20, _WHOLE)) for name, value in attributes.items()
    )
    return _field(
        1,
        _join(
            *(_field(1, name) for name in inputs),
            _field(2, output),
            _field(4, operator),
            *(_field(5, one) for one in told),
        ),
    )


def _tensor(name: str, array: np.ndarray) -> bytes:
    """Hold numbers of the graph, as the graph's own field."""
    kind, form = (_FLOAT, "<f4") if array.dtype == np.float32 else (_DOUBLE, "<f8")
    sizes = (_field(1, size) for size in array.shape)
    data = array.astype(form).tobytes()
    return _field(5, _join(*sizes, _field(2, kind), _field(8, name), _field(9, data)))


def _value(name: str, kind: int, *sizes: int) -> bytes:
    """Describe what goes in or out: a batch of any number `n`, each of the same size."""
    sides = _join(_field(1, _field(2, "n")), *(_field(1, _field(1, size)) for size in sizes))
    return _join(_field(1, name), _field(2, _field(1, _join(_field(1, kind), _field(2, sides)))))


def _field(number: int, value: int | str | bytes) -> bytes:
    if isinstance(value, int):
        return _whole(number << 3) + _whole(value)
    data = value.encode() if isinstance(value, str) else value
    return _whole(number << 3 | 2) + _whole(len(data)) + data


def _whole(value: int) -> bytes:
    """Write a whole number, seven bits a byte, the lowest first."""
    data = bytearray()
    while value > 0x7F:
        data.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*data, value])


def _join(*fields: bytes) -> bytes:
    return b"".join(fields)
