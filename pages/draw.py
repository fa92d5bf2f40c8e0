"""The Draw page: draw a digit, or upload a picture of one, and see what a network makes of it."""

from collections.abc import Callable
from functools import partial
from typing import TypeVar

import streamlit as st
from PIL.Image import Image as Picture

from mnist_core.ground.arrays import Image
from mnist_core.ground.errors import DrawingError, ModelError
from mnist_core.network.models import Model
from mnist_core.pens import SIDE, draw_strokes, open_shrunk, read_brightness, read_picture
from mnist_ui.components.canvas import read_sheet, show_canvas
from mnist_ui.components.canvas.state import Canvas
from mnist_ui.components.live_answer import LiveSource, send_network
from mnist_ui.components.uploads import tell_of_uploads
from mnist_ui.draft import take_up_draft
from mnist_ui.draw.corrections_panel import show_corrections
from mnist_ui.draw.network_at_work import ask_whether_alive, show_at_work
from mnist_ui.draw.number_answer import show_number, show_numbers
from mnist_ui.draw.true_digit import ask_for_truth
from mnist_ui.drawings.answer import show_answer, show_insides
from mnist_ui.markdown import escape
from mnist_ui.models.model_choice import BEST_READER, choose_model
from mnist_ui.segments import choose_one

_DIGIT, _NUMBER, _PICTURE, _NUMBERS = "One digit", "A number", "A picture", "Numbers in a picture"
_HINTS = {
    _DIGIT: "Draw a digit from 0 to 9 in the box, with the mouse or a finger: any size, anywhere. "
    "The network reads along, and answers when you lift the pen.",
    _NUMBER: "Write several digits from left to right, such as 2026. They may touch, and the pen may run on.",
    _PICTURE: "Choose a photo of a digit on paper, or a picture of one: dark on light or light on "
    "dark, one digit with some paper around it.",
    _NUMBERS: "Choose a photo of numbers on paper, one or several rows of digits.",
}
_OTHERWISE = "Without them, upload a picture: the control above has it."
_KINDS = ["png", "jpg", "jpeg", "webp", "bmp", "tif", "tiff", "gif", "avif", "heic", "heif"]
_WIDTH = 320  # screen pixels of the canvas and of an uploaded picture; fits a phone


_Result = TypeVar("_Result")


def _refuse_side(model: Model) -> None:
    side = model.info.side
    st.warning(
        f"A drawing has {SIDE} x {SIDE} pixels, but {escape(model.name)} reads images of {side} x {side}: "
        "choose another model."
    )


def _name_writers(model: Model) -> None:
    """Name whose pen strokes a model has learned from, as their licence asks."""
    if model.info.pens is not None:
        st.caption(
            f"{escape(model.name)} also learned from pen strokes of {len(model.info.pens.writers)} writers: "
            "“Pen-Based Recognition of Handwritten Digits” by E. Alpaydin and F. Alimoglu, UCI Machine "
            "Learning Repository, CC BY 4.0."
        )


@st.fragment
def _draw_and_answer(model: Model, network: str) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        source = choose_one("Source", list(_HINTS), "draw-source", label_visibility="collapsed")
        is_number = source in (_NUMBER, _NUMBERS)
        is_alive = not is_number and ask_whether_alive()
    if is_number:
        (_write_number if source == _NUMBER else _find_numbers)(model)
        return
    with st.container(key="draw-answer"):
        with st.container(horizontal=True, gap="medium"):
            asked, beside = st.container(width=_WIDTH), st.container(width="stretch")
        with asked:
            image = _try(_read_digit if source == _DIGIT else _read_upload)
        with st.container() if is_alive else beside:
            _answer(model, network, source, image)
        if is_alive:
            with beside:
                show_at_work(model, network)
        if image is not None:
            show_insides(model, image)


def _answer(model: Model, network: str, source: str, image: Image | None) -> None:
    if source == _DIGIT:
        strokes, version = read_sheet(Canvas.DRAW)
        ask = partial(ask_for_truth, model, strokes)
        show_answer(model, image, LiveSource(network, strokes, version), ask)
    else:
        show_answer(model, image)
    if image is None:
        with st.container(key="draw-stale-hint"):
            _hint(source)


def _write_number(model: Model) -> None:
    strokes = show_canvas(Canvas.NUMBER, _OTHERWISE)
    if strokes:
        _try(partial(show_number, model, strokes))
    else:
        _hint(_NUMBER)


def _find_numbers(model: Model) -> None:
    picture = _try(partial(_open_upload, "Numbers in a photo or picture"))
    if picture is None:
        _hint(_NUMBERS)
        return
    _show_upload(picture)
    _try(partial(show_numbers, model, picture))


def _hint(source: str) -> None:
    icon = ":material/photo_camera:" if source in (_PICTURE, _NUMBERS) else ":material/draw:"
    st.info(_HINTS[source], icon=icon)


def _try(act: Callable[[], _Result]) -> _Result | None:
    try:
        return act()
    except (DrawingError, ModelError) as error:
        st.error(escape(str(error)))
        return None


def _read_digit() -> Image | None:
    strokes = show_canvas(Canvas.DRAW, _OTHERWISE)
    return draw_strokes(strokes) if strokes else None


def _read_upload() -> Image | None:
    picture = _open_upload("A photo or picture of one digit")
    if picture is None:
        return None
    image = read_picture(picture)
    _show_upload(picture)
    return image


def _open_upload(words: str) -> Picture | None:
    file = st.file_uploader(words, type=_KINDS, key="draw-picture")
    tell_of_uploads("draw-uploads")
    return None if file is None else open_shrunk(file)


def _show_upload(picture: Picture) -> None:
    # As it was read: a browser shows no HEIC, and a photo of 100 megapixels would be decoded once more.
    st.image(read_brightness(picture), caption="Your picture", width=_WIDTH, clamp=True)


st.title("Draw")
take_up_draft()
chosen = choose_model(usual=BEST_READER)
if chosen.info.side == SIDE:
    _draw_and_answer(chosen, send_network(chosen))
    show_corrections(chosen)
    _name_writers(chosen)
else:
    _refuse_side(chosen)
