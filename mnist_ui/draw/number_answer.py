"""What a network makes of several digits in a row: the number, and how each digit was cut out and read."""

import math
from collections.abc import Sequence
from html import escape

import streamlit as st
from PIL.Image import Image as Picture

from mnist_core.insight.reading import Reading
from mnist_core.insight.reading.picture_numbers import read_picture_numbers
from mnist_core.insight.reading.row import Row, read_row
from mnist_core.network.models import Model
from mnist_core.pens import Stroke
from mnist_core.pens.picture_rows import read_picture_rows
from mnist_ui.components.gallery import show_gallery
from mnist_ui.draw import state
from mnist_ui.draw.true_digit import ask_for_truth, find_told
from mnist_ui.drawings.answer import is_sure

_UNKNOWN = "?"
_PICTURE_SIZE = 80  # screen pixels; four fit a phone
_NUMBER = """<div style="font-size: 4.5rem; line-height: 1; font-weight: 700; overflow-wrap: anywhere"
role="status" aria-label="number: {spoken}">{shown}</div>
<div style="opacity: 0.85; margin-top: 0.5rem">{words}</div>"""


def show_number(model: Model, strokes: Sequence[Stroke]) -> None:
    """Cut strokes into digits, show the number and each digit, and ask which of them was read wrongly.

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
    _show_row(model, row, [find_told(group) for group in row.groups])
    _ask_for_truth(model, row)


def show_numbers(model: Model, picture: Picture) -> None:
    """Find the numbers in a picture, and show them and each of their digits.

    Raises
    ------
    DrawingError
        If no digits are found.
    ModelError
        If the model knows other classes than the ten digits.
    """
    for row in read_picture_numbers(model, read_picture_rows(picture)):
        _show_row(model, row, [None] * len(row.number))


def _show_row(model: Model, row: Row, told: Sequence[int | None]) -> None:
    st.caption("The number")
    st.html(_say_number(model, row, told))
    st.caption("How it was cut, and what was read")
    captions = [_say_digit(model, *about) for about in zip(row.readings, row.chances, told, strict=True)]
    show_gallery(row.images, captions, size=_PICTURE_SIZE, label="digits as they were cut")


def _ask_for_truth(model: Model, row: Row) -> None:
    """Ask for the digit that is to be corrected, and what it is."""
    places = range(len(row.groups))
    if state.NUMBER_PLACE.get() not in places:
        state.NUMBER_PLACE.forget()  # another number has fewer
    place = st.pills(
        "One is wrong? Tap it.",
        list(places),
        format_func=lambda place: f"{place + 1}: {row.number[place]}",
        key=state.NUMBER_PLACE,
    )
    if place is not None:
        ask_for_truth(model, row.groups[place], row.readings[place])


def _say_number(model: Model, row: Row, told: Sequence[int | None]) -> str:
    is_open = [
        digit is None and not is_sure(model, chance) for digit, chance in zip(told, row.chances, strict=True)
    ]
    known = [read if digit is None else str(digit) for read, digit in zip(row.number, told, strict=True)]
    best = "".join(known)
    shown = "".join(_UNKNOWN if unsure else digit for digit, unsure in zip(known, is_open, strict=True))
    chance = math.prod(chance for chance, digit in zip(row.chances, told, strict=True) if digit is None)
    if any(is_open):
        words = f"Not sure where it says ?. The best guess is {best}: {chance:.1%}."
    elif None in told:
        words = f"{chance:.1%} sure that all of it is right"
    else:
        words = "as you told it"
    return _NUMBER.format(spoken=escape(shown), shown=escape(shown), words=escape(words))


def _say_digit(model: Model, reading: Reading, chance: float, told: int | None) -> str:
    if told is not None:
        return f"{told}, as you told it" + ("" if told == reading.digit else f": read as {reading.digit}")
    if is_sure(model, chance):
        return f"{reading.digit}: {chance:.1%}"
    return f"not sure: {reading.digit} or {reading.second}"
