"""A network as a browser runs it: what Python packs, and the script that draws strokes and reads them."""

import base64
import hashlib
from pathlib import Path
from typing import Any

from mnist_core.network.models import Model
from mnist_core.pens import SIDE

READING = Path(__file__).with_name("reading.js")
"""The script: a module without imports."""


def is_runnable(model: Model) -> bool:
    """Tell whether the browser can draw for a network and run it."""
    return model.info.side == SIDE


def pack_network(model: Model) -> dict[str, Any]:
    """Pack what the browser needs to run a network: widths, activation, temperature, and all weights."""
    network = model.network
    tensors = [tensor for layer in network.layers.values() for tensor in (layer.weight, layer.bias)]
    values = b"".join(tensor.detach().numpy().astype("<f4").tobytes() for tensor in tensors)
    facts = f"{network.activation} {model.info.temperature!r} {network.widths[1:]}"
    return {
        "name": hashlib.sha256(facts.encode() + values).hexdigest()[:16],
        "widths": network.widths,
        "activation": network.activation.value,
        "temperature": model.info.temperature,
        "values": base64.b64encode(values).decode(),
    }
