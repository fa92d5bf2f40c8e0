"""Images disturbed in one way at a time, by a known amount."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from mnist_core.ground.arrays import Images

_LEAST = 1e-6  # of ink: an image without any may be covered anywhere


@dataclass(frozen=True)
class Disturbance:
    """One way to disturb images.

    Attributes
    ----------
    title : str
        What it is called.
    unit : str
        What its levels are counted in.
    levels : tuple of float
        Those that are measured; one of them changes nothing.
    usual : float
        The level that changes nothing.
    words : str
        What it does, in a sentence.
    apply : callable
        Takes images, Tensor of shape (n, side, side), a level, and the source of chance.
    """

    title: str
    unit: str
    levels: tuple[float, ...]
    usual: float
    words: str
    apply: Callable[[Tensor, float, torch.Generator], Tensor]


def disturb_images(images: Images, name: str, level: float, seed: int = 0) -> Images:
    """Disturb each image in one way.

    Parameters
    ----------
    images : ndarray of shape (n, side, side), float32
        Ink, 0.0 to 1.0.
    name : str
        A key of `DISTURBANCES`.
    level : float
        By how much.
    seed : int
        Of chance, which is the same at each level: an image that is turned left by 5 degrees is also
        turned left by 10.

    Returns
    -------
    ndarray of shape (n, side, side), float32
        New images, 0.0 to 1.0.
    """
    random = torch.Generator().manual_seed(seed)
    disturbed: Images = DISTURBANCES[name].apply(torch.tensor(images), level, random).clamp(0, 1).numpy()
    return disturbed


def _add_noise(images: Tensor, level: float, random: torch.Generator) -> Tensor:
    return images + level * torch.randn(images.shape, generator=random)


def _rotate(images: Tensor, level: float, random: torch.Generator) -> Tensor:
    angles = torch.deg2rad(_draw_signs(len(images), random) * level)
    cos, sin, zero = angles.cos(), angles.sin(), torch.zeros(len(images))
    return _move(images, torch.stack([cos, -sin, zero, sin, cos, zero], dim=1))


def _shift(images: Tensor, level: float, random: torch.Generator) -> Tensor:
    step = _draw_signs(len(images), random) * level * 2 / images.shape[-1]
    is_down = torch.rand(len(images), generator=random) < 0.5
    zero, one = torch.zeros(len(images)), torch.ones(len(images))
    across, down = torch.where(is_down, zero, step), torch.where(is_down, step, zero)
    return _move(images, torch.stack([one, zero, across, zero, one, down], dim=1))


def _scale(images: Tensor, level: float, random: torch.Generator) -> Tensor:  # noqa: ARG001 - as the others
    return _move(images, torch.tensor([1 / level, 0, 0, 0, 1 / level, 0]).repeat(len(images), 1))


def _move(images: Tensor, affine: Tensor) -> Tensor:
    """Take each pixel from where its matrix, of shape (n, 6), points; beyond the edge is paper."""
    n, side = images.shape[:2]
    grid = functional.affine_grid(affine.view(n, 2, 3), [n, 1, side, side], align_corners=False)
    return functional.grid_sample(images[:, None], grid, align_corners=False)[:, 0]


def _change_width(images: Tensor, level: float, random: torch.Generator) -> Tensor:  # noqa: ARG001
    sign, rest = (1 if level > 0 else -1), abs(level)
    changed = sign * images
    while rest > 0:
        changed = torch.lerp(changed, functional.max_pool2d(changed, 3, 1, 1), min(rest, 1.0))
        rest -= 1
    return sign * changed


def _cover(images: Tensor, level: float, random: torch.Generator) -> Tensor:
    side = images.shape[-1]
    centres = torch.multinomial(images.flatten(1) + _LEAST, 1, generator=random)
    places = torch.arange(side)
    rows, columns = (
        (places >= first) & (places < first + level)
        for first in (centre - int(level) // 2 for centre in (centres // side, centres % side))
    )
    return images * ~(rows[:, :, None] & columns[:, None, :])


def _draw_signs(n: int, random: torch.Generator) -> Tensor:
    return torch.where(torch.rand(n, generator=random) < 0.5, -1.0, 1.0)


DISTURBANCES: Mapping[str, Disturbance] = {
    "noise": Disturbance(
        "Noise",
        "standard deviation, of full ink",
        (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6),
        0.0,
        "Gaussian noise on each pixel, cut off at paper and full ink.",
        _add_noise,
    ),
    "rotation": Disturbance(
        "Rotation",
        "degrees",
        (0.0, 5.0, 10.0, 15.0, 20.0, 30.0, 45.0, 60.0),
        0.0,
        "Each image turned round its centre, left or right by chance.",
        _rotate,
    ),
    "shift": Disturbance(
        "Shift",
        "pixels",
        (0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0),
        0.0,
        "Each image moved up, down, left or right by chance.",
        _shift,
    ),
    "scale": Disturbance(
        "Scale",
        "times its size",
        (0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.1, 1.2, 1.3, 1.4),
        1.0,
        "Each image shrunk or grown round its centre.",
        _scale,
    ),
    "width": Disturbance(
        "Stroke width",
        "pixels at each edge",
        (-1.0, -0.75, -0.5, -0.25, 0.0, 0.5, 1.0, 1.5, 2.0),
        0.0,
        "The edges of strokes moved outwards, or inwards: the most, or least, ink among neighbours.",
        _change_width,
    ),
    "occlusion": Disturbance(
        "Occlusion",
        "pixels along an edge",
        (0.0, 2.0, 4.0, 6.0, 8.0, 10.0, 12.0, 14.0),
        0.0,
        "A square of paper laid over each image, its centre on ink by chance.",
        _cover,
    ),
}
"""Each way to disturb images, by its name."""

NAMES = tuple(DISTURBANCES)
"""The names, in the order in which they are shown."""
