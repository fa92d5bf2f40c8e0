"""Digits and other symbols as other hands, pens and scanners would have made them."""

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from mnist_core.ground.arrays import Images

_A_PART = 1000  # images that share one coarseness, if any
_KNOTS = 5  # along an edge, that are moved on their own: a hand's wobble, not a pixel's


def distort(images: Images, rng: np.random.Generator) -> Images:
    """Tilt, shear, stretch, warp, thicken, thin, blur and coarsen images by chance, each otherwise.

    Parameters
    ----------
    images : ndarray of shape (n, side, side), float32
        Ink, 0.0 to 1.0.
    rng : Generator
        Draws the distortions.

    Returns
    -------
    ndarray of shape (n, side, side), float32
        In the same order.
    """
    distorted = np.empty_like(images)
    for part in np.array_split(rng.permutation(len(images)), max(len(images) // _A_PART, 1)):
        some = torch.from_numpy(images[part])[:, None]
        some = _add_noise(_coarsen(_swell(_bend(some, rng), rng), rng), rng)
        distorted[part] = some[:, 0].numpy()
    return distorted


def _bend(images: Tensor, rng: np.random.Generator) -> Tensor:
    n = len(images)
    grid = functional.affine_grid(_draw_tilts(n, rng), list(images.shape), align_corners=False)
    sizes = rng.uniform(0, 0.09, (n, 1, 1, 1))  # of half an image's side
    knots = torch.from_numpy(sizes * rng.normal(size=(n, 2, _KNOTS, _KNOTS))).float()
    wobble = functional.interpolate(knots, size=images.shape[-2:], mode="bicubic", align_corners=True)
    return functional.grid_sample(images, grid + wobble.permute(0, 2, 3, 1), align_corners=False)


def _draw_tilts(n: int, rng: np.random.Generator) -> Tensor:
    angles, shears = np.deg2rad(rng.normal(0, 7, n)), rng.normal(0, 0.12, n)
    stretch = np.exp(rng.normal(0, 0.12, (n, 1, 2)))
    turns = np.stack([np.cos(angles), -np.sin(angles), np.sin(angles), np.cos(angles)], axis=1)
    skews = np.stack([np.ones(n), shears, np.zeros(n), np.ones(n)], axis=1)
    moves = turns.reshape(n, 2, 2) @ skews.reshape(n, 2, 2) * stretch
    return torch.from_numpy(np.pad(moves, ((0, 0), (0, 0), (0, 1)))).float()


def _swell(images: Tensor, rng: np.random.Generator) -> Tensor:
    """Make strokes up to a pixel thicker or thinner on each side."""
    swell = torch.from_numpy(rng.uniform(-0.8, 0.8, (len(images), 1, 1, 1))).float()
    thick = functional.max_pool2d(images, 3, 1, 1)
    thin = -functional.max_pool2d(-images, 3, 1, 1)
    thin = torch.where(swell < -0.4, torch.minimum(images, (thin + images) / 2), images)
    return torch.where(swell > 0, images + swell * (thick - images), thin)


def _coarsen(images: Tensor, rng: np.random.Generator) -> Tensor:
    """Take some images through fewer pixels."""
    if rng.random() < 0.6:
        return images
    small, side = int(rng.integers(12, 24)), images.shape[-1]
    coarse = functional.interpolate(images, size=(small, small), mode="area")
    return functional.interpolate(coarse, size=(side, side), mode="bilinear")


def _add_noise(images: Tensor, rng: np.random.Generator) -> Tensor:
    sizes = rng.uniform(0, 0.1, (len(images), 1, 1, 1))
    return (images + torch.from_numpy(sizes * rng.normal(size=tuple(images.shape))).float()).clamp(0, 1)
