"""The way of one image through a network: which units speak most for what is read, and what drove them."""

from dataclasses import dataclass

import numpy as np

from mnist_core.ground.arrays import Image
from mnist_core.insight.fields.layers import read_weights
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
    links : dict of str to tuple of Link
        From units of each hidden layer to those of the next that were kept, the strongest first for each;
        from the last to the guess. `hidden1` first.
    activations : dict of str to dict of int to float
        Of the units of each hidden layer that the links begin at.
    """

    guess: int
    links: dict[str, tuple[Link, ...]]
    activations: dict[str, dict[int, float]]


def trace_image(network: MLP, image: Image, n: int = 4, n_sources: int = 3) -> Trace:
    """Find the strongest way of an image through a network.

    Of the guess's logit, a sum over the units of the last hidden layer, the n greatest terms are kept; of the
    sum of each of those units the greatest terms that drove it to its side of zero, and so on down to
    hidden 1. Biases are no unit's.

    Parameters
    ----------
    network : MLP
        A trained network.
    image : ndarray of shape (side, side), float32
        Of the size that it reads.
    n : int
        Units of the last hidden layer.
    n_sources : int
        Units of the layer below for each of them.
    """
    stages = {stage: values[0] for stage, values in read_stages(network, image[None]).items()}
    guess = int(stages["output"].argmax())
    found: dict[str, tuple[Link, ...]] = {}
    above, targets = "output", [guess]
    for layer in reversed(network.hidden_names):
        weights, links = read_weights(network, above), list[Link]()
        for target in targets:
            side = 1.0 if above == "output" or stages[above][target] >= 0 else -1.0
            driven = side * weights[target] * stages[layer]
            most = n if above == "output" else n_sources
            links += [Link(unit, target, float(driven[unit])) for unit in _greatest(driven, most)]
        found[layer] = tuple(links)
        above, targets = layer, list(dict.fromkeys(link.source for link in links))
    activations = {
        layer: {link.source: float(stages[layer][link.source]) for link in links}
        for layer, links in found.items()
    }
    return Trace(guess, dict(reversed(found.items())), activations)


def _greatest(values: np.ndarray, n: int) -> list[int]:
    order = np.argsort(-values, kind="stable")[:n]
    return [int(unit) for unit in order if values[unit] > 0]
