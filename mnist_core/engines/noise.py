"""What training hides of its images and adds to them: dropout and noise of the inputs."""

import numpy as np

from mnist_core.ground.arrays import Columns
from mnist_core.network.recipe import Recipe

_DROPOUT, _NOISE = 0, 1  # each has numbers of its own, so that one does not change the other


def disturb(rows: Columns, recipe: Recipe, epoch: int) -> Columns:
    """Draw the images that an epoch trains on: pixels dropped and the others scaled up, then noise added.

    The draw depends on the epoch alone: so a training that goes on after an interruption sees what it
    would have seen, networks that train side by side share it, whatever their seeds, and both engines do.

    Parameters
    ----------
    rows : ndarray of shape (n, pixels), float32
        Images to train on, in their order.
    recipe : Recipe
        Says how much is dropped and added. Noise is Gaussian and not clipped, so that its mean is zero.
    epoch : int
        Counted from 1.

    Returns
    -------
    ndarray of shape (n, pixels), float32
        New, where anything changes.
    """
    if recipe.input_dropout > 0:
        chances = _draw(epoch, _DROPOUT).random(rows.shape, np.float32)
        rows = rows * ((chances >= recipe.input_dropout) * np.float32(1 / (1 - recipe.input_dropout)))
    if recipe.input_noise > 0:
        added = _draw(epoch, _NOISE).standard_normal(rows.shape, np.float32)
        rows = rows + np.float32(recipe.input_noise) * added
    return rows


def _draw(epoch: int, kind: int) -> np.random.Generator:
    return np.random.default_rng((epoch, kind))
