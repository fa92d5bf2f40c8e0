"""What all formats say of a network: its layers as arrays, a title, and how an image is made."""

import re
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32

from mnist_core.network.models import Model
from mnist_core.pens import SIDE

_MOST_LETTERS = 50  # of a name in MATLAB: it ignores what goes beyond 63


@dataclass(frozen=True, eq=False)
class PlainLayer:
    """A layer as arrays.

    Attributes
    ----------
    weights : ndarray of shape (units, inputs), float32
        A row a unit; of the first layer, pixels row by row of an upright image.
    biases : ndarray of shape (units,), float32
        One a unit.
    """

    weights: Float32[np.ndarray, "units inputs"]
    biases: Float32[np.ndarray, " units"]


def list_layers(model: Model) -> list[PlainLayer]:
    """List the layers of a network, the output last."""
    return [
        PlainLayer(layer.weight.detach().numpy(), layer.bias.detach().numpy())
        for layer in model.network.layers.values()
    ]


def list_classes(model: Model) -> np.ndarray:
    """List the classes: as numbers where all are, so that a guess can be compared with labels."""
    names = model.info.class_names
    if all(name.isascii() and name.isdigit() and name == str(int(name)) for name in names):
        return np.array([int(name) for name in names])
    return np.array(names)


def say_title(model: Model) -> str:
    """Say in one line which network it is."""
    widths = "-".join(map(str, model.network.widths))
    info = model.info
    title = (
        f"{model.name}: a {widths} perceptron, {model.network.activation.value} behind its hidden layers; "
        f"it reads {info.test.accuracy:.2%} of {info.test_words}"
    )
    return " ".join(title.split())  # names of models and files may hold line breaks


def say_input(model: Model) -> str:
    """Say how an image must look for the network to read it."""
    centred = ", centred by its mass as in MNIST" if model.info.side == SIDE else ""
    return f"upright, ink bright on dark{centred}"


def name_function(stem: str) -> str:
    """Name a function after a file, so that no language has one of that name."""
    return "read_" + re.sub(r"\W", "_", stem, flags=re.ASCII)[:_MOST_LETTERS]
