"""What the robust recipe trains on: every training image and many pen digits, distorted many times."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from mnist_core.arrays import Images, Labels
from mnist_core.robust.distort import Bend, distort_images
from mnist_core.robust.pen import Pens, draw_pens, vary_pens

NO_WRITER = 0  # of an image that is no pen digit


@dataclass(frozen=True, eq=False)
class Pass:
    """One distorted copy of the training images with pen digits among them.

    Attributes
    ----------
    images : Tensor of shape (n, side, side), uint8
        Ink, 0 to 255.
    labels : Tensor of shape (n,), int64
        The digits.
    writers : Tensor of shape (n,), int64
        Who wrote a pen digit; 0 for other images.
    """

    images: Tensor
    labels: Tensor
    writers: Tensor

    def without(self, writers: np.ndarray) -> "Pass":
        """Leave out the digits of some writers."""
        kept = ~torch.isin(self.writers, torch.from_numpy(writers))
        return Pass(self.images[kept], self.labels[kept], self.writers[kept])


@dataclass(frozen=True)
class PoolSize:
    """How many images are made.

    Attributes
    ----------
    n_passes : int
        Distorted copies of every training image.
    n_drawings : int
        Times that each pen digit is drawn, turned, slanted and stretched differently.
    pen_share : float
        Pen digits for each training image in a pass, at least 0.
    """

    n_passes: int = 20
    n_drawings: int = 8
    pen_share: float = 0.25


def to_bytes(images: Images) -> Tensor:
    """Store ink from 0 to 1 in bytes from 0 to 255."""
    return torch.from_numpy(np.round(images * 255).astype(np.uint8))


def make_pool(
    images: Images, labels: Labels, pens: Pens | None, size: PoolSize, bend: Bend, seed: int
) -> list[Pass]:
    """Make the passes of a training.

    Parameters
    ----------
    images : ndarray of shape (n, side, side), float32
        Training images.
    labels : ndarray of shape (n,), int64
        Their digits.
    pens : Pens or None
        Pen digits to mix in.
    size : PoolSize
        How many.
    bend : Bend
        How strongly they are distorted.
    seed : int
        Seed of all chance.
    """
    random = torch.Generator().manual_seed(seed)
    plain = Pass(to_bytes(images), torch.from_numpy(labels), torch.full((len(labels),), NO_WRITER))
    drawn = None if pens is None else _draw_often(pens, size.n_drawings, seed)
    n_pens = round(size.pen_share * len(labels))
    return [_make_pass(plain, drawn, n_pens, bend, random) for _ in range(size.n_passes)]


def _draw_often(pens: Pens, n_drawings: int, seed: int) -> Pass:
    rng = np.random.default_rng(seed)
    varied = (vary_pens(pens, rng) for _ in range(n_drawings - 1))
    images = torch.cat([to_bytes(draw_pens(digits)) for digits in (pens, *varied)])
    labels, writers = torch.from_numpy(pens.labels), torch.from_numpy(pens.writers)
    return Pass(images, labels.repeat(n_drawings), writers.repeat(n_drawings))


def _make_pass(plain: Pass, drawn: Pass | None, n_pens: int, bend: Bend, random: torch.Generator) -> Pass:
    images, labels, writers = plain.images, plain.labels, plain.writers
    if drawn is not None:
        chosen = torch.randint(len(drawn.labels), (n_pens,), generator=random)
        images = torch.cat([images, drawn.images[chosen]])
        labels = torch.cat([labels, drawn.labels[chosen]])
        writers = torch.cat([writers, drawn.writers[chosen]])
    return Pass(distort_images(images, bend, random), labels, writers)
