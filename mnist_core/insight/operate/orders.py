"""Orders in which units are removed."""

from enum import StrEnum

import numpy as np
from jaxtyping import Int64

from mnist_core.ground.arrays import Activations, Labels, Logits
from mnist_core.insight.fields.layers import choose_images
from mnist_core.insight.operate.plain_weights import HIDDEN, Row, Weights, activate

_ROUNDS = 96  # of removal, each with a ranking anew
_MOST_PASSES = 10_000_000  # images x units that are tried: some seconds
_FEWEST, _MOST = 200, 10_000  # images

Ranks = Int64[np.ndarray, " _"]
"""Units of a layer, those that are removed last first."""


class Order(StrEnum):
    """By what units are ranked; the lowest are removed first."""

    IMPORTANCE = "importance"
    """How much the loss rises when the unit alone is switched off."""
    STEPWISE = "stepwise"
    """The same, ranked anew after each removal: a unit whose twin is gone becomes important."""
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
        A hidden one.
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


def rank_stepwise(weights: Weights, layer: str, means: Row, first: Activations, labels: Labels) -> Ranks:
    """Rank the units of a hidden layer by taking out one after the other the one that is missed least.

    Parameters
    ----------
    weights, layer, means, first, labels
        As for `rank_by_loss`; of a layer of more than 96 units several are taken out at once.
    """
    n_units = weights.count_units(layer)
    chosen = choose_images(len(labels), _count_images(n_units))
    first, labels = first[chosen], labels[chosen]
    place = HIDDEN.index(layer)
    values = weights.carry(first, HIDDEN[0], layer)
    sums = values @ weights.matrices[place + 1].T + weights.biases[place + 1]
    at_once, left, removed = -(-n_units // _ROUNDS), list(range(n_units)), list[int]()
    changes, outgoing = means - values, weights.read_outgoing(layer)
    while left:
        losses = [
            _loss_of_sums(weights, place, sums + np.outer(changes[:, unit], outgoing[:, unit]), labels)
            for unit in left
        ]
        least = [left[k] for k in np.argsort(losses, kind="stable")[:at_once]]
        sums = sums + changes[:, least] @ outgoing[:, least].T
        removed += least
        left = [unit for unit in left if unit not in least]
    return np.array(removed[::-1], dtype=np.int64)


def _count_images(n_units: int) -> int:
    n_passes = min(n_units, _ROUNDS) * n_units // 2
    return max(_FEWEST, min(_MOST, _MOST_PASSES // max(n_passes, 1)))


def _loss_of_sums(weights: Weights, place: int, sums: Activations, labels: Labels) -> float:
    """Return the loss from the sums of the layer behind a hidden one."""
    if place == len(weights.hidden) - 1:
        return _loss_of_logits(sums, labels)
    return _loss_of_logits(weights.finish(activate(weights.activation, sums), HIDDEN[place + 1]), labels)


def _hold_one(means: Row, unit: int) -> Row:
    held = np.full_like(means, np.nan)
    held[unit] = means[unit]
    return held


def _mean_loss(settled: Weights, first: Activations, labels: Labels) -> float:
    return _loss_of_logits(settled.finish(first), labels)


def _loss_of_logits(logits: Logits, labels: Labels) -> float:
    shifted = logits - logits.max(axis=1, keepdims=True)
    surprise = np.log(np.exp(shifted).sum(axis=1)) - shifted[np.arange(len(labels)), labels]
    return float(surprise.mean(dtype=np.float64))
