"""Pieces of ink in a row, drawn or found in a picture, of which one or several are a digit."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float64

from mnist_core.ground.arrays import Indices

Boxes = Float64[np.ndarray, "pieces 4"]
"""Left, top, right and bottom of each piece."""


@dataclass(frozen=True)
class Cut:
    """Two pieces of one whole, by their places, and what it costs to part them."""

    one: int
    other: int
    cost: float


@dataclass(frozen=True, eq=False)
class Pieces:
    """Pieces of ink, ordered from left to right.

    Attributes
    ----------
    boxes : ndarray of shape (pieces, 4)
        Left, top, right and bottom of each.
    wholes : sequence of int
        The stroke or connected ink that each belongs to.
    cuts : sequence of Cut
        Between pieces of a whole.
    height : float
        Of the row.
    """

    boxes: Boxes
    wholes: Sequence[int]
    cuts: Sequence[Cut]
    height: float


def measure_height(boxes: Boxes) -> float:
    """Measure the height of a row: that of its tallest wholes, as digits may climb."""
    return float(np.quantile(boxes[:, 3] - boxes[:, 1], 0.9))


def order_pieces(
    boxes: Boxes, wholes: Sequence[int], joints: Sequence[tuple[int, float]], height: float
) -> tuple[Pieces, Indices]:
    """Order pieces from left to right, by their middles.

    Parameters
    ----------
    boxes : ndarray of shape (pieces, 4)
        Left, top, right and bottom of each.
    wholes : sequence of int
        The stroke or connected ink that each belongs to.
    joints : sequence of tuple of int and float
        Pieces that were parted from the next one, and what that costs.
    height : float
        Of the row.

    Returns
    -------
    tuple of Pieces and ndarray of shape (pieces,), int64
        In order, and which of those that were given stands at each place.
    """
    order = np.argsort(boxes[:, 0] + boxes[:, 2], kind="stable")
    places = np.argsort(order)
    cuts = [Cut(int(places[one]), int(places[one + 1]), cost) for one, cost in joints]
    return Pieces(boxes[order], [wholes[one] for one in order], cuts, height), order
