"""Which digit a drawing was meant to be: asked below the answer, and kept."""

from collections.abc import Sequence

import streamlit as st

from mnist_core.corrections import delete_corrections, keep_correction, list_corrections, make_correction
from mnist_core.dataset import DIGITS
from mnist_core.drawing import Stroke
from mnist_core.errors import LabError
from mnist_core.modelstore import Model
from mnist_core.reading import Reading
from mnist_ui.session import Key, settings

# All ten in a row, also on a phone.
_STYLE = """<style>
.st-key-draw-stale-truth [data-testid="stButtonGroup"] [role="group"] { flex-wrap: nowrap; gap: 3px; }
.st-key-draw-stale-truth [data-testid="stButtonGroup"] button { flex: 1; min-width: 0; padding-inline: 0; }
</style>"""


def ask_for_truth(model: Model, strokes: Sequence[Stroke], reading: Reading) -> None:
    """Ask which digit a drawing is, show what was told, and keep it; a second tap takes it back.

    Parameters
    ----------
    model : Model
        The one that read it; of other classes than the ten digits nothing is asked.
    strokes : sequence of strokes
        As drawn.
    reading : Reading
        What the model makes of it.
    """
    if model.info.class_names != DIGITS:
        return
    name = make_correction(strokes, 0, None, None).name
    key = f"{Key.TOLD_WIDGET}-{name}"
    if key not in st.session_state:
        st.session_state[key] = _find_told(name)
    st.html(_STYLE)
    with st.container(key=Key.STALE_TRUTH):
        told = st.pills(
            "Wrong? Tap the right digit. Right? Tap it too.",
            list(range(10)),
            key=key,
            on_change=_follow,
            width="stretch",
            args=(key, name, strokes, reading.digit, model.name),
        )
        if told is not None:
            st.caption(f"Kept as a {told}, read as {reading.digit}. Tap it again to take it back.")
    if st.session_state.pop(Key.TOLD_CHANGED, False):
        st.rerun()  # so that what is kept is shown anew


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
