"""What the units of a live training look for, epoch by epoch, as small pictures."""

import math

import numpy as np
from jaxtyping import Int8

from mnist_core.ground.arrays import Fields
from mnist_core.network.architecture import LAYERS
from mnist_core.training.live.frames import Frame

MOST_FRAMES = 120
"""Of a film; of more epochs every other is shown, then every fourth, and so on."""

MOST_UNITS = 96
"""Pictures of a layer; of a wider one the first are shown."""

_STRONGEST = 127

Pictures = Int8[np.ndarray, "units side side"]
"""Fields, each scaled by its own greatest weight to -127 .. 127; zero stays zero."""


def choose_epochs(last: int) -> list[int]:
    """Choose the epochs that a film shows: all, or every so many and the last."""
    step = 1
    while last > step * MOST_FRAMES:
        step *= 2
    return sorted({*range(0, last + 1, step), last}) if last >= 0 else []


def draw_fields(frame: Frame, layer: str) -> Fields:
    """Compute the products of the weights that lead to a layer, as `fields.receptive_fields` does.

    Parameters
    ----------
    frame : Frame
        Of an epoch; its weights are rounded to three digits.
    layer : str
        One of the network's.

    Returns
    -------
    ndarray of shape (units, side, side), float32
        Upright. What a training that has burst turned to nan is 0.
    """
    product = frame.weights[f"{layer}.weight"].astype(np.float32)
    for below in reversed(
        [name for name in LAYERS[: LAYERS.index(layer)] if f"{name}.weight" in frame.weights]
    ):
        product = product @ frame.weights[f"{below}.weight"].astype(np.float32)
    side = math.isqrt(product.shape[1])
    fields: Fields = np.nan_to_num(product).reshape(-1, side, side)
    return fields


def quantise_fields(fields: Fields) -> Pictures:
    """Scale each field by its own greatest weight to whole numbers from -127 to 127."""
    greatest = np.abs(fields).max(axis=(1, 2), keepdims=True)
    scaled = np.divide(fields, greatest, out=np.zeros_like(fields), where=greatest > 0)
    pictures: Pictures = np.round(scaled * _STRONGEST).astype(np.int8)
    return pictures
