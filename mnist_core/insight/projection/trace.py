"""The way of one image through a network: which units speak most for what is read, and what drove them."""

from dataclasses import dataclass

import numpy as np

from mnist_core.ground.arrays import Image
from mnist_core.insight.projection.map_images import read_stages
from mnist_core.network.architecture import MLP


@dataclass(frozen=True)
class Link:
    """What one unit gives to the sum of another.

    Attributes
    ----------
    source, target : int
        The units, in their layers.
    share : float
        Activation times weight, signed so that above zero it speaks for what is read.
    """

    source: int
    target: int
    share: float


@dataclass(frozen=True)
class Trace:
    """The strongest way through a network.

    Attributes
    ----------
    guess : int
        What is read: the unit of the output with the highest logit.
    hidden2 : tuple of Link
        From units of hidden 2 to the guess, the strongest first.
    hidden1 : tuple of Link
        From units of hidden 1 to those of hidden 2, the strongest first for each.
    activations : dict of str to dict of int to float
        Of the units of either hidden layer that the links begin at.
    """

    guess: int
    hidden2: tuple[Link, ...]
    hidden1: tuple[Link, ...]
    activations: dict[str, dict[int, float]]


def trace_image(network: MLP, image: Image, n: int = 4, n_sources: int = 3) -> Trace:
    """Find the strongest way of an image through a network.

    Of the guess's logit, a sum over the units of hidden 2, the n greatest terms are kept; of the sum of each
    of those units the greatest terms that drove it to its side of zero. Biases are no unit's.

    Parameters
    ----------
    network : MLP
        A trained network.
    image : ndarray of shape (side, side), float32
        Of the size that it reads.
    n : int
        Units of hidden 2.
    n_sources : int
        Units of hidden 1 for each of them.
    """
    stages = {stage: values[0] for stage, values in read_stages(network, image[None]).items()}
    weights = {name: getattr(network, name).weight.detach().numpy() for name in ("hidden2", "output")}
    guess = int(stages["output"].argmax())
    to_guess = weights["output"][guess] * stages["hidden2"]
    last = [Link(unit, guess, float(to_guess[unit])) for unit in _greatest(to_guess, n)]
    first = []
    for link in last:
        side = 1.0 if stages["hidden2"][link.source] >= 0 else -1.0
        driven = side * weights["hidden2"][link.source] * stages["hidden1"]
        first += [Link(unit, link.source, float(driven[unit])) for unit in _greatest(driven, n_sources)]
    activations = {
        layer: {link.source: float(stages[layer][link.source]) for link in links}
        for layer, links in (("hidden1", first), ("hidden2", last))
    }
    return Trace(guess, tuple(last), tuple(first), activations)


def _greatest(values: np.ndarray, n: int) -> list[int]:
    order = np.argsort(-values, kind="stable")[:n]
    return [int(unit) for unit in order if values[unit] > 0]
