"""What fooled the networks in the game: drawings read as another digit, which their player confirmed."""

from collections.abc import Sequence

import streamlit as st

from mnist_core.ground.errors import LabError
from mnist_core.pens.corrections import Correction, Source, list_corrections
from mnist_ui import session
from mnist_ui.drawings.kept_drawings import show_kept
from mnist_ui.game import state
from mnist_ui.markdown import escape

_ALL = "All models"


def show_fooled() -> None:
    """Show what was kept, of each model or of one, to be exported or deleted."""
    st.header("What fooled it")
    try:
        kept = list_corrections(session.settings().corrections_folder)
    except LabError as error:
        st.error(escape(str(error)))
        return
    fooled = [one for one in reversed(kept) if one.source is Source.GAME and one.is_fooled]
    if not fooled:
        st.info(
            "Nothing has fooled a network yet, or nobody has kept it: at the end of a round, tick what was "
            "drawn honestly and read as another digit.",
            icon=":material/collections_bookmark:",
        )
        return
    st.caption("Drawings of the game are never used for “Learn from my writing”.")
    chosen = _choose_model(fooled)
    show_kept(
        [one for one in fooled if chosen in (_ALL, one.model)],
        _describe,
        state.KEPT_CHOSEN,
        label="what fooled a network",
        file_name="fooled.json",
    )


def _choose_model(fooled: Sequence[Correction]) -> str:
    models = sorted({one.model for one in fooled if one.model is not None})
    if state.KEPT_MODEL.get() not in models:
        state.KEPT_MODEL.put(_ALL)
    return str(st.selectbox("Read by", [_ALL, *models], key=state.KEPT_MODEL, width=260))


def _describe(one: Correction) -> str:
    return f"asked {one.label}, read as {one.read}, by {one.model}"
