"""A network for NumPy: its weights, and a script of 15 lines that reads images with them."""

import io

import numpy as np

from mnist_core.network.exporting.plain_layers import (
    list_classes,
    list_layers,
    name_function,
    say_input,
    say_title,
)
from mnist_core.network.models import Model

FORMULAS = {
    "sigmoid": "1 / (1 + np.exp(-x))",
    "relu": "np.maximum(x, 0)",
    "tanh": "np.tanh(x)",
    "linear": "x",
    "square": "x**2",
}
"""How each activation is written."""

_SCRIPT = """\
# {title}.
from pathlib import Path
import numpy as np
with np.load(Path(__file__).with_name({data!r})) as file:
    net = dict(file)
def read(images):
    \"\"\"Read images (n, {side}, {side}), 0 to 255 or 0.0 to 1., {how}: classes, probabilities, logits.\"\"\"
    x = np.asarray(images).reshape(-1, {pixels})
    x = x / 255 if x.dtype.kind in "iu" else x.astype(float)
    for number in range(1, {last}):
        x = x @ net[f"W{{number}}"].T.astype(float) + net[f"b{{number}}"]
        x = {formula}
    logits = x @ net["W{last}"].T.astype(float) + net["b{last}"]
    shares = np.exp((logits - logits.max(axis=1, keepdims=True)) / net["temperature"])
    return net["classes"][logits.argmax(axis=1)], shares / shares.sum(axis=1, keepdims=True), logits
"""


def write_numpy(model: Model, stem: str) -> dict[str, bytes]:
    """Write a `.npz` file with the weights, and a script beside it, which asks for NumPy alone."""
    data = f"{stem}.npz"
    script = _SCRIPT.format(
        title=say_title(model),
        how=say_input(model),
        side=model.info.side,
        pixels=model.info.side**2,
        data=data,
        last=len(model.network.layer_names),
        formula=FORMULAS[model.network.activation],
    )
    return {data: _write_arrays(model), f"{name_function(stem)}.py": script.encode()}


def _write_arrays(model: Model) -> bytes:
    arrays = {
        "classes": list_classes(model),
        "side": np.array(model.info.side),
        "temperature": np.array(model.info.temperature),
        "activation": np.array(model.network.activation.value),
    }
    for number, layer in enumerate(list_layers(model), start=1):
        arrays |= {f"W{number}": layer.weights, f"b{number}": layer.biases}
    file = io.BytesIO()
    np.savez_compressed(file, allow_pickle=False, **arrays)
    return file.getvalue()
