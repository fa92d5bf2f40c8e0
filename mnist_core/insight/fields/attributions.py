"""Pictures of one image and one unit: what in this image moves this unit."""

from collections.abc import Callable

import torch

from mnist_core.ground.arrays import Fields, Images, Indices
from mnist_core.ground.errors import ModelError
from mnist_core.ground.extras import extra
from mnist_core.insight.fields.jacobians import image_gradients
from mnist_core.insight.fields.layers import count_pixels
from mnist_core.network.architecture import MLP

_STEPS = 32  # of an integrated gradient
_PATCH_SHARE = 7  # a covered patch is a seventh of the image wide: 4 of 28 pixels
_PAIRS = 1_000  # images attributed at once

Attribute = Callable[[MLP, str, Images, Indices], Fields]
"""Takes network, layer, images and the unit for each; gives a picture for each."""


def gradient(network: MLP, layer: str, images: Images, units: Indices) -> Fields:
    """Return how each pixel of an image would move a unit, were it a little brighter."""
    return image_gradients(network, layer, images, units)


def gradient_times_input(network: MLP, layer: str, images: Images, units: Indices) -> Fields:
    """Return the gradient times the ink that is there."""
    fields: Fields = image_gradients(network, layer, images, units) * images
    return fields


def integrated_gradients(network: MLP, layer: str, images: Images, units: Indices) -> Fields:
    """Integrate the gradient from blank paper to the image, times the ink.

    Its pixels add up to the difference between the unit's sum for the image and for blank paper.

    References
    ----------
    Sundararajan, Taly and Yan, "Axiomatic attribution for deep networks", ICML 2017; computed by Captum.
    """
    with extra("attributions", "This way of looking", ModelError):
        from captum.attr import IntegratedGradients  # noqa: PLC0415 - seconds, for few

    attribute = IntegratedGradients(_sums_of(network, layer)).attribute
    return _in_batches(images, units, lambda batch, targets: attribute(batch, target=targets, n_steps=_STEPS))


def occlusion(network: MLP, layer: str, images: Images, units: Indices) -> Fields:
    """Cover the image with a blank patch, place by place: how much the unit falls where it is covered.

    References
    ----------
    Zeiler and Fergus, "Visualizing and understanding convolutional networks", ECCV 2014; computed by Captum.
    """
    with extra("attributions", "This way of looking", ModelError):
        from captum.attr import Occlusion  # noqa: PLC0415 - seconds, for few

    patch = max(1, count_pixels(network) // _PATCH_SHARE)
    attribute = Occlusion(_sums_of(network, layer)).attribute
    window, strides = (patch, patch), max(1, patch // 2)
    return _in_batches(
        images,
        units,
        lambda batch, targets: attribute(batch, window, strides=strides, target=targets, baselines=0),
    )


def _sums_of(network: MLP, layer: str) -> Callable[[torch.Tensor], torch.Tensor]:
    return lambda images: network.pre_activations(images)[layer]


def _in_batches(
    images: Images, units: Indices, attribute: Callable[[torch.Tensor, torch.Tensor], torch.Tensor]
) -> Fields:
    parts = [
        attribute(
            torch.tensor(images[start : start + _PAIRS]), torch.tensor(units[start : start + _PAIRS])
        ).detach()
        for start in range(0, len(images), _PAIRS)
    ]
    fields: Fields = torch.cat(parts).to(torch.float32).numpy()
    return fields
