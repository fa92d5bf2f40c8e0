"""Which digit a drawing was meant to be: asked below the answer, and kept."""

from collections.abc import Sequence

import streamlit as st

from mnist_core.arrays import Image
from mnist_core.corrections import delete_corrections, keep_correction, list_corrections, make_correction
from mnist_core.dataset import DIGITS
from mnist_core.drawing import Stroke
from mnist_core.errors import LabError
from mnist_core.modelstore import Model
from mnist_core.reading import read_images
from mnist_ui.session import Key, settings


def ask_for_truth(model: Model, strokes: Sequence[Stroke], image: Image) -> None:
    """Ask which digit a drawing is, show what was told, and keep it; a second tap takes it back.

    Parameters
    ----------
    model : Model
        The one that read it; of other classes than the ten digits nothing is asked.
    strokes : sequence of strokes
        As drawn.
    image : ndarray of shape (side, side), float32
        The same as the model reads it.
    """
    if model.info.class_names != DIGITS:
        return
    (reading,) = read_images(model, image[None])
    name = make_correction(strokes, 0, None, None).name
    key = f"{Key.TOLD_WIDGET}-{name}"
    if key not in st.session_state:
        st.session_state[key] = _find_told(name)
    told = st.pills(
        "Wrong? Tap the right digit. Right? Tap it too.",
        list(range(10)),
        key=key,
        on_change=_follow,
        args=(key, name, strokes, reading.digit, model.name),
    )
    if st.session_state.pop(Key.TOLD_CHANGED, False):
        st.rerun()  # so that what is kept is shown anew
    if told is not None:
        st.caption(f"Kept as a {told}, read as {reading.digit}. Tap it again to take it back.")


def _follow(key: str, name: str, strokes: Sequence[Stroke], read: int, model: str) -> None:
    folder, told = settings().corrections_folder, st.session_state[key]
    try:
        if told is None:
            delete_corrections([name], folder)
        else:
            keep_correction(make_correction(strokes, told, read, model), folder)
    except LabError as error:
        st.error(str(error))
    st.session_state[Key.TOLD_CHANGED] = True


def _find_told(name: str) -> int | None:
    path = settings().corrections_folder / f"{name}.json"
    if not path.exists():
        return None
    kept = list_corrections(settings().corrections_folder)
    return next((one.label for one in kept if one.name == name), None)
