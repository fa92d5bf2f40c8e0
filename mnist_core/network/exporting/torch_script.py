"""A network for torch: a module and its weights as one script, as a pickle would run what its maker wrote."""

import textwrap

from mnist_core.ground.errors import ModelError
from mnist_core.network.exporting.plain_layers import say_input, say_title
from mnist_core.network.in_browser import pack_network
from mnist_core.network.models import Model

FORMULAS = {
    "sigmoid": "torch.sigmoid(x)",
    "relu": "torch.relu(x)",
    "tanh": "torch.tanh(x)",
    "linear": "x",
    "square": "torch.square(x)",
}
"""How each activation is written."""

_IMPORTED = ("base64", "torch")

_SCRIPT = '''\
# {title}.
# Needs torch alone: `from {stem} import network, CLASSES`, then `network(images)` gives the logits, and
# `(network(images) / TEMPERATURE).softmax(1)` the probabilities. Images: (n, {side}, {side}), float32 from
# 0 to 1: {how}.
# The weights below are little-endian float32 in base64, layer by layer: weights, a row a unit, then biases.
import base64

import torch
from torch import nn

CLASSES = {classes!r}
TEMPERATURE = {temperature!r}
WIDTHS = {widths!r}


class Network(nn.Module):
    """The network; its layers are `network.layers`."""

    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList(nn.Linear(*widths) for widths in zip(WIDTHS, WIDTHS[1:]))

    def forward(self, images):
        x = images.flatten(1)
        for layer in self.layers[:-1]:
            x = layer(x)
            x = {formula}
        return self.layers[-1](x)


def load():
    """Build the network with its weights."""
    network = Network()
    numbers = torch.frombuffer(bytearray(base64.b64decode(WEIGHTS)), dtype=torch.float32)
    parameters = list(network.parameters())
    for parameter, values in zip(parameters, numbers.split([one.numel() for one in parameters])):
        parameter.data = values.view_as(parameter).clone()
    return network.eval()


WEIGHTS = """
{weights}
"""

network = load()
'''


def write_torch(model: Model, stem: str) -> dict[str, bytes]:
    """Write a script that holds the weights as text and builds the network of them.

    Raises
    ------
    ModelError
        If it would be imported in the place of what it needs.
    """
    if stem in _IMPORTED:
        raise ModelError(
            f"A script needs {stem} itself, which one called {stem}.py would hide: name another."
        )
    script = _SCRIPT.format(
        title=say_title(model),
        stem=stem if stem.isidentifier() else "this_file",
        side=model.info.side,
        how=say_input(model),
        classes=model.info.class_names,
        temperature=model.info.temperature,
        widths=model.network.widths,
        formula=FORMULAS[model.network.activation],
        weights="\n".join(textwrap.wrap(pack_network(model)["values"], 120)),
    )
    return {f"{stem}.py": script.encode()}
