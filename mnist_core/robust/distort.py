"""Digit images bent as handwriting varies: turned, slanted, scaled, moved, warped, thinned, thickened."""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

_KNOTS = 5  # a side of the coarse grid whose random moves bend the image smoothly
_CHUNK = 2_000  # images at once, so that what is computed on the way stays in the cache


@dataclass(frozen=True)
class Bend:
    """How strongly images are distorted: standard deviations, and the most of width and warp."""

    turn: float = 0.14  # radians
    slant: float = 0.15
    stretch: float = 0.08  # logarithm, each axis by itself
    move: float = 0.6  # pixels
    warp: float = 1.0  # pixels
    width: float = 0.5  # share of the way to a stroke that is a pixel wider on both sides


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
    """
    side = images.shape[-1]
    warps = _make_warps(side)
    return torch.cat([_distort(part, bend, warps, random) for part in torch.split(images, _CHUNK)])


def _distort(images: Tensor, bend: Bend, warps: Tensor, random: torch.Generator) -> Tensor:
    ink = images.float()[:, None] / 255
    ink = _change_width(ink, bend.width, random)
    n, side = len(ink), ink.shape[-1]
    grid = functional.affine_grid(
        _draw_affine(n, side, bend, random), [n, 1, side, side], align_corners=False
    )
    strength = torch.rand(n, 1, 1, generator=random) * (bend.warp * 2 / side)
    moves = (torch.randn(n * 2, len(warps), generator=random) @ warps).view(n, 2, -1) * strength
    grid += moves.transpose(1, 2).reshape(n, side, side, 2)
    bent = functional.grid_sample(ink, grid, align_corners=False)
    return (bent[:, 0] * 255).round_().to(torch.uint8)


def _change_width(ink: Tensor, most: float, random: torch.Generator) -> Tensor:
    wish = torch.rand(len(ink), 1, 1, 1, generator=random) * 2 - 1
    wide = functional.max_pool2d(ink, 3, 1, 1)
    thin = -functional.max_pool2d(-ink, 3, 1, 1)
    other = torch.where(wish > 0, wide, thin)
    return torch.lerp(ink, other, wish.abs() * most)


def _draw_affine(n: int, side: int, bend: Bend, random: torch.Generator) -> Tensor:
    turn, slant, wider, taller, right, down = torch.randn(6, n, generator=random)
    turn, slant = turn * bend.turn, slant * bend.slant
    wider, taller = (wider * bend.stretch).exp(), (taller * bend.stretch).exp()
    cos, sin = turn.cos(), turn.sin()
    rows = [
        cos * wider,
        (cos * slant - sin) * taller,
        right * (bend.move * 2 / side),
        sin * wider,
        (sin * slant + cos) * taller,
        down * (bend.move * 2 / side),
    ]
    return torch.stack(rows, dim=1).view(n, 2, 3)


def _make_warps(side: int) -> Tensor:
    """Make the smooth fields that a move of each knot by one makes, of shape (knots, pixels)."""
    knots = torch.eye(_KNOTS**2).view(-1, 1, _KNOTS, _KNOTS)
    fields = functional.interpolate(knots, size=(side, side), mode="bicubic", align_corners=True)
    return fields.view(_KNOTS**2, -1)
