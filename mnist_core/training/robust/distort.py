"""Digit images bent as handwriting varies: turned, slanted, scaled, moved, warped, thinned, thickened."""

from dataclasses import astuple, dataclass

import torch
from torch import Tensor
from torch.nn import functional

_KNOTS = 5  # a side of the coarse grid whose random moves bend the image smoothly
_CHUNK = 2_000  # images at once, so that what is computed on the way stays in the cache


@dataclass(frozen=True)
class Bend:
    """How strongly images are distorted.

    Attributes
    ----------
    turn, slant, stretch, move : float
        Standard deviations: radians, share of the height, logarithm along each axis, pixels.
    warp : float
        The most that the knots of the warp move: standard deviation in pixels.
    width : float
        The most that strokes change, as a share of the way to strokes that are a pixel wider on both
        sides, or thinner.
    """

    turn: float = 0.14
    slant: float = 0.15
    stretch: float = 0.08
    move: float = 0.6
    warp: float = 1.0
    width: float = 0.5

    def times(self, share: float) -> "Bend":
        """Distort a share as strongly."""
        return Bend(*(share * most for most in astuple(self)))


def distort_images(images: Tensor, bend: Bend, random: torch.Generator) -> Tensor:
    """Distort each image at random.

    Parameters
    ----------
    images : Tensor of shape (n, side, side), uint8
        Ink, 0 to 255.
    bend : Bend
        How strongly.
    random : torch.Generator
        Source of chance.

    Returns
    -------
    Tensor of shape (n, side, side), uint8
        New images.

    References
    ----------
    Simard, Steinkraus and Platt, "Best practices for convolutional neural networks applied to visual document
    analysis", ICDAR 2003: elastic distortions of digits.
    """
    warps = _make_warps(images.shape[-1])
    return torch.cat([_distort(part, bend, warps, random) for part in torch.split(images, _CHUNK)])


def _distort(images: Tensor, bend: Bend, warps: Tensor, random: torch.Generator) -> Tensor:
    n, side = images.shape[:2]
    ink = _change_width(images, bend.width, random)[:, None]
    affine = _draw_affine(n, side, bend, random)
    grid = functional.affine_grid(affine, [n, 1, side, side], align_corners=False)
    strength = torch.rand(n, 1, 1, generator=random) * (bend.warp * 2 / side)
    moves = (torch.randn(n * 2, len(warps), generator=random) @ warps).view(n, 2, -1) * strength
    grid += moves.transpose(1, 2).reshape(n, side, side, 2)
    bent = functional.grid_sample(ink, grid, align_corners=False)
    return bent[:, 0].round_().to(torch.uint8)


def _change_width(images: Tensor, most: float, random: torch.Generator) -> Tensor:
    wish = torch.rand(len(images), 1, 1, generator=random) * 2 - 1
    changed = torch.where(wish > 0, _widen(images), 255 - _widen(255 - images))
    return torch.lerp(images.float(), changed.float(), wish.abs() * most)


def _widen(images: Tensor) -> Tensor:
    """Give each pixel the most ink of it and its eight neighbours."""
    wide = functional.pad(images, (1, 1, 1, 1))
    for axis in (1, 2):
        size = wide.shape[axis] - 2
        first, middle, last = (wide.narrow(axis, start, size) for start in range(3))
        wide = torch.maximum(torch.maximum(first, middle), last)
    return wide


def _draw_affine(n: int, side: int, bend: Bend, random: torch.Generator) -> Tensor:
    turn, slant, wider, taller, right, down = torch.randn(6, n, generator=random)
    cos, sin, slant = (turn * bend.turn).cos(), (turn * bend.turn).sin(), slant * bend.slant
    wider, taller = (wider * bend.stretch).exp(), (taller * bend.stretch).exp()
    pixels = bend.move * 2 / side
    across = [cos * wider, (cos * slant - sin) * taller, right * pixels]
    along = [sin * wider, (sin * slant + cos) * taller, down * pixels]
    return torch.stack(across + along, dim=1).view(n, 2, 3)


def _make_warps(side: int) -> Tensor:
    """Make the smooth fields that a move of each knot by one makes, of shape (knots, pixels)."""
    knots = torch.eye(_KNOTS**2).view(-1, 1, _KNOTS, _KNOTS)
    fields = functional.interpolate(knots, size=(side, side), mode="bicubic", align_corners=True)
    return fields.view(_KNOTS**2, -1)
