"""Drawings that are kept: shown, exported, and deleted."""

from collections.abc import Callable, Sequence

import streamlit as st

from mnist_core.insight.reading import draw_all
from mnist_core.pens.corrections import Correction, delete_corrections, export_corrections
from mnist_ui import session
from mnist_ui.components.gallery import show_gallery
from mnist_ui.downloads import offer_file
from mnist_ui.session import Held

_SHOWN = 60  # of the latest pictures
_SIZE = 88  # screen pixels of a picture; three in a row of a phone


def show_kept(
    kept: Sequence[Correction],
    describe: Callable[[Correction], str],
    chosen: Held[list[str]],
    *,
    label: str,
    file_name: str,
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
    chosen : Held
        The captions of those to delete.
    """
    shown = kept[:_SHOWN]
    captions = [f"{place}: {describe(one)}" for place, one in enumerate(shown, start=1)]
    show_gallery(draw_all([one.strokes for one in shown]), captions, size=_SIZE, label=label)
    if len(shown) < len(kept):
        st.caption(f"The latest {len(shown)} of {len(kept)}; the export has all.")
    names = {caption: one.name for caption, one in zip(captions, shown, strict=True)}
    with st.container(horizontal=True):
        offer_file("Export", export_corrections(kept), file_name, "application/json")
        with st.popover("Delete", icon=":material/delete:"):
            some = [names[caption] for caption in st.multiselect("Drawings to delete", captions, key=chosen)]
            st.button("Delete these", disabled=not some, on_click=_delete, args=(some, chosen))
            every = [one.name for one in kept]
            st.button(f"Delete all {len(every)}", on_click=_delete, args=(every, chosen))


def _delete(names: Sequence[str], chosen: Held[list[str]]) -> None:
    delete_corrections(names, session.settings().corrections_folder)
    for name in names:  # where one of them is on the canvas, nothing is told of it any more
        session.TOLD.of(name).forget()
    chosen.forget()
