"""Pen strokes or a picture of a digit, turned into the image that a network knows."""

from mnist_core.pens.picture import read_brightness, read_picture
from mnist_core.pens.picture_file import open_shrunk
from mnist_core.pens.render import INK_SIDE, SIDE, centre_ink, draw_strokes
from mnist_core.pens.strokes import Drawing, Point, Stroke, parse_strokes, read_drawings

__all__ = [
    "INK_SIDE",
    "SIDE",
    "Drawing",
    "Point",
    "Stroke",
    "centre_ink",
    "draw_strokes",
    "open_shrunk",
    "parse_strokes",
    "read_brightness",
    "read_drawings",
    "read_picture",
]
