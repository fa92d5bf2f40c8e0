"""What fooled the networks in the game: drawings read as another digit, which their player confirmed."""

from collections.abc import Sequence

import streamlit as st

from mnist_core.corrections import (
    Correction,
    Source,
    delete_corrections,
    export_corrections,
    list_corrections,
)
from mnist_core.errors import LabError
from mnist_core.reading import draw_all
from mnist_ui import session
from mnist_ui.gallery import show_gallery
from mnist_ui.session import Key

_SHOWN = 60  # of the latest pictures
_SIZE = 88  # screen pixels of a picture; three in a row of a phone
_ALL = "All models"


def show_fooled() -> None:
    """Show what was kept, of each model or of one, to be exported or deleted."""
    st.header("What fooled it")
    try:
        kept = list_corrections(session.settings().corrections_folder)
    except LabError as error:
        st.error(str(error))
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
    _show_kept([one for one in fooled if chosen in (_ALL, one.model)])


def _choose_model(fooled: Sequence[Correction]) -> str:
    models = sorted({one.model for one in fooled if one.model is not None})
    if st.session_state.get(Key.GAME_KEPT_MODEL_WIDGET) not in models:
        st.session_state[Key.GAME_KEPT_MODEL_WIDGET] = _ALL
    return str(st.selectbox("Read by", [_ALL, *models], key=Key.GAME_KEPT_MODEL_WIDGET, width=260))


def _show_kept(fooled: Sequence[Correction]) -> None:
    shown = fooled[:_SHOWN]
    captions = [
        f"{place}: asked {one.label}, read as {one.read}, by {one.model}"
        for place, one in enumerate(shown, start=1)
    ]
    show_gallery(
        draw_all([one.strokes for one in shown]), captions, size=_SIZE, label="what fooled a network"
    )
    if len(shown) < len(fooled):
        st.caption(f"The latest {len(shown)} of {len(fooled)}; the export has all.")
    names = {caption: one.name for caption, one in zip(captions, shown, strict=True)}
    with st.container(horizontal=True):
        st.download_button(
            "Export",
            export_corrections(fooled),
            "fooled.json",
            "application/json",
            icon=":material/download:",
            on_click="ignore",
        )
        with st.popover("Delete", icon=":material/delete:"):
            chosen = st.multiselect("Drawings to delete", captions, key=Key.GAME_KEPT_WIDGET)
            st.button(
                "Delete these", disabled=not chosen, on_click=_delete, args=([names[one] for one in chosen],)
            )
            st.button(f"Delete all {len(fooled)}", on_click=_delete, args=([one.name for one in fooled],))


def _delete(names: Sequence[str]) -> None:
    delete_corrections(names, session.settings().corrections_folder)
    st.session_state.pop(Key.GAME_KEPT_WIDGET, None)
