"""How well a network reads what is disturbed more and more."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mnist_core.ground.arrays import Images, Labels
from mnist_core.insight.evaluation import predict, wilson_interval
from mnist_core.insight.evaluation.disturbances import DISTURBANCES, NAMES, disturb_images
from mnist_core.network.architecture import MLP


@dataclass(frozen=True)
class Reached:
    """What a network reads at one level of a disturbance.

    Attributes
    ----------
    disturbance : str
        A key of `DISTURBANCES`.
    level : float
        Its level.
    n : int
        Images.
    accuracy, accuracy_from, accuracy_to : float
        The share read right, and its 95 % interval (Wilson's).
    """

    disturbance: str
    level: float
    n: int
    accuracy: float
    accuracy_from: float
    accuracy_to: float


def measure_robustness(
    network: MLP, images: Images, labels: Labels, names: Sequence[str] = NAMES, seed: int = 0
) -> list[Reached]:
    """Measure how well a network reads disturbed images, at each level of each disturbance.

    Networks that are given the same images and seed are shown the same disturbed images.

    Parameters
    ----------
    network : MLP
        A trained network.
    images : ndarray of shape (n, side, side), float32
        That it was not trained on; at least one.
    labels : ndarray of shape (n,), int64
        Their digits.
    names : sequence of str
        Keys of `DISTURBANCES`.
    seed : int
        Of what chance does to the images.
    """
    return [
        _measure(network, disturb_images(images, name, level, seed), labels, name, level)
        for name in names
        for level in DISTURBANCES[name].levels
    ]


def _measure(network: MLP, images: Images, labels: Labels, name: str, level: float) -> Reached:
    n_right = int(np.sum(predict(network, images).argmax(axis=1) == labels))
    n = len(labels)
    return Reached(name, level, n, n_right / n, *wilson_interval(n_right, n))
