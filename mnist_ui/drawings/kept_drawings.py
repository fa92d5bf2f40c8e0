"""Drawings that are kept: shown, exported, and deleted."""

from collections.abc import Callable, Sequence

import streamlit as st

from mnist_core.insight.reading import draw_all
from mnist_core.pens.corrections import Correction, delete_corrections, export_corrections
from mnist_ui.components.gallery import show_gallery
from mnist_ui.session import Key, settings

_SHOWN = 60  # of the latest pictures
_SIZE = 88  # screen pixels of a picture; three in a row of a phone


def show_kept(
    kept: Sequence[Correction], describe: Callable[[Correction], str], *, label: str, file_name: str, key: Key
) -> None:
    """Show the latest of kept drawings, and let them be exported and deleted.

    Parameters
    ----------
    kept : sequence of Correction
        At least one, the latest first.
    describe : callable
        Says what stands below a picture, behind its number.
    label : str
        What the pictures are, for those who hear the page.
    file_name : str
        Of the export.
    key : Key
        Of the choice of those to delete.
    """
    shown = kept[:_SHOWN]
    captions = [f"{place}: {describe(one)}" for place, one in enumerate(shown, start=1)]
    show_gallery(draw_all([one.strokes for one in shown]), captions, size=_SIZE, label=label)
    if len(shown) < len(kept):
        st.caption(f"The latest {len(shown)} of {len(kept)}; the export has all.")
    names = {caption: one.name for caption, one in zip(captions, shown, strict=True)}
    with st.container(horizontal=True):
        st.download_button(
            "Export",
            export_corrections(kept),
            file_name,
            "application/json",
            icon=":material/download:",
            on_click="ignore",
        )
        with st.popover("Delete", icon=":material/delete:"):
            chosen = st.multiselect("Drawings to delete", captions, key=key)
            some = [names[caption] for caption in chosen]
            st.button("Delete these", disabled=not some, on_click=_delete, args=(some, key))
            every = [one.name for one in kept]
            st.button(f"Delete all {len(every)}", on_click=_delete, args=(every, key))


def _delete(names: Sequence[str], key: Key) -> None:
    delete_corrections(names, settings().corrections_folder)
    for name in names:  # where one of them is on the canvas, nothing is told of it any more
        st.session_state.pop(f"{Key.TOLD_WIDGET}-{name}", None)
    st.session_state.pop(key, None)
