"""What a network makes of several digits in a row: the number, and how each digit was cut out and read."""

from collections.abc import Sequence
from html import escape

import streamlit as st

from mnist_core.insight.reading import Reading, draw_all
from mnist_core.insight.reading.row import Row, read_row
from mnist_core.network.models import Model
from mnist_core.pens import Stroke
from mnist_ui.components.gallery import show_gallery
from mnist_ui.drawings.answer import is_sure

_UNKNOWN = "?"
_PICTURE_SIZE = 80  # screen pixels; four fit a phone
_NUMBER = """<div style="font-size: 4.5rem; line-height: 1; font-weight: 700; overflow-wrap: anywhere"
role="status" aria-label="number: {spoken}">{shown}</div>
<div style="opacity: 0.85; margin-top: 0.5rem">{words}</div>"""


def show_number(model: Model, strokes: Sequence[Stroke]) -> None:
    """Cut strokes into digits, and show the number and each digit.

    Parameters
    ----------
    model : Model
        One that reads digits of 28 x 28.
    strokes : sequence of strokes
        At least one with a point.

    Raises
    ------
    DrawingError
        If nothing can be drawn of the strokes.
    ModelError
        If the model knows other classes than the ten digits.
    """
    row = read_row(model, strokes)
    st.caption("The number")
    st.html(_say_number(model, row))
    st.caption("How it was cut, and what was read")
    captions = [
        _say_digit(model, reading, chance) for reading, chance in zip(row.readings, row.chances, strict=True)
    ]
    show_gallery(draw_all(row.groups), captions, size=_PICTURE_SIZE, label="digits as they were cut")


def _say_number(model: Model, row: Row) -> str:
    shown = "".join(
        digit if is_sure(model, chance) else _UNKNOWN
        for digit, chance in zip(row.number, row.chances, strict=True)
    )
    if _UNKNOWN not in shown:
        words = f"{row.chance:.1%} sure that all of it is right"
    else:
        words = f"Not sure where it says ?. The best guess is {row.number}: {row.chance:.1%}."
    return _NUMBER.format(spoken=escape(shown), shown=escape(shown), words=escape(words))


def _say_digit(model: Model, reading: Reading, chance: float) -> str:
    if is_sure(model, chance):
        return f"{reading.digit}: {chance:.1%}"
    return f"not sure: {reading.digit} or {reading.second}"
