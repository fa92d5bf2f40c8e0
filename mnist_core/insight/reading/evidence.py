"""Why a network reads a digit: the ink that decided, the units that fired, and what would change its mind."""

from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float32

from mnist_core.ground.arrays import Image, Images
from mnist_core.network.models import Model

_N_UNITS = 5

Signed = Float32[np.ndarray, "side side"]
"""A value for each pixel, of either sign."""


@dataclass(frozen=True, eq=False)
class Evidence:
    """Why a network prefers its first guess to its second.

    Attributes
    ----------
    ink : ndarray of shape (side, side), float32
        What the ink of each pixel adds to the logit of the first guess over that of the second, to first
        order: gradient times ink. Where it is positive, taking the ink away would lift the second guess.
    missing : ndarray of shape (side, side), float32
        What full ink in each pixel without any would add to the second guess over the first; at least 0.
    units : dict of str to list of (int, float)
        The most active units of each hidden layer and their activations, the strongest first.
    """

    ink: Signed
    missing: Image
    units: dict[str, list[tuple[int, float]]]


def find_evidence(model: Model, images: Images) -> list[Evidence]:
    """Find why a network reads images as it does.

    Parameters
    ----------
    model : Model
        One that reads images of this size.
    images : ndarray of shape (n, side, side), float32
        Ink, 0.0 to 1.0.

    References
    ----------
    Shrikumar, Greenside, Shcherbina and Kundaje, "Not just a black box: learning important features
    through propagating activation differences", 2016, for gradient times input.
    """
    pixels = torch.tensor(images, requires_grad=True)
    sums = model.network.pre_activations(pixels)
    best = sums["output"].topk(2, dim=1).values
    (gradients,) = torch.autograd.grad((best[:, 0] - best[:, 1]).sum(), pixels)
    slopes = gradients.numpy()
    missing = np.maximum(-slopes, 0.0) * (1.0 - images)
    hidden = model.network.hidden_names
    fired = {layer: model.network.activate(sums[layer]).detach().numpy() for layer in hidden}
    return [
        Evidence(slopes[i] * images[i], missing[i], {layer: _strongest(fired[layer][i]) for layer in hidden})
        for i in range(len(images))
    ]


def _strongest(activations: np.ndarray) -> list[tuple[int, float]]:
    order = np.argsort(-np.abs(activations), kind="stable")[:_N_UNITS]
    return [(int(unit), float(activations[unit])) for unit in order]
