"""A network for MATLAB and Octave: its weights, and a function that reads images with them."""

import io
from typing import Any, cast

import numpy as np
from jaxtyping import Float32

from mnist_core.network.exporting.plain_layers import (
    list_classes,
    list_layers,
    name_function,
    say_input,
    say_title,
)
from mnist_core.network.models import Model

FORMULAS = {
    "sigmoid": "1 ./ (1 + exp(-x))",
    "relu": "max(x, 0)",
    "tanh": "tanh(x)",
    "linear": "x",
    "square": "x .^ 2",
}
"""How each activation is written."""

_GUESS_OF_BYTES = "cellfun(@(name) native2unicode(name, 'UTF-8'), net.classes(place), 'UniformOutput', false)"

_FUNCTION = """\
function [guess, probabilities, logits] = {function}(images)
% {capitals}  Read images by a network that MNIST Lab has trained.
%   {title}.
%
%   images: {side} x {side}, or {side} x {side} x n for n of them, as imread gives and imshow shows them:
%   {how}; uint8 to 255, or numbers to 1.
%   guess: the class of each image. probabilities, logits: {classes} x n.
%
%   MATLAB counts the pixels of a matrix down its columns, and so does the file: W1(k, :) belongs to
%   image(:), and reshape(W1(k, :), {side}, {side}) is upright. MNIST's own files count along the rows: there,
%   of a row of {pixels} numbers, reshape(row, {side}, {side})' is the image.
net = load(fullfile(fileparts(mfilename('fullpath')), '{data}'), '-mat');
x = double(reshape(images, {pixels}, []));
if isinteger(images), x = x / 255; end
{lines}
logits = x;
shares = exp((logits - max(logits, [], 1)) / net.temperature);
probabilities = shares ./ sum(shares, 1);
[~, place] = max(logits, [], 1);
guess = {guess};
end
"""


def write_matlab(model: Model, stem: str) -> dict[str, bytes]:
    """Write a `.mat` file with the weights, and a `.m` file with a function named after it.

    The pixels of the weights are in the order of MATLAB, down the columns of an image.
    """
    data, function = f"{stem}.mat", name_function(stem)
    return {data: _write_weights(model), f"{function}.m": _write_function(model, function, data).encode()}


def _write_weights(model: Model) -> bytes:
    variables: dict[str, Any] = {
        "classes": _write_classes(model),
        "side": float(model.info.side),
        "temperature": model.info.temperature,
        "activation": model.network.activation.value,
        "about": say_title(model),
    }
    for number, layer in enumerate(list_layers(model), start=1):
        weights = layer.weights if number > 1 else _turn_pixels(layer.weights, model.info.side)
        variables |= {f"W{number}": weights, f"b{number}": layer.biases[:, None]}
    from scipy.io import savemat  # noqa: PLC0415 - a tenth of a second, for few

    file = io.BytesIO()
    savemat(cast(Any, file), variables, do_compression=True)
    return file.getvalue()


def _turn_pixels(
    weights: Float32[np.ndarray, "units pixels"], side: int
) -> Float32[np.ndarray, "units pixels"]:
    return weights.reshape(-1, side, side).swapaxes(1, 2).reshape(len(weights), -1)


def _write_classes(model: Model) -> np.ndarray:
    """Write numbers as such, and names as cells: of text, or of bytes where Octave would cut the text."""
    classes = list_classes(model)
    if classes.dtype.kind != "U":
        return classes[None].astype(float)
    cells = np.empty((1, len(classes)), dtype=object)
    cells[0] = classes if _is_ascii(model) else [np.frombuffer(name.encode(), np.uint8) for name in classes]
    return cells


def _is_ascii(model: Model) -> bool:
    return all(name.isascii() for name in model.info.class_names)


def _write_function(model: Model, function: str, data: str) -> str:
    formula = FORMULAS[model.network.activation]
    last = len(model.network.layer_names)
    lines = []
    for number in range(1, last + 1):
        bent = f" x = {formula};" if number < last else ""
        lines.append(f"x = double(net.W{number}) * x + double(net.b{number});{bent}")
    return _FUNCTION.format(
        function=function,
        capitals=function.upper(),
        title=say_title(model),
        how=say_input(model),
        side=model.info.side,
        pixels=model.info.side**2,
        classes=model.info.n_classes,
        data=data.replace("'", "''"),
        guess="net.classes(place)" if _is_ascii(model) else _GUESS_OF_BYTES,
        lines="\n".join(lines),
    )
