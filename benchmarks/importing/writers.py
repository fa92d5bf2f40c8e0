"""How people write the weights of a network."""

from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
from safetensors.numpy import save_file
from scipy.io import savemat

from benchmarks.importing.elsewhere import Elsewhere
from mnist_core.data.layouts import read_or_sample
from mnist_core.ground.onnx_messages import AttributeType, Message, NumberType, make_message
from mnist_core.network.candidate import Activation

Write = Callable[[Path, Elsewhere], None]
"""Writes a network to a file."""

_OPS = {Activation.SIGMOID: "Sigmoid", Activation.RELU: "Relu", Activation.TANH: "Tanh"}


def thetas(path: Path, net: Elsewhere) -> None:
    """Write Theta1, Theta2, ... with the bias as the first column, as a well-known course has them."""
    savemat(path, {f"Theta{n}": np.c_[bias, matrix] for n, matrix, bias in _number(net)})


def theta_columns(path: Path, net: Elsewhere) -> None:
    """Write the same with a column a unit."""
    savemat(path, {f"Theta{n}": np.c_[bias, matrix].T for n, matrix, bias in _number(net)})


def last_bias(path: Path, net: Elsewhere) -> None:
    """Write matrices whose last column is the bias."""
    np.savez(path, allow_pickle=False, **{f"w{n}": np.c_[matrix, bias] for n, matrix, bias in _number(net)})


def rows(path: Path, net: Elsewhere) -> None:
    """Write W1, b1, ... with a row a unit."""
    savemat(path, {name: value for n, matrix, bias in _number(net)
                   for name, value in ((f"W{n}", matrix), (f"b{n}", bias[:, None]))})  # fmt: skip


def columns(path: Path, net: Elsewhere) -> None:
    """Write W1, b1, ... with a column a unit, to .npz or .mat."""
    held = {name: value for n, matrix, bias in _number(net)
            for name, value in ((f"W{n}", matrix.T), (f"b{n}", bias))}  # fmt: skip
    np.savez(path, allow_pickle=False, **held) if path.suffix == ".npz" else savemat(path, held)


def unordered(path: Path, net: Elsewhere) -> None:
    """Write the output first, and the biases apart."""
    held = {f"bias_{n}": bias for n, _, bias in _number(net)}
    held |= {f"kernel_{n}": matrix.T for n, matrix, _ in reversed(_number(net))}
    np.savez(path, allow_pickle=False, **held)


def nameless(path: Path, net: Elsewhere) -> None:
    """Write what Keras' `get_weights` gives, without names."""
    np.savez(path, *[value for _, matrix, bias in _number(net) for value in (matrix.T, bias)])


def matlab_network(path: Path, net: Elsewhere) -> None:
    """Write IW, LW and b as a network of MATLAB's has them."""
    n = len(net.matrices)
    inputs, layers, biases = (np.empty(shape, dtype=object) for shape in ((n, 1), (n, n), (n, 1)))
    for cells in (inputs, layers, biases):
        cells.fill(np.zeros((0, 0)))
    inputs[0, 0] = net.matrices[0]
    for place in range(n):
        biases[place, 0] = net.biases[place][:, None]
        if place:
            layers[place, place - 1] = net.matrices[place]
    savemat(path, {"net": {"IW": inputs, "LW": layers, "b": biases, "name": "patternnet"}})


def sklearn_cells(path: Path, net: Elsewhere) -> None:
    """Write coefs_ and intercepts_ as cells."""
    n = len(net.matrices)
    coefs, intercepts = np.empty(n, dtype=object), np.empty(n, dtype=object)
    for place in range(n):
        coefs[place], intercepts[place] = net.matrices[place].T, net.biases[place]
    savemat(path, {"coefs_": coefs, "intercepts_": intercepts, "classes_": np.arange(10)})


def with_training(path: Path, net: Elsewhere) -> None:
    """Write the weights among what training keeps beside them, and the images."""
    held = {name: value for n, matrix, bias in _number(net) for name, value in (
        (f"W{n}", matrix), (f"b{n}", bias[:, None]),
        (f"dW{n}", matrix * 0.1), (f"db{n}", bias[:, None] * 0.1),
        (f"mW{n}", matrix * 0.01), (f"mb{n}", bias[:, None] * 0.01))}  # fmt: skip
    savemat(path, held | {"X": np.zeros((120, 784)), "y": np.zeros((120, 1)), "J_history": np.zeros((50, 1))})


def sequential(path: Path, net: Elsewhere) -> None:
    """Write torch's Linear layers of a Sequential."""
    save_file({name: np.ascontiguousarray(value) for n, matrix, bias in _number(net) for name, value in (
        (f"{2 * n - 1}.weight", matrix), (f"{2 * n - 1}.bias", bias))}, path)  # fmt: skip


def module(path: Path, net: Elsewhere) -> None:
    """Write torch's Linear layers under names."""
    names = [*(f"model.fc{n}" for n in range(1, len(net.matrices))), "model.out"]
    save_file({f"{name}.{kind}": np.ascontiguousarray(value)
               for name, (_, matrix, bias) in zip(names, _number(net), strict=True)
               for kind, value in (("weight", matrix), ("bias", bias))}, path)  # fmt: skip


def keras(path: Path, net: Elsewhere) -> None:
    """Write HDF5 as Keras did."""
    with h5py.File(path, "w") as file:
        for n, matrix, bias in _number(net):
            group = file.create_group(f"model_weights/dense_{n}/dense_{n}")
            group["kernel:0"], group["bias:0"] = matrix.T, bias


def gemm(path: Path, net: Elsewhere) -> None:
    """Write ONNX with Gemm, as torch exports it."""
    _write_onnx(path, net, _add_gemm, ["Flatten"])


def matmul(path: Path, net: Elsewhere) -> None:
    """Write ONNX with MatMul and Add, and softmax behind."""
    _write_onnx(path, net, _add_matmul, ["Reshape"], ends=["Softmax"])


def sigmoid_end(path: Path, net: Elsewhere) -> None:
    """Write ONNX with an activation behind the outputs."""
    _write_onnx(path, net, _add_gemm, [], ends=["Sigmoid"])


def with_scaling(path: Path, net: Elsewhere) -> None:
    """Write ONNX that divides its pixels itself: what it takes is 255 times as much as the network behind."""
    scaled = Elsewhere([net.matrices[0] * 255, *net.matrices[1:]], net.biases, net.activation, net.way)
    _write_onnx(path, scaled, _add_gemm, ["Div"])


def leaky(path: Path, net: Elsewhere) -> None:
    """Write ONNX with an activation that the lab has not."""
    _write_onnx(path, net, _add_gemm, ["Flatten"], activation="LeakyRelu")


def standardised(path: Path, net: Elsewhere) -> None:
    """Write a network that takes each pixel by a mean and a deviation of its own, without these."""
    pixels = read_or_sample().images.reshape(-1, 784)[::2]
    means, deviations = pixels.mean(axis=0), pixels.std(axis=0)
    deviations = np.where(deviations > 0, deviations, 1)
    first = net.matrices[0] * deviations
    biases = [net.biases[0] + net.matrices[0] @ means, *net.biases[1:]]
    columns(path, Elsewhere([first, *net.matrices[1:]], biases, net.activation, net.way))


def with_deviations(path: Path, net: Elsewhere) -> None:
    """Write such a network with its means and deviations."""
    rng = np.random.default_rng(0)
    means, deviations = rng.uniform(0, 0.5, 784), rng.uniform(0.1, 1, 784)
    matrices = [net.matrices[0] * deviations, *net.matrices[1:]]
    biases = [net.biases[0] + net.matrices[0] @ means, *net.biases[1:]]
    held = {name: value for n, matrix, bias in zip(range(1, 9), matrices, biases, strict=False)
            for name, value in ((f"W{n}", matrix), (f"b{n}", bias))}  # fmt: skip
    np.savez(path, allow_pickle=False, mu=means, sigma=deviations, **held)


def _number(net: Elsewhere) -> list[tuple[int, np.ndarray, np.ndarray]]:
    return [(n, *pair) for n, pair in enumerate(zip(net.matrices, net.biases, strict=True), start=1)]


class _Graph:
    """A graph that grows behind what it last gave."""

    def __init__(self) -> None:
        self.nodes: list[Message] = []
        self.constants: list[Message] = []
        self.last = "image"

    def add(self, op: str, *others: str, **settings: int) -> None:
        attributes = [make_message("Attribute", name=name, i=value, type=AttributeType.INT)
                      for name, value in settings.items()]  # fmt: skip
        given, self.last = [self.last, *others], f"{op}_{len(self.nodes)}"
        self.nodes.append(
            make_message("Node", op_type=op, input=given, output=[self.last], attribute=attributes)
        )

    def keep(self, values: np.ndarray) -> str:
        name = f"constant_{len(self.constants)}"
        kinds = {
            "f4": NumberType.FLOAT,
            "f8": NumberType.DOUBLE,
            "i8": NumberType.INT64,
            "f2": NumberType.FLOAT16,
        }
        content = np.ascontiguousarray(values).tobytes()
        kind = kinds[values.dtype.str[1:]]
        self.constants.append(
            make_message("Tensor", name=name, dims=values.shape, data_type=kind, raw_data=content)
        )
        return name


def _write_onnx(
    path: Path,
    net: Elsewhere,
    add_layer: Callable[[_Graph, np.ndarray, np.ndarray], None],
    begins: list[str],
    ends: list[str] | None = None,
    activation: str = "",
) -> None:
    graph, bend = _Graph(), activation or _OPS.get(net.activation, "")
    for op in begins:
        others = {"Div": np.array(255, dtype=net.matrices[0].dtype), "Reshape": np.array([-1, 784])}
        graph.add(op, *[graph.keep(others[op])] if op in others else [])
    for n, matrix, bias in _number(net):
        if n > 1 and bend:
            graph.add(bend)
        add_layer(graph, matrix, bias)
    for op in ends or []:
        graph.add(op)
    held = make_message(
        "Graph",
        node=graph.nodes,
        initializer=graph.constants,
        input=[make_message("ValueInfo", name="image")],
        output=[make_message("ValueInfo", name=graph.last)],
    )
    version = make_message("OperatorSet", domain="", version=17)
    model = make_message("Model", ir_version=8, producer_name="elsewhere", graph=held, opset_import=[version])
    path.write_bytes(model.SerializeToString())


def _add_gemm(graph: _Graph, matrix: np.ndarray, bias: np.ndarray) -> None:
    graph.add("Gemm", graph.keep(matrix), graph.keep(bias), transB=1)


def _add_matmul(graph: _Graph, matrix: np.ndarray, bias: np.ndarray) -> None:
    graph.add("MatMul", graph.keep(matrix.T))
    graph.add("Add", graph.keep(bias))
