"""The Data page: open a set of digit images, see what was understood of it, and overrule that."""

import streamlit as st

from mnist_core.data.dataset import Dataset
from mnist_ui import session
from mnist_ui.data import state
from mnist_ui.data.open_dataset import show_dataset
from mnist_ui.data.undecided_panel import show_pending
from mnist_ui.data.ways_in import show_ways_in
from mnist_ui.markdown import escape


def _show_page() -> None:
    st.title("Data")
    dataset = session.current_dataset()
    pending = state.PENDING.get()
    _show_refusal(dataset)
    heading = "Open another data set" if dataset else "Open a data set"
    # A new key with each data set: the ways in fold away once one was taken, not when one was refused.
    key = f"ways-{dataset.fingerprint if dataset else None}"
    is_open = dataset is None and pending is None
    with st.expander(heading, expanded=is_open, icon=":material/folder_open:", key=key):
        show_ways_in(dataset)
    if pending:
        show_pending(pending)
    if dataset:
        show_dataset(dataset)


def _show_refusal(dataset: Dataset | None) -> None:
    sentence = session.REFUSAL.take()
    with st.container():  # stays, so that what stands below keeps its place and its state
        if sentence:
            stays = f"\n\n**{escape(dataset.name)}** stays open." if dataset else ""
            st.error(escape(sentence) + stays, icon=":material/block:")


_show_page()
