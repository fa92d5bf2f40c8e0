"""How well a network reads: accuracy, confusion, precision and recall, its surest mistakes."""

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import torch
from jaxtyping import Float64

from mnist_core.ground.arrays import (
    Activations,
    Confusion,
    Images,
    Indices,
    Inputs,
    Labels,
    Logits,
    Probabilities,
)
from mnist_core.ground.errors import DataError
from mnist_core.network.architecture import MLP

_BATCH = 2_000  # images at once: large enough for speed, small enough for any memory

PerDigit = Float64[np.ndarray, " classes"]
"""A share for each digit, 0 to 1; nan where it is undefined."""


@dataclass(frozen=True, eq=False)
class Evaluation:
    """What a network reads in a set of images.

    Attributes
    ----------
    n : int
        Images.
    accuracy : float
        Share read right, 0 to 1.
    confusion : ndarray of shape (classes, classes), int64
        Counts; rows are true digits, columns guesses.
    guesses : ndarray of shape (n,), int64
        The digit with the highest probability.
    probabilities : ndarray of shape (n, classes), float32
        Softmax outputs.
    """

    n: int
    accuracy: float
    confusion: Confusion
    guesses: Labels
    probabilities: Probabilities

    @property
    def n_right(self) -> int:
        """Count the images read right."""
        return int(np.trace(self.confusion))


def predict(
    network: MLP, images: Inputs, batch_size: int = _BATCH, temperature: float = 1.0
) -> Probabilities:
    """Compute the probability of each digit for each image.

    Parameters
    ----------
    network : MLP
        A trained network.
    images : ndarray of shape (n, side, side) or (n, pixels), float32
        Ink, 0.0 to 1.0; may be memory-mapped, as it is read a batch at a time.
    batch_size : int
        Images at once.
    temperature : float
        What the logits are divided by; a model has its own, see `answers.py`.

    Returns
    -------
    ndarray of shape (n, classes), float32
        Rows that sum to 1.

    Raises
    ------
    DataError
        If the images have another count of pixels than the network reads.
    """
    probabilities: Probabilities = torch.softmax(
        torch.from_numpy(read_logits(network, images, batch_size, temperature)), dim=1
    ).numpy()
    return probabilities


def read_logits(network: MLP, images: Inputs, batch_size: int = _BATCH, temperature: float = 1.0) -> Logits:
    """Compute the logit of each digit for each image: what softmax turns into probabilities.

    The parameters and what is raised are those of `predict`.

    Returns
    -------
    ndarray of shape (n, classes), float32
        A row an image.
    """
    _check_pixels(network, images)
    starts = range(0, len(images), batch_size)
    with torch.inference_mode():
        # torch.tensor copies: a memory-mapped array cannot be written, so torch would warn of sharing it
        logits = [network(torch.tensor(images[start : start + batch_size])) for start in starts]
        return (torch.cat(logits) / temperature).numpy()


def read_activations(network: MLP, layer: str, images: Images) -> Activations:
    """Compute the activation of each unit of a hidden layer.

    Parameters
    ----------
    network : MLP
        A trained network.
    layer : str
        `hidden1` or `hidden2`.
    images : ndarray of shape (n, side, side), float32
        Ink, 0.0 to 1.0; few, as they are shown to the network at once.

    Returns
    -------
    ndarray of shape (n, units), float32
        A row an image.

    Raises
    ------
    DataError
        If the images have another size than the network reads.
    """
    _check_pixels(network, images)
    with torch.inference_mode():
        activations: Activations = network.activate(
            network.pre_activations(torch.tensor(images))[layer]
        ).numpy()
    return activations


def evaluate(network: MLP, images: Images, labels: Labels, temperature: float = 1.0) -> Evaluation:
    """Measure how a network reads images whose digits are known.

    Parameters
    ----------
    network : MLP
        A trained network.
    images : ndarray of shape (n, side, side), float32
        Ink, 0.0 to 1.0.
    labels : ndarray of shape (n,), int64
        Their digits.
    temperature : float
        As in `predict`.

    Raises
    ------
    DataError
        If there are no images, or the network has no output for one of the digits.
    """
    n_classes = network.output.out_features
    if not len(images):
        raise DataError("An evaluation needs at least one image, but got none: choose other images.")
    if labels.min() < 0 or labels.max() >= n_classes:
        raise DataError(
            f"The network knows the digits 0 to {n_classes - 1}, but the labels go from {labels.min()} "
            f"to {labels.max()}: choose another data set or another model."
        )
    return score(predict(network, images, temperature=temperature), labels)


def score(probabilities: Probabilities, labels: Labels) -> Evaluation:
    """Score what was read against what is true.

    Parameters
    ----------
    probabilities : ndarray of shape (n, classes), float32
        Rows that sum to 1.
    labels : ndarray of shape (n,), int64
        The true digits, each below the number of classes.
    """
    n_classes = probabilities.shape[1]
    guesses = probabilities.argmax(axis=1).astype(np.int64)
    cells = np.bincount(labels * n_classes + guesses, minlength=n_classes**2).astype(np.int64)
    return Evaluation(
        n=len(labels),
        accuracy=float(np.mean(guesses == labels)),
        confusion=cells.reshape(n_classes, n_classes),
        guesses=guesses,
        probabilities=probabilities,
    )


@lru_cache(maxsize=4_096)  # scipy takes tenths of a millisecond, and pages ask for that of each model again
def wilson_interval(n_right: int, n: int, confidence: float = 0.95) -> tuple[float, float]:
    """Compute Wilson's score interval of a share.

    Parameters
    ----------
    n_right, n : int
        Successes and trials; n is at least 1.
    confidence : float
        Share of such intervals that hold the true value, between 0 and 1.

    Returns
    -------
    tuple of float
        Lower and upper bound, 0 to 1.

    References
    ----------
    Wilson, "Probable inference, the law of succession, and statistical inference", Journal of the
    American Statistical Association 22 (1927), 209-212.
    """
    from scipy.stats import binomtest  # noqa: PLC0415 - takes a second, and few commands ask for it

    low, high = binomtest(n_right, n).proportion_ci(confidence, method="wilson")
    return float(low), float(high)


def precision_recall(confusion: Confusion) -> tuple[PerDigit, PerDigit]:
    """Compute the precision and the recall of each digit.

    Parameters
    ----------
    confusion : ndarray of shape (classes, classes), int64
        Counts; rows are true digits, columns guesses.

    Returns
    -------
    precision : ndarray of shape (classes,), float64
        Of the images read as the digit, the share that are it; nan for a digit that was never read.
    recall : ndarray of shape (classes,), float64
        Of the images of the digit, the share read as it; nan for a digit without images.
    """
    right = np.diag(confusion).astype(np.float64)
    return _divide(right, confusion.sum(axis=0)), _divide(right, confusion.sum(axis=1))


def hardest_mistakes(evaluation: Evaluation, labels: Labels, count: int) -> Indices:
    """Find the images that were read wrong with the highest probability.

    Parameters
    ----------
    evaluation : Evaluation
        Of the images.
    labels : ndarray of shape (n,), int64
        Their digits.
    count : int
        How many at most.

    Returns
    -------
    ndarray of shape (k,), int64
        Positions among the evaluated images, the surest mistake first.
    """
    wrong = np.flatnonzero(evaluation.guesses != labels)
    surest = evaluation.probabilities[wrong].max(axis=1)
    return wrong[np.argsort(-surest, kind="stable")[:count]].astype(np.int64)


def _divide(counts: PerDigit, totals: Labels) -> PerDigit:
    shares: PerDigit = np.divide(counts, totals, out=np.full(len(counts), np.nan), where=totals > 0)
    return shares


def _check_pixels(network: MLP, images: Inputs) -> None:
    n_inputs, n_pixels = network.hidden1.in_features, math.prod(images.shape[1:])
    if n_pixels != n_inputs:
        wanted, side = math.isqrt(n_inputs), math.isqrt(n_pixels)
        raise DataError(
            f"The network reads images of {wanted} x {wanted} pixels, but these have {side} x {side}: "
            "choose another data set or another model."
        )
