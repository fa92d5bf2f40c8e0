"""Pictures that are averages of real images."""

import numpy as np

from mnist_core.ground.arrays import Fields, Images
from mnist_core.insight.fields.layers import layer_sums
from mnist_core.insight.fields.probe import Digits
from mnist_core.network.architecture import MLP

_DRIVING = 100  # images in the mean of those that drive a unit most


def mean_driving_images(network: MLP, layer: str, images: Images) -> Fields:
    """Average, for each unit, the 100 images with its highest sums.

    Returns
    -------
    ndarray of shape (units, side, side), float32
        Images, ink 0 to 1.
    """
    sums = layer_sums(network, layer, images)
    count = min(_DRIVING, len(images))
    driving = np.argpartition(-sums, count - 1, axis=0)[:count]
    return np.stack([images[places].mean(axis=0) for places in driving.T])


def digit_differences(network: MLP, layer: str, digits: Digits) -> Fields:
    """Subtract, for each unit, the mean image of all other digits from that of the digit that drives it most.

    Which digit drives a unit most is told by the mean of its sums over the images of each digit.

    Returns
    -------
    ndarray of shape (units, side, side), float32
        Signed.
    """
    sums, found = layer_sums(network, layer, digits.images), np.unique(digits.labels)
    means = np.stack([sums[digits.labels == digit].mean(axis=0) for digit in found])
    differences = np.stack(
        [
            digits.images[digits.labels == digit].mean(axis=0)
            - digits.images[digits.labels != digit].mean(axis=0)
            for digit in found
        ]
    )
    chosen: Fields = differences[means.argmax(axis=0)]
    return chosen
