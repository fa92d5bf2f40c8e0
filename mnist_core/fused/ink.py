"""The images of a fold as the compiled passes want them."""

from dataclasses import dataclass
from typing import no_type_check

import numpy as np
from sklearn.model_selection import StratifiedKFold

from mnist_core.arrays import Images, Labels
from mnist_core.fused.compiled import compiled
from mnist_core.fused.state import Ink, TurnedInk
from mnist_core.grid import Recipe


@dataclass(frozen=True, eq=False)
class TrainingInk:
    """Training images split by the recipe, as ink.

    Attributes
    ----------
    train, valid : Ink
        The images to train on and those that early stopping looks at.
    turned : TurnedInk
        The batches of `train`, sorted by pixel.
    n_train, n_valid, n_pixels : int
        Images of each, pixels of an image.
    """

    train: Ink
    valid: Ink
    turned: TurnedInk
    n_train: int
    n_valid: int
    n_pixels: int


def collect_ink(images: Images, labels: Labels) -> Ink:
    """Collect the pixels of images that are not zero.

    Parameters
    ----------
    images : ndarray of shape (n, side, side), float32
        Any values; the fewer zeros, the slower the passes.
    labels : ndarray of shape (n,), int64
        Their digits.
    """
    starts, pixels, values = _collect(np.ascontiguousarray(images).reshape(len(images), -1))
    return Ink(starts, pixels, values, labels)


def prepare_ink(images: Images, labels: Labels, recipe: Recipe) -> TrainingInk:
    """Split training images as skorch does, and collect their ink batch by batch.

    Parameters
    ----------
    images : ndarray of shape (n, side, side), float32
        Training images in their order.
    labels : ndarray of shape (n,), int64
        Their digits.
    recipe : Recipe
        Names the inner split and the batch size.
    """
    # skorch's ValidSplit takes the first of the stratified parts for validation.
    train, valid = next(StratifiedKFold(recipe.inner_folds).split(np.zeros(len(labels)), labels))
    ink = collect_ink(images[train], labels[train])
    n_pixels = int(images[0].size)
    turned = TurnedInk(*_turn_batches(ink, len(train), recipe.batch_size, n_pixels))
    return TrainingInk(
        ink, collect_ink(images[valid], labels[valid]), turned, len(train), len(valid), n_pixels
    )


@compiled
@no_type_check
def _collect(rows):
    n, n_pixels = rows.shape
    starts = np.zeros(n + 1, np.int64)
    for i in range(n):
        count = 0
        for p in range(n_pixels):
            count += rows[i, p] != 0
        starts[i + 1] = starts[i] + count
    # One item more, so that a pointer behind the last image is still one into the array.
    pixels, values = np.zeros(starts[n] + 1, np.uint16), np.zeros(starts[n] + 1, np.float32)
    at = 0
    for i in range(n):
        for p in range(n_pixels):
            if rows[i, p] != 0:
                pixels[at], values[at] = p, rows[i, p]
                at += 1
    return starts, pixels, values


@compiled
@no_type_check
def _turn_batches(ink, n, batch, n_pixels):
    """Sort the ink of each batch of the first n images by pixel, images in order."""
    n_batches = (n + batch - 1) // batch
    starts = np.zeros((n_batches, n_pixels + 1), np.int64)
    images = np.empty(ink.starts[n] + 1, np.uint16)
    values = np.empty(ink.starts[n] + 1, np.float32)
    for k in range(n_batches):
        low, high = k * batch, min(n, (k + 1) * batch)
        for j in range(ink.starts[low], ink.starts[high]):
            starts[k, ink.pixels[j] + 1] += 1
        starts[k, 0] = ink.starts[low]
        for p in range(n_pixels):
            starts[k, p + 1] += starts[k, p]
        free = starts[k].copy()
        for i in range(low, high):
            for j in range(ink.starts[i], ink.starts[i + 1]):
                at = free[ink.pixels[j]]
                free[ink.pixels[j]] += 1
                images[at], values[at] = i - low, ink.values[j]
    live = np.flatnonzero((starts[:, 1:] - starts[:, :-1]).sum(axis=0))
    return starts, images, values, live
