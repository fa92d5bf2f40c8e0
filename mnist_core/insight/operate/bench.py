"""A network on the bench: what it read before anything was done, ready to be read again at once."""

from functools import cache

import numpy as np
from scipy.special import softmax

from mnist_core.ground.arrays import Activations, Columns, Images, Labels, Probabilities
from mnist_core.insight.evaluation import Evaluation, score
from mnist_core.insight.fields.layers import choose_images
from mnist_core.insight.fields.probe import Digits, Probe
from mnist_core.insight.operate.orders import Order, Ranks, rank_by_loss, rank_by_magnitude, rank_stepwise
from mnist_core.insight.operate.plain_weights import (
    Matrix,
    Passed,
    Row,
    Weights,
    activate,
    take_weights,
)
from mnist_core.network.architecture import FIRST, MLP

_MOST_PASSES = 1_000_000  # images x units that are switched off one by one: about a second
_FEWEST = 2_000
_MOST_IMAGES = 10_000


class Bench:
    """A network and the images that it is measured on.

    The activations of hidden 1 are kept: what leaves its incoming weights alone computes only what follows.

    Parameters
    ----------
    network : MLP
        As it was before anything is done to it.
    probe : Probe
        Mean activations and orders of removal are made from its first images, all else is measured on the
        others; up to 10,000 of each.
    temperature : float
        What logits are divided by before they become probabilities: the model's.
    """

    def __init__(self, network: MLP, probe: Probe, temperature: float = 1.0) -> None:
        self.original, self._temperature = take_weights(network), temperature
        self.test, self.words = _thin(probe.test, _MOST_IMAGES), probe.words
        self.is_unseen = probe.is_unseen
        self._columns = _flatten(self.test.images)
        self._first = self._activate_first(self.original)
        self._other: tuple[Matrix, Row, Activations] | None = None
        most = max(_FEWEST, _MOST_PASSES // max(map(len, self.original.held)))
        self._fit_labels, self._fit_first = self._read_fit(_thin(probe.fit, min(most, _MOST_IMAGES)))
        self._rank = cache(self._find_rank)  # an order is found once, when it is first asked for
        self.before = self.read(self.original)

    @property
    def n(self) -> int:
        """Count the images that everything is measured on."""
        return len(self.test.labels)

    def read(self, weights: Weights) -> Evaluation:
        """Measure how a network with these weights reads the images."""
        logits = weights.settle().finish(self._find_first(weights))
        return score(softmax(logits / self._temperature, axis=1), self.test.labels)

    def read_images(self, weights: Weights, images: Images) -> Probabilities:
        """Compute the probability of each digit for other images."""
        settled = weights.settle()
        first = activate(settled.activation, settled.first_sums(_flatten(images)))
        probabilities: Probabilities = softmax(settled.finish(first) / self._temperature, axis=1)
        return probabilities

    def count_right(self, weights: Weights) -> int:
        """Count the images that a network with these weights reads right; the quickest figure of it."""
        guesses = weights.settle().finish(self._find_first(weights)).argmax(axis=1)
        return int((guesses == self.test.labels).sum())

    def find_means(self, layer: str) -> Row:
        """Return the mean activation of each unit of a hidden layer before anything was done."""
        means: Row = self._read_fit_layer(layer).mean(axis=0, dtype=np.float64).astype(np.float32)
        return means

    def rank(self, layer: str, order: Order, seed: int = 0) -> Ranks:
        """Rank the units of a hidden layer, as it was before anything was done: the first is removed last.

        Parameters
        ----------
        layer : str
            One of the network's hidden layers.
        order : Order
            By what.
        seed : int
            Of the random order.
        """
        ranks: Ranks = self._rank(layer, order, seed if order is Order.RANDOM else 0)
        return ranks

    def _find_rank(self, layer: str, order: Order, seed: int) -> Ranks:
        if order is Order.RANDOM:
            return np.random.default_rng(seed).permutation(self.original.count_units(layer)).astype(np.int64)
        if order is Order.MAGNITUDE:
            return rank_by_magnitude(self.original, layer)
        rank = rank_stepwise if order is Order.STEPWISE else rank_by_loss
        return rank(self.original, layer, self.find_means(layer), self._fit_first, self._fit_labels)

    def _read_fit(self, fit: Digits) -> tuple[Labels, Activations]:
        sums = self.original.first_sums(_flatten(fit.images))
        return fit.labels, activate(self.original.activation, sums)

    def _read_fit_layer(self, layer: str) -> Passed:
        self.original.count_units(layer)  # refuses one that there is not
        return self.original.carry(self._fit_first, FIRST, layer)

    def _find_first(self, weights: Weights) -> Activations:
        """Find the activations of hidden 1: the kept ones, those computed last, or new ones."""
        matrix, bias = weights.matrices[0], weights.biases[0]
        if matrix is self.original.matrices[0] and bias is self.original.biases[0]:
            return self._first
        other = self._other
        if other is None or not (np.array_equal(other[0], matrix) and np.array_equal(other[1], bias)):
            other = (matrix, bias, self._activate_first(weights))
            self._other = other
        return other[2]

    def _activate_first(self, weights: Weights) -> Activations:
        return activate(weights.activation, weights.first_sums(self._columns))


def _thin(digits: Digits, most: int) -> Digits:
    chosen = choose_images(len(digits.labels), most)
    return Digits(digits.images[chosen], digits.labels[chosen])


def _flatten(images: Images) -> Columns:
    columns: Columns = np.ascontiguousarray(images, dtype=np.float32).reshape(len(images), -1)
    return columns
