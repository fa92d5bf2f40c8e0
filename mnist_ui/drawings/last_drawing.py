"""The digit that was drawn last on the Draw page, for other pages that look at one."""

from mnist_core.ground.arrays import Image
from mnist_core.ground.errors import DrawingError
from mnist_core.pens import SIDE, draw_strokes
from mnist_ui.components.canvas import read_paths
from mnist_ui.components.canvas.state import DRAWN, Canvas


def find_drawn(side: int) -> Image | None:
    """Find what was drawn last, as a network of that side is given it; None where there is nothing."""
    strokes = read_paths(DRAWN[Canvas.DRAW].get())
    if not strokes or side != SIDE:
        return None
    try:
        return draw_strokes(strokes)
    except DrawingError:
        return None
