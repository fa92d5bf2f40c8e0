"""Pen digits of many writers: read, varied as hands vary, and drawn as `predict` draws them."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Int64

from mnist_core.ground.arrays import Images, Labels
from mnist_core.pens import draw_strokes

PENS_PATH = Path(__file__).resolve().parent / "builtin" / "pens.npz"

_TURN = 0.12  # radians
USUAL_SLANT = 0.2
"""Standard deviation of how far a digit is slanted, as a share of its height."""

_STRETCH = 0.15  # of height against width, as a logarithm


@dataclass(frozen=True, eq=False)
class Pens:
    """Digits as pens drew them.

    Attributes
    ----------
    strokes : tuple of tuple of ndarray of shape (points, 2), float64
        The strokes of each digit, y down.
    labels : ndarray of shape (n,), int64
        The digits.
    writers : ndarray of shape (n,), int64
        Who wrote each.
    """

    strokes: tuple[tuple[np.ndarray, ...], ...]
    labels: Labels
    writers: Int64[np.ndarray, " n"]

    def __len__(self) -> int:
        return len(self.strokes)

    def choose(self, chosen: np.ndarray) -> "Pens":
        """Keep some of the digits, by position or mask."""
        places = np.arange(len(self))[chosen]
        strokes = tuple(self.strokes[place] for place in places)
        return Pens(strokes, self.labels[places], self.writers[places])


def read_pens(path: Path = PENS_PATH) -> Pens:
    """Read the pen digits that the lab ships."""
    with np.load(path) as arrays:
        kept = {name: arrays[name].astype(np.int64) for name in arrays.files}
    strokes = [steps.cumsum(axis=0) for steps in np.split(kept["steps"], kept["n_points"].cumsum()[:-1])]
    ends = kept["n_strokes"].cumsum()
    digits = tuple(
        tuple(strokes[end - count : end]) for end, count in zip(ends, kept["n_strokes"], strict=True)
    )
    return Pens(digits, kept["labels"], kept["writers"])


def draw_pens(pens: Pens) -> Images:
    """Draw each digit exactly as `predict` does."""
    return np.stack([draw_strokes([stroke.tolist() for stroke in strokes]) for strokes in pens.strokes])


def vary_pens(pens: Pens, rng: np.random.Generator, slant: float = USUAL_SLANT) -> Pens:
    """Turn, slant and stretch each digit at random, as hands and canvases do."""
    varied = tuple(
        tuple(stroke @ matrix for stroke in strokes)
        for strokes, matrix in zip(pens.strokes, _draw_matrices(len(pens), rng, slant), strict=True)
    )
    return Pens(varied, pens.labels, pens.writers)


def _draw_matrices(n: int, rng: np.random.Generator, slant: float) -> Iterator[np.ndarray]:
    turn, leans, stretch = rng.normal(0, [_TURN, slant, _STRETCH], (n, 3)).T
    for angle, lean, longer in zip(turn, leans, np.exp(stretch / 2), strict=True):
        rotation = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        yield np.array([[longer, 0.0], [lean, 1 / longer]]) @ rotation
