"""The digit that was drawn last on the Draw page, for other pages that look at one."""

from mnist_core.ground.arrays import Image
from mnist_core.ground.errors import DrawingError
from mnist_core.pens import SIDE, draw_strokes
from mnist_ui.components.canvas import list_drawn, read_paths
from mnist_ui.session import Canvas


def find_drawn(side: int) -> Image | None:
    """Find what was drawn last, as a network of that side is given it; None where there is nothing."""
    strokes = read_paths(list_drawn(Canvas.DRAW))
    if not strokes or side != SIDE:
        return None
    try:
        return draw_strokes(strokes)
    except DrawingError:
        return None
