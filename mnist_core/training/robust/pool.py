"""What the robust recipe trains on: every training image and many pen digits, distorted many times."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from jaxtyping import Int64, UInt8

from mnist_core.ground.arrays import Images, Indices, Labels
from mnist_core.training.robust.blend import blend_pens
from mnist_core.training.robust.distort import Bend, distort_images
from mnist_core.training.robust.pen import USUAL_SLANT, Pens, draw_pens, vary_pens
from mnist_core.training.robust.styles import restyle

NO_WRITER = 0  # of an image that is no pen digit
_CALM_DRAWINGS = 5  # times that each pen digit is drawn for the calm passes

Bytes = UInt8[np.ndarray, "n side side"]
"""Digit images in a quarter of the room: ink from 0 to 255."""


@dataclass(frozen=True, eq=False)
class Pass:
    """Images with their digits.

    Attributes
    ----------
    images : ndarray of shape (n, side, side), uint8
        Ink, 0 to 255.
    labels : ndarray of shape (n,), int64
        The digits.
    writers : ndarray of shape (n,), int64
        Who wrote a pen digit; 0 for other images.
    is_calm : bool
        Whether it is distorted little, and pen digits have no other styles than their own.
    """

    images: Bytes
    labels: Labels
    writers: Int64[np.ndarray, " n"]
    is_calm: bool = False

    def rows_without(self, writers: np.ndarray) -> Indices:
        """Find the images that are not by some writers."""
        return np.flatnonzero(~np.isin(self.writers, writers)).astype(np.int64)


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
    calm : tuple of float
        Of each further pass, which is calm: how strongly it is distorted, as a share of what is usual.
    """

    n_passes: int = 20
    n_drawings: int = 6
    pen_share: float = 0.25
    calm: tuple[float, ...] = ()


@dataclass(frozen=True)
class Variety:
    """How else pen digits are drawn than as they are, but for the first of their drawings.

    Attributes
    ----------
    styles : tuple of str
        Names of `styles.STYLES`, given to every other drawing.
    is_blended : bool
        Whether every other drawing is turned a part of the way into another writer's first.
    slant : float
        Standard deviation, as a share of the height.
    """

    styles: tuple[str, ...] = ()
    is_blended: bool = False
    slant: float = USUAL_SLANT


def to_bytes(images: Images) -> Bytes:
    """Store ink from 0 to 1 in bytes from 0 to 255."""
    return np.round(images * 255).astype(np.uint8)


def make_pool(
    images: Images,
    labels: Labels,
    pens: Pens | None,
    size: PoolSize,
    bend: Bend,
    seed: int,
    variety: Variety | None = None,
    parts: Sequence[np.ndarray] = (),
) -> list[Pass]:
    """Make the passes of a training: distorted copies of the training images with pen digits among them.

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
    variety : Variety or None
        How else pen digits are drawn; None only turns, slants and stretches them.
    parts : sequence of ndarray
        Parts of the writers that are to be left out of trainings: blended digits stay within theirs.
    """
    random = torch.Generator().manual_seed(seed)
    plain = Pass(to_bytes(images), labels, np.full(len(labels), NO_WRITER))
    drawn = None if pens is None else _draw_often(pens, size.n_drawings, variety or Variety(), parts, seed)
    n_pens = round(size.pen_share * len(labels))
    wild = [_make_pass(plain, drawn, n_pens, bend, random) for _ in range(size.n_passes)]
    if not size.calm:
        return wild
    drawn = None if pens is None else _draw_often(pens, _CALM_DRAWINGS, Variety(), parts, seed)
    calm = (_make_pass(plain, drawn, n_pens, bend.times(share), random) for share in size.calm)
    return [*wild, *(replace(one, is_calm=True) for one in calm)]


def _draw_often(
    pens: Pens, n_drawings: int, variety: Variety, parts: Sequence[np.ndarray], seed: int
) -> Pass:
    rng = np.random.default_rng(seed)
    varied = (
        vary_pens(_draw_otherwise(pens, number, variety, parts, rng), rng, variety.slant)
        for number in range(n_drawings - 1)
    )
    images = np.concatenate([to_bytes(draw_pens(digits)) for digits in (pens, *varied)])
    return Pass(images, np.tile(pens.labels, n_drawings), np.tile(pens.writers, n_drawings))


def _draw_otherwise(
    pens: Pens, number: int, variety: Variety, parts: Sequence[np.ndarray], rng: np.random.Generator
) -> Pens:
    """Blend two of four drawings and give two of four styles; one of four is neither."""
    if variety.is_blended and number % 4 in (0, 1):
        pens = blend_pens(pens, parts, rng)
    if variety.styles and number % 4 in (0, 2):
        strokes = tuple(
            restyle(digit, int(label), variety.styles, rng)
            for digit, label in zip(pens.strokes, pens.labels, strict=True)
        )
        pens = Pens(strokes, pens.labels, pens.writers)
    return pens


def _make_pass(plain: Pass, drawn: Pass | None, n_pens: int, bend: Bend, random: torch.Generator) -> Pass:
    images, labels, writers = plain.images, plain.labels, plain.writers
    if drawn is not None:
        chosen = torch.randint(len(drawn.labels), (n_pens,), generator=random).numpy()
        images = np.concatenate([images, drawn.images[chosen]])
        labels = np.concatenate([labels, drawn.labels[chosen]])
        writers = np.concatenate([writers, drawn.writers[chosen]])
    bent = distort_images(torch.from_numpy(images), bend, random).numpy()
    return Pass(bent, labels, writers)
