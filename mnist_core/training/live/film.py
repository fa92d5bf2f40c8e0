"""A live training as a film: its fields and its confusion, epoch by epoch, as a GIF."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import matplotlib as mpl
import numpy as np
from jaxtyping import UInt8
from PIL import Image, ImageDraw, ImageFont

from mnist_core.ground.errors import RunError
from mnist_core.insight.fields.sheet import COLOURS
from mnist_core.training.live.frames import Frame, Frames
from mnist_core.training.live.unit_pictures import (
    MOST_UNITS,
    Pictures,
    choose_epochs,
    draw_fields,
    quantise_fields,
)

_SHADES = 60  # of right and wrong cells, each
_FIELDS, _RIGHT, _WRONG = 0, 128, 128 + _SHADES  # where their colours begin in the palette
_PAPER, _TEXT = 254, 255
_EDGE, _HEAD, _CELL, _GAP = 12, 34, 20, 6  # pixels
_MOST_LETTERS = 4  # of a count, as many as a cell has room for
_LAST_MS = 2_000  # it rests at its end before it begins anew


@dataclass(frozen=True)
class FilmPlan:
    """How a training is filmed.

    Attributes
    ----------
    layer : str
        Whose units are shown.
    class_names : sequence of str
        What the output units stand for.
    pace : float
        Epochs a second.
    """

    layer: str
    class_names: Sequence[str]
    pace: float = 4.0


def make_film(frames: Frames, plan: FilmPlan) -> bytes:
    """Make a GIF of all epochs of a live training that are kept.

    Raises
    ------
    RunError
        If no epoch is kept.
    """
    epochs = choose_epochs(frames.last_epoch)
    if not epochs:
        raise RunError("A film needs at least one epoch, but none is kept: train one first.")
    pictures = [_draw(frames.read(epoch), frames.last_epoch, plan) for epoch in epochs]
    shown_ms = [round(1000 / plan.pace)] * (len(pictures) - 1) + [_LAST_MS]
    stream = io.BytesIO()
    # Not optimised: each picture has the one palette, and none flickers.
    pictures[0].save(
        stream,
        "GIF",
        save_all=True,
        append_images=pictures[1:],
        duration=shown_ms,
        loop=0,
        optimize=False,
    )
    return stream.getvalue()


def _draw(frame: Frame, last: int, plan: FilmPlan) -> Image.Image:
    pictures = quantise_fields(draw_fields(frame, plan.layer)[:MOST_UNITS])
    has_names = len(pictures) == len(plan.class_names)
    tiles = _tile(pictures, 15 if has_names else 0)
    matrix = _draw_cells(frame)
    height = max(tiles.shape[0], matrix.shape[0] + _CELL)
    width = tiles.shape[1] + matrix.shape[1] + 2 * _CELL
    sheet = np.full((height + _HEAD + 2 * _EDGE, width + 2 * _EDGE), _PAPER, np.uint8)
    _place(sheet, tiles, _HEAD + _EDGE, _EDGE)
    left, top = _EDGE + tiles.shape[1] + 2 * _CELL, _HEAD + _EDGE + _CELL
    _place(sheet, matrix, top, left)
    image = Image.fromarray(sheet, "P")
    image.putpalette(_make_palette().tobytes())
    pen = ImageDraw.Draw(image)
    _write_head(pen, frame, last)
    if has_names:
        _name_tiles(pen, plan.class_names, pictures.shape[1])
    _name_cells(pen, frame, plan.class_names, top, left)
    return image


def _tile(pictures: Pictures, caption: int) -> UInt8[np.ndarray, "height width"]:
    """Lay pictures side by side as places of the palette, with room below each for a caption."""
    n, side, _ = pictures.shape
    columns, zoom = _choose_layout(n)
    rows, tall, wide = -(-n // columns), side * zoom + _GAP + caption, side * zoom + _GAP
    sheet = np.full((rows * tall, columns * wide), _PAPER, np.uint8)
    levels = ((pictures.astype(np.int16) + 127) // 2 + _FIELDS).astype(np.uint8)
    for unit, level in enumerate(levels):
        row, column = divmod(unit, columns)
        _place(sheet, level.repeat(zoom, axis=0).repeat(zoom, axis=1), row * tall, column * wide)
    return sheet


def _choose_layout(n: int) -> tuple[int, int]:
    """Choose columns, and screen pixels along an edge of a pixel."""
    return (5, 3) if n <= 10 else (12, 2)


def _place(sheet: np.ndarray, part: np.ndarray, top: int, left: int) -> None:
    sheet[top : top + part.shape[0], left : left + part.shape[1]] = part


def _draw_cells(frame: Frame) -> UInt8[np.ndarray, "height width"]:
    counts = frame.confusion
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    is_right = np.eye(len(counts), dtype=bool)
    shades = np.round(np.where(is_right, shares, np.minimum(4 * shares, 1)) * (_SHADES - 1))
    places = np.where(is_right, _RIGHT, _WRONG) + shades
    cells: np.ndarray = places.astype(np.uint8).repeat(_CELL, axis=0).repeat(_CELL, axis=1)
    cells[::_CELL], cells[:, ::_CELL] = _PAPER, _PAPER
    return cells


def _make_palette() -> UInt8[np.ndarray, "256 3"]:
    palette = np.full((256, 3), 255, np.uint8)
    palette[_FIELDS : _FIELDS + 128] = mpl.colormaps[COLOURS](np.linspace(0, 1, 128), bytes=True)[:, :3]
    strengths = np.linspace(0.05, 0.7, _SHADES)[:, None]
    for begin, colour in ((_RIGHT, (63, 127, 208)), (_WRONG, (208, 96, 63))):
        palette[begin : begin + _SHADES] = np.round(255 + strengths * (np.array(colour) - 255))
    palette[_TEXT] = 28, 34, 48
    return palette


def _write_head(pen: ImageDraw.ImageDraw, frame: Frame, last: int) -> None:
    words = f"epoch {frame.epoch} of {last} · validation accuracy {frame.accuracy:.1%} · {frame.rates}"
    pen.text((_EDGE, _EDGE), words, fill=_TEXT, font=_find_font(16))


def _name_tiles(pen: ImageDraw.ImageDraw, names: Sequence[str], side: int) -> None:
    columns, zoom = _choose_layout(len(names))
    for unit, name in enumerate(names):
        row, column = divmod(unit, columns)
        left = _EDGE + column * (side * zoom + _GAP) + side * zoom / 2
        top = _HEAD + _EDGE + row * (side * zoom + _GAP + 15) + side * zoom + 2
        pen.text((left, top), name, fill=_TEXT, font=_find_font(12), anchor="ma")


def _name_cells(pen: ImageDraw.ImageDraw, frame: Frame, names: Sequence[str], top: int, left: int) -> None:
    half = _CELL / 2
    for place, name in enumerate(names):
        along = place * _CELL + half
        pen.text((left + along, top - half), name, fill=_TEXT, font=_find_font(11), anchor="mm")
        pen.text((left - half, top + along), name, fill=_TEXT, font=_find_font(11), anchor="mm")
    for truth, guess in np.argwhere(frame.confusion):
        count = str(frame.confusion[truth, guess])
        if len(count) <= _MOST_LETTERS:
            middle = left + guess * _CELL + half, top + truth * _CELL + half
            pen.text(middle, count, fill=_TEXT, font=_find_font(10 if len(count) < 4 else 8), anchor="mm")


@cache
def _find_font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)
