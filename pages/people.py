"""The People page, for who looks after a lab of many: who is here and at work, the class, the evening."""

import streamlit as st

from mnist_core.ground.errors import LabError
from mnist_ui.markdown import escape
from mnist_ui.people import state
from mnist_ui.people.best_runs import show_best_runs
from mnist_ui.people.evening import show_evening
from mnist_ui.people.host import open_lab
from mnist_ui.people.person_panel import show_person
from mnist_ui.people.pooled_drawings import show_drawings
from mnist_ui.people.present import show_present
from mnist_ui.streamlit_insides import NO_FADING, style

_NOW, _CLASS, _DRAWINGS, _EVENING = "Now", "Best runs", "Drawings", "The evening"


def _show_page() -> None:
    st.title("People")
    store, settings = open_lab()
    if refusal := state.REFUSAL.take():
        st.error(escape(refusal), icon=":material/error:")
    if said := state.SAID.take():
        st.success(escape(said), icon=":material/check:")
    now, of_class, drawings, evening = st.tabs(
        [_NOW, _CLASS, _DRAWINGS, _EVENING], key=state.TAB, on_change="rerun"
    )
    style(NO_FADING)
    if now.open:
        with now:
            show_present(store, settings)
            show_person(store)
    if of_class.open:
        with of_class:
            show_best_runs(store)
    if drawings.open:
        with drawings:
            show_drawings(store, settings)
    if evening.open:
        with evening:
            show_evening(store, settings)


try:
    _show_page()
except LabError as error:
    st.error(escape(str(error)), icon=":material/error:")
