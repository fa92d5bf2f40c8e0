"""Activation maximisation: images that drive a unit as far as an image that looks real can."""

import math
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float32
from scipy import linalg

from mnist_core.ground.arrays import Fields, Images
from mnist_core.insight.fields.layers import count_units
from mnist_core.network.architecture import MLP

N_COMPONENTS = 30  # principal components that an image is made of; more make pictures of patches
TYPICAL = 1.0  # strength of the prior: an image is no stranger than a typical one

_STEPS = 120
_RATE = 0.3


@dataclass(frozen=True, eq=False)
class Prior:
    """What images look like: a Gaussian along the principal components of real ones.

    Attributes
    ----------
    mean : ndarray of shape (pixels,), float32
        The mean image.
    components : ndarray of shape (components, pixels), float32
        Directions in which images differ most, each as long as a standard deviation.
    """

    mean: Float32[np.ndarray, " pixels"]
    components: Float32[np.ndarray, "components pixels"]


def learn_prior(images: Images, n_components: int = N_COMPONENTS) -> Prior:
    """Learn from images what images look like."""
    pixels = images.reshape(len(images), -1)
    mean = pixels.mean(axis=0)
    centred = pixels - mean
    covariance = (centred.T @ centred).astype(np.float64) / len(pixels)
    last, first = len(covariance) - 1, len(covariance) - min(n_components, len(pixels) - 1)
    variances, directions = linalg.eigh(covariance, subset_by_index=(first, last))
    return Prior(mean, (directions * np.sqrt(variances.clip(min=0))).T.astype(np.float32))


def maximise_units(network: MLP, layer: str, prior: Prior, typical: float = TYPICAL) -> Fields:
    """Make, for each unit, the image that drives it most among those that the prior allows.

    An image is the mean image plus a step along each principal component. In standard deviations, steps of
    real images have a length of about the square root of the number of components; a longer one is not
    allowed. Gradient ascent starts from the mean image, so the result is always the same.

    Parameters
    ----------
    network : MLP
        A trained network.
    layer : str
        The layer.
    prior : Prior
        What images look like.
    typical : float
        The longest step, in lengths of a typical image's.

    Returns
    -------
    ndarray of shape (units, side, side), float32
        Images, ink 0 to 1.
    """
    units, side = count_units(network, layer), math.isqrt(len(prior.mean))
    longest = typical * math.sqrt(len(prior.components))
    steps = torch.zeros(units, len(prior.components), requires_grad=True)
    optimizer = torch.optim.Adam([steps], lr=_RATE, maximize=True)
    for _ in range(_STEPS):
        optimizer.zero_grad()
        sums = network.pre_activations(_make_images(prior, steps))[layer]
        # each unit has an image of its own: the sum of the diagonal moves each by its own gradient
        (steps.grad,) = torch.autograd.grad(sums.diagonal().sum(), steps)
        optimizer.step()
        with torch.no_grad():
            steps *= (longest / steps.norm(dim=1, keepdim=True)).clamp(max=1)
    fields: Fields = _make_images(prior, steps.detach()).reshape(units, side, side).numpy()
    return fields


def _make_images(prior: Prior, steps: torch.Tensor) -> torch.Tensor:
    return (torch.tensor(prior.mean) + steps @ torch.tensor(prior.components)).clamp(0, 1)
