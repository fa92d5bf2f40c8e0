"""A network as ONNX: a graph that any runtime carries out."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from mnist_core.ground.onnx_messages import AttributeType, Message, NumberType, make_message
from mnist_core.network.exporting.plain_layers import list_layers, say_input, say_title
from mnist_core.network.models import Model

_OPSET = 13  # of 2020: what runs ONNX at all knows it
_IR_VERSION = 7  # the one of that time

OPERATORS = {
    "sigmoid": ("Sigmoid", 1),
    "relu": ("Relu", 1),
    "tanh": ("Tanh", 1),
    "linear": ("Identity", 1),
    "square": ("Mul", 2),
}
"""The operator of each activation, and how often it takes the sums."""

_INPUTS = {
    NumberType.FLOAT: ("images_float32_0_to_1", "float32 from 0 to 1", 1.0),
    NumberType.UINT8: ("images_uint8_0_to_255", "bytes from 0 to 255", 255.0),
}
"""What an input is called, how its pixels are told, and what full ink is."""


def write_onnx(model: Model, stem: str) -> dict[str, bytes]:
    """Write a network whose images are floats from 0 to 1.

    It sums in double precision: in single, logits of 100, as `models/robust` has them, are rounded by more
    than 1e-5, and differ with the number of images.
    """
    return {f"{stem}.onnx": _write_model(model, NumberType.FLOAT)}


def write_onnx_of_bytes(model: Model, stem: str) -> dict[str, bytes]:
    """Write a network whose images are bytes from 0 to 255."""
    return {f"{stem}.onnx": _write_model(model, NumberType.UINT8)}


def _write_model(model: Model, kind: NumberType) -> bytes:
    side = model.info.side
    facts = {
        "classes": json.dumps(model.info.class_names),
        "side": str(side),
        "input": f"n images of {side} x {side} pixels, {_INPUTS[kind][1]}: {say_input(model)}",
        "temperature": repr(model.info.temperature),
    }
    made = make_message(
        "Model",
        ir_version=_IR_VERSION,
        producer_name="MNIST Lab",
        doc_string=say_title(model),
        graph=_make_graph(model, kind),
        opset_import=[make_message("OperatorSet", domain="", version=_OPSET)],
        metadata_props=[make_message("Entry", key=key, value=words) for key, words in facts.items()],
    )
    data: bytes = made.SerializeToString(deterministic=True)
    return data


def _make_graph(model: Model, kind: NumberType) -> Message:
    name, _, full = _INPUTS[kind]
    side, outputs = model.info.side, ("logits", "probabilities")
    return make_message(
        "Graph",
        name="perceptron",
        input=[_make_value(name, kind, side, side)],
        initializer=[
            _make_tensor("full", np.array(full)),
            *_hold_weights(model),
            _make_tensor("temperature", np.array(model.info.temperature)),
        ],
        node=[*_begin(name), *_sum_up(model), *_end()],
        output=[_make_value(one, NumberType.FLOAT, model.info.n_classes) for one in outputs],
    )


def _hold_weights(model: Model) -> Iterator[Message]:
    for name, layer in zip(model.network.layer_names, list_layers(model), strict=True):
        yield _make_tensor(f"{name}.weights", layer.weights)
        yield _make_tensor(f"{name}.biases", layer.biases)


def _begin(given: str) -> Iterator[Message]:
    yield _make_node("Cast", [given], "numbers", to=NumberType.DOUBLE)
    yield _make_node("Div", ["numbers", "full"], "ink")
    yield _make_node("Flatten", ["ink"], "pixels", axis=1)


def _sum_up(model: Model) -> Iterator[Message]:
    (operator, n_inputs), passed = OPERATORS[model.network.activation], "pixels"
    for name in model.network.layer_names:
        if passed != "pixels":
            yield _make_node(operator, [passed] * n_inputs, passed := passed.replace("sums", "values"))
        for what in ("weights", "biases"):
            yield _make_node("Cast", [f"{name}.{what}"], f"{name}.{what}.double", to=NumberType.DOUBLE)
        inputs = [passed, f"{name}.weights.double", f"{name}.biases.double"]
        yield _make_node("Gemm", inputs, passed := f"{name}.sums", transB=1)


def _end() -> Iterator[Message]:
    yield _make_node("Cast", ["output.sums"], "logits", to=NumberType.FLOAT)
    yield _make_node("Div", ["output.sums", "temperature"], "tempered")
    yield _make_node("Softmax", ["tempered"], "shares", axis=1)
    yield _make_node("Cast", ["shares"], "probabilities", to=NumberType.FLOAT)


def _make_node(operator: str, inputs: Iterable[str], output: str, **attributes: int) -> Message:
    told = [
        make_message("Attribute", name=name, i=value, type=AttributeType.INT)
        for name, value in attributes.items()
    ]
    return make_message("Node", op_type=operator, input=inputs, output=[output], attribute=told)


def _make_tensor(name: str, array: np.ndarray) -> Message:
    kind, form = (NumberType.FLOAT, "<f4") if array.dtype == np.float32 else (NumberType.DOUBLE, "<f8")
    data = array.astype(form).tobytes()
    return make_message("Tensor", name=name, data_type=kind, dims=array.shape, raw_data=data)


def _make_value(name: str, kind: NumberType, *sizes: int) -> Message:
    """Describe what goes in or out: a batch of any number `n`, each of the same size."""
    sides: list[dict[str, Any]] = [{"dim_param": "n"}, *({"dim_value": size} for size in sizes)]
    shape = make_message("Shape", dim=[make_message("Dimension", **one) for one in sides])
    tensor = make_message("TensorType", elem_type=kind, shape=shape)
    return make_message("ValueInfo", name=name, type=make_message("Type", tensor_type=tensor))
