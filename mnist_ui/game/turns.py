"""The digits of a round: what was asked, what was drawn, and what was read of it."""

import numpy as np

from mnist_core.ground.arrays import Image
from mnist_core.ground.errors import DrawingError
from mnist_core.pens import SIDE, draw_strokes
from mnist_core.pens.game import N_TURNS, Round, Turn
from mnist_ui.components.gallery import show_gallery

_PAPER = np.zeros((SIDE, SIDE), dtype=np.float32)


def show_turns(played: Round, size: int) -> None:
    """Show all digits of a round in their order, each of so many screen pixels; those to come are empty."""
    n_open = N_TURNS - len(played.turns)
    pictures = np.stack([*(_draw(turn) for turn in played.turns), *[_PAPER] * n_open])
    captions = [*(_caption(turn) for turn in played.turns), *[""] * n_open]
    show_gallery(pictures, captions, size=size, label="what was drawn, and what was read")


def _caption(turn: Turn) -> str:
    read = "nothing" if turn.read is None else f"read {turn.read}"
    return f"{turn.asked}: {read}, {turn.seconds:.1f}\u00a0s"


def _draw(turn: Turn) -> Image:
    try:
        return draw_strokes(turn.strokes)
    except DrawingError:
        return _PAPER
