"""The drawings of the class: counted, taken along, and pooled into one data set of the host's."""

import numpy as np
import pandas as pd
import streamlit as st

from mnist_core.ground.errors import LabError
from mnist_core.ground.settings import Settings
from mnist_core.pens import draw_strokes
from mnist_core.store import Database
from mnist_core.store.people.class_drawings import (
    ClassDrawings,
    export_drawings,
    gather_drawings,
    pool_drawings,
)
from mnist_core.store.people.roll import list_people
from mnist_ui import session
from mnist_ui.components.gallery import show_gallery
from mnist_ui.downloads import offer_file
from mnist_ui.markdown import escape

_SHOWN = 40  # pictures
_SIZE = 60  # screen pixels of one


def show_drawings(store: Database, settings: Settings) -> None:
    """Show the drawings of the class, and what can be made of them."""
    st.markdown(
        "What people drew and told the digit of, on the Draw page. In one data set each writer has a number, "
        "and splits keep writers apart: what is measured holds for hands that no network has seen."
    )
    of_game = st.toggle(
        "Also those of the game",
        key="people-of-game",
        help="They are drawn in haste, and only kept where a network misread them.",
    )
    found = _gather(store, settings, _read_times(store, settings), of_game)
    for trouble in found.troubles:
        st.warning(escape(trouble), icon=":material/warning:")
    if not found.n:
        st.info("Nobody has told the digit of a drawing yet.", icon=":material/draw:")
        return
    _show_pictures(found)
    with st.container(horizontal=True):
        if st.button("Make one data set of them, and open it", type="primary", icon=":material/dataset:"):
            _pool(found)
        offer_file(
            "Strokes of all (.json)",
            lambda: export_drawings(found.writers),
            "class-drawings.json",
            "application/json",
        )
    _show_writers(found)


def _pool(found: ClassDrawings) -> None:
    try:
        session.use_dataset(pool_drawings(found))
    except LabError as error:
        st.error(escape(str(error)), icon=":material/error:")
    else:
        st.switch_page("pages/data.py")


def _show_pictures(found: ClassDrawings) -> None:
    """Show some pictures of each writer in turn."""
    turns = range(max(len(writer.drawings) for writer in found.writers))
    drawn = [
        (writer.number, writer.drawings[-1 - turn])
        for turn in turns
        for writer in found.writers
        if turn < len(writer.drawings)
    ][:_SHOWN]
    captions = [f"a {one.label}, writer {number}" for number, one in drawn]
    images = np.stack([draw_strokes(one.strokes) for _, one in drawn])
    show_gallery(images, captions, size=_SIZE, label="Drawings of the class")
    st.caption(f"{len(drawn)} of {found.n:,} drawings of {len(found.writers)} writers.")


def _show_writers(found: ClassDrawings) -> None:
    with st.expander("Which number is whose"):
        rows = [
            {"writer": one.number, "person": one.person.name, "drawings": len(one.drawings)}
            for one in found.writers
        ]
        st.dataframe(pd.DataFrame(rows), hide_index=True, alt="Writers by number")


def _read_times(store: Database, settings: Settings) -> tuple[tuple[str, int], ...]:
    """Read what differs once a drawing was kept or deleted: when each folder was written to."""
    folders = [(one.id, settings.of(one.id).corrections_folder) for one in list_people(store)]
    return tuple((one, folder.stat().st_mtime_ns if folder.exists() else 0) for one, folder in folders)


@st.cache_resource(show_spinner="Reading the drawings …", max_entries=2)
def _gather(
    _store: Database,
    settings: Settings,
    times: tuple[tuple[str, int], ...],  # noqa: ARG001 - part of the key
    of_game: bool,
) -> ClassDrawings:
    return gather_drawings(_store, settings, of_game=of_game)
