"""Networks out of ONNX graphs as exporters write them: what stands before, between and behind the layers."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from mnist_core.ground.errors import ModelError
from mnist_core.ground.onnx_messages import AttributeType, Message, NumberType, make_message
from mnist_core.insight.imported.weights_file import read_chains


def tensor(name: str, values: np.ndarray) -> Message:
    values = np.asarray(values, dtype=np.float32)
    kind, content = NumberType.FLOAT, values.tobytes()
    return make_message("Tensor", name=name, dims=values.shape, data_type=kind, raw_data=content)


def node(op: str, given: str, made: str, domain: str = "", **settings: list[float]) -> Message:
    attributes = [
        make_message("Attribute", name=name, floats=values, type=AttributeType.FLOATS)
        for name, values in settings.items()
    ]
    words = given.split()
    return make_message("Node", op_type=op, input=words, output=[made], attribute=attributes, domain=domain)


def write_onnx(path: Path, nodes: list[Message], constants: Mapping[str, np.ndarray]) -> Path:
    graph = make_message(
        "Graph",
        node=nodes,
        initializer=[tensor(name, values) for name, values in constants.items()],
        input=[make_message("ValueInfo", name="x")],
        output=[make_message("ValueInfo", name="y")],
    )
    version = make_message("OperatorSet", domain="", version=17)
    model = make_message(
        "Model", ir_version=8, producer_name="elsewhere", graph=graph, opset_import=[version]
    )
    path.write_bytes(model.SerializeToString())
    return path


RELU = ({"low": np.array(0.0)}, "Clip", "h low"), ({"low": np.array(0.0)}, "Max", "h low")


@pytest.mark.parametrize(("more", "op", "given"), RELU)
def test_what_cuts_off_below_0_is_a_relu(
    more: dict[str, np.ndarray], op: str, given: str, tmp_path: Path
) -> None:
    layers = {"W": np.ones((784, 5)), "V": np.ones((5, 10))}
    nodes = [node("MatMul", "x W", "h"), node(op, given, "r"), node("MatMul", "r V", "y")]
    (chain,) = read_chains(write_onnx(tmp_path / "net.onnx", nodes, layers | more), "net.onnx")

    assert chain.activation == "relu"


def test_a_scaler_and_turned_axes_stand_before_the_first_layer(tmp_path: Path) -> None:
    nodes = [
        node("Transpose", "x", "t", perm=[0, 2, 3, 1]),
        node("Scaler", "t", "s", "ai.onnx.ml", offset=[0.5], scale=[4.0]),
        node("MatMul", "s W", "h"),
        node("Tanh", "h", "r"),
        node("MatMul", "r V", "y"),
    ]
    path = write_onnx(tmp_path / "net.onnx", nodes, {"W": np.ones((784, 5)), "V": np.ones((5, 10))})
    (chain,) = read_chains(path, "net.onnx")

    assert chain.scales_pixels
    assert (chain.matrices[0] == 4).all()
    assert (chain.biases[0] == -2 * 784).all()


@pytest.mark.parametrize(
    ("constants", "words"),
    [
        ({"W": np.ones((784, 5))}, "its MatMul takes some that are not in the file"),
        ({"W": np.ones((784, 5)), "V": np.ones((5, 10)), "f": np.zeros(1)}, "NaN or infinity"),
        ({"W": np.ones((784, 5)), "V": np.ones((5, 10)), "f": np.ones(7)}, "has 7 factors"),
    ],
)
def test_a_graph_whose_numbers_do_not_fit_is_refused_in_a_sentence(
    constants: dict[str, np.ndarray], words: str, tmp_path: Path
) -> None:
    nodes = [node("MatMul", "x W", "h"), node("Tanh", "h", "r"), node("MatMul", "r V", "y")]
    nodes += [node("Div", "y f", "z")] if "f" in constants else []
    path = write_onnx(tmp_path / "net.onnx", nodes, constants)

    with pytest.raises(ModelError, match=words):
        read_chains(path, "net.onnx")
