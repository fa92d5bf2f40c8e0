"""Receptive fields side by side as a figure, for PNG and SVG files."""

import math
from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from mnist_core.ground.arrays import Fields

COLOURS = "RdBu_r"  # a matplotlib colour map: blue lowers the unit, white has no influence, red raises it

_INK = "gray"  # a matplotlib colour map: ink is bright, as in the data
_GAP = 2  # blank pixels between the pictures of a sheet
_TITLE = 7  # pixels above each picture for its title
_TICKS = (-1, -0.5, 0, 0.5, 1)


def draw_sheet(
    fields: Fields, *, titles: Sequence[str], one_scale: bool = True, ink: bool = False, heading: str = ""
) -> Figure:
    """Draw fields side by side, blue below zero and red above, with a colour bar; images as ink.

    Parameters
    ----------
    fields : ndarray of shape (units, side, side), float32
        What to draw.
    titles : sequence of str
        A title for each.
    one_scale : bool
        Give all the same scale, that of the greatest weight; else each fills the colours by itself.
    ink : bool
        They are images, ink 0 to 1, drawn bright on dark without a bar; `one_scale` says nothing then.
    heading : str
        A line above the sheet.

    Returns
    -------
    Figure
        Of no window and no global state; save it with `savefig` as PNG or SVG.
    """
    n_columns = _count_columns(len(fields))
    n_rows = math.ceil(len(fields) / n_columns)
    # dpi 200 draws a pixel of a field about five pixels wide
    figure = Figure(figsize=(max(4.0, 0.8 * n_columns), 1.05 * n_rows + 1.0), dpi=200, layout="constrained")
    axes = figure.add_subplot()
    if ink:
        _draw_tiles(axes, fields, titles, n_columns)
        axes.images[0].set(cmap=_INK, clim=(0, 1))
    else:
        _draw_tiles(axes, scale_fields(fields, one_scale), titles, n_columns)
        _add_colour_bar(figure, axes, float(np.abs(fields).max()) if one_scale else None)
    if heading:
        axes.set_title(heading, fontsize=8, pad=10)
    return figure


def scale_fields(fields: Fields, one_scale: bool) -> Fields:
    """Scale fields to -1 .. 1, zero staying zero: by the greatest weight of all, or each by its own."""
    greatest = np.abs(fields).max(axis=None if one_scale else (1, 2), keepdims=True)
    greatest = np.broadcast_to(greatest, fields.shape)
    scaled: Fields = np.divide(fields, greatest, out=np.zeros_like(fields), where=greatest > 0)
    return scaled


def _draw_tiles(axes: Axes, fields: Fields, titles: Sequence[str], n_columns: int) -> None:
    units, side, _ = fields.shape
    height, width = side + _TITLE + _GAP, side + _GAP
    sheet = np.full((math.ceil(units / n_columns) * height, n_columns * width), np.nan, dtype=np.float32)
    for index, field in enumerate(fields):
        top, left = (index // n_columns) * height + _TITLE, (index % n_columns) * width
        sheet[top : top + side, left : left + side] = field
        axes.text(left + side / 2, top - 1.5, titles[index], ha="center", va="bottom", fontsize=5)
    # interpolation none: the SVG holds the weights as pixels, not a blurred enlargement
    axes.imshow(sheet, cmap=COLOURS, vmin=-1, vmax=1, interpolation="none")
    axes.set_axis_off()


def _add_colour_bar(figure: Figure, axes: Axes, greatest: float | None) -> None:
    bar = figure.colorbar(axes.images[0], ax=axes, location="bottom", fraction=0.03, pad=0.02, aspect=40)
    words = "weight" if greatest is not None else "weight, as a share of the unit's greatest"
    bar.set_ticks(_TICKS)
    bar.set_ticklabels([f"{tick * (greatest or 1):.3g}" for tick in _TICKS])
    bar.set_label(words, fontsize=6)
    bar.ax.tick_params(labelsize=6)


def _count_columns(units: int) -> int:
    # digits in two rows of five; else about three columns to two rows
    return min(units, 5) if units <= 10 else min(16, math.ceil(math.sqrt(units * 1.5)))
