"""What a small network makes of images in each of the eight orientations."""

from functools import cache
from pathlib import Path
from typing import TypeAlias

import numpy as np
from jaxtyping import Float32
from safetensors.numpy import load_file

from mnist_core.data.orientation.turns import TURNS, turn_upright
from mnist_core.ground.arrays import Images

WEIGHTS_PATH = Path(__file__).resolve().parent / "reader.safetensors"
"""The network's weights: `hidden1`, `hidden2` and `output`, each `.weight` and `.bias`."""

SIDE = 20
"""Pixels along an edge of what the network sees: the box of the ink and nothing around it."""

_INK = 0.35  # of the way from the least to the greatest value of an image: above is ink, below a soft edge
_LEAST_RANGE = 0.02  # of an image's values: less is a blank sheet, whose grain would be taken for ink

Inks: TypeAlias = Float32[np.ndarray, "n 20 20"]
"""The ink of images, as the network sees it."""

Readings: TypeAlias = Float32[np.ndarray, "n 8 10"]
"""For each image the probability that it lies in an orientation and is a digit, in the order of `TURNS`."""


def read_turned(inks: Inks) -> Readings:
    """Read images in all eight orientations at once.

    Parameters
    ----------
    inks : ndarray of shape (n, 20, 20), float32
        As `fit_ink` makes them.

    Returns
    -------
    ndarray of shape (n, 8, 10), float32
        Probabilities of an orientation and a digit; what lacks to 1 is that of being no digit.
    """
    scores = np.stack([_score(turn_upright(inks, turn)) for turn in TURNS], axis=1)
    # Being no digit has the score 0, so the others are measured against it.
    greatest = np.maximum(scores.max(axis=(1, 2), keepdims=True), 0)
    weights = np.exp(scores - greatest)
    readings: Readings = weights / (weights.sum(axis=(1, 2), keepdims=True) + np.exp(-greatest))
    return readings


def fit_ink(images: Images) -> Inks:
    """Scale the ink of each image into a box of 20 x 20 pixels.

    Paper becomes 0 and full ink 1. The longer side of the ink fills the box, and its middle is the box's
    middle, so that the size of the images and the place of the digits in them do not matter.

    Parameters
    ----------
    images : ndarray of shape (n, side, side), float32
        Ink bright on dark, any values; each with some ink (`has_ink`).

    Returns
    -------
    ndarray of shape (n, 20, 20), float32
        0.0 to 1.0.
    """
    least = images.min(axis=(1, 2), keepdims=True)
    spread = images.max(axis=(1, 2), keepdims=True) - least
    inks = (images - least) / np.maximum(spread, _LEAST_RANGE)
    is_ink = inks > _INK
    rows, columns = _find_extent(is_ink.any(axis=2)), _find_extent(is_ink.any(axis=1))
    longer = np.maximum(rows[1] - rows[0], columns[1] - columns[0])
    down, across = (_overlaps(images.shape[1], *extent, longer) for extent in (rows, columns))
    fitted: Inks = down @ inks @ across.swapaxes(1, 2)
    return fitted


def has_ink(images: Images) -> np.ndarray:
    """Say of each image whether there is anything on it: an array of shape (n,), bool."""
    is_inked: np.ndarray = np.ptp(images, axis=(1, 2)) >= _LEAST_RANGE
    return is_inked


def _find_extent(is_inked: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Find the first inked line of each image, and the one behind the last; as float32."""
    behind = is_inked.shape[1] - is_inked[:, ::-1].argmax(axis=1)
    return is_inked.argmax(axis=1).astype(np.float32), behind.astype(np.float32)


def _overlaps(side: int, first: np.ndarray, behind: np.ndarray, longer: np.ndarray) -> np.ndarray:
    """Compute the share of each line of the box (row) that each line of an image (column) covers."""
    lines = np.linspace(-0.5, 0.5, SIDE + 1, dtype=np.float32)
    edges = (first + behind)[:, None] / 2 + lines * longer[:, None]
    reached = np.clip(edges[:, :, None] - np.arange(side, dtype=np.float32), 0, 1)
    shares: np.ndarray = np.diff(reached, axis=1) * (SIDE / longer[:, None, None])
    return shares


def _score(inks: Inks) -> np.ndarray:
    """Compute how much each image, seen as it lies, looks like each upright digit."""
    weights = _load_weights()
    values = inks.reshape(len(inks), -1)
    for layer in ("hidden1", "hidden2"):
        values = np.maximum(values @ weights[f"{layer}.weight"].T + weights[f"{layer}.bias"], 0)
    scores: np.ndarray = values @ weights["output.weight"].T + weights["output.bias"]
    return scores


@cache
def _load_weights() -> dict[str, np.ndarray]:
    weights: dict[str, np.ndarray] = load_file(WEIGHTS_PATH)
    return weights
