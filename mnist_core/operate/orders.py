"""Orders in which units are removed."""

from enum import StrEnum

import numpy as np
from jaxtyping import Int64

from mnist_core.arrays import Activations, Labels
from mnist_core.operate.weights import Row, Weights

Ranks = Int64[np.ndarray, " _"]
"""Units of a layer, those that are removed last first."""


class Order(StrEnum):
    """By what units are ranked; the lowest are removed first."""

    IMPORTANCE = "importance"
    """How much the loss rises when the unit alone is switched off."""
    MAGNITUDE = "magnitude"
    """The length of the vector of its outgoing weights."""
    RANDOM = "random"


def rank_by_magnitude(weights: Weights, layer: str) -> Ranks:
    """Rank the units of a hidden layer by the length of their outgoing weights, the longest first."""
    lengths = np.linalg.norm(weights.read_outgoing(layer).astype(np.float64), axis=0)
    return np.argsort(-lengths, kind="stable").astype(np.int64)


def rank_by_loss(weights: Weights, layer: str, means: Row, first: Activations, labels: Labels) -> Ranks:
    """Rank the units of a hidden layer by how much the loss rises without each, the most first.

    The loss, not the accuracy: that of images trained on hardly falls for one unit, so most would tie.

    Parameters
    ----------
    weights : Weights
        All units switched on.
    layer : str
        `hidden1` or `hidden2`.
    means : ndarray of shape (units,), float32
        What a unit is held at while it is switched off.
    first : ndarray of shape (n, hidden1), float32
        Activations of hidden 1, an image a row.
    labels : ndarray of shape (n,), int64
        Their digits.
    """
    losses = [
        _mean_loss(weights.with_held(layer, _hold_one(means, unit)).settle(), first, labels)
        for unit in range(weights.count_units(layer))
    ]
    return np.argsort(-np.array(losses), kind="stable").astype(np.int64)


def _hold_one(means: Row, unit: int) -> Row:
    held = np.full_like(means, np.nan)
    held[unit] = means[unit]
    return held


def _mean_loss(settled: Weights, first: Activations, labels: Labels) -> float:
    logits = settled.finish(first)
    shifted = logits - logits.max(axis=1, keepdims=True)
    surprise = np.log(np.exp(shifted).sum(axis=1)) - shifted[np.arange(len(labels)), labels]
    return float(surprise.mean(dtype=np.float64))
