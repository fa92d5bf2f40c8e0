"""The open data set: what was understood of it, and the ways on."""

from collections.abc import Callable
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

import streamlit as st

from mnist_core.data.dataset import Dataset, Split, check_inner_split
from mnist_core.data.layouts.export import write_mat, write_npz
from mnist_core.ground.errors import DataError
from mnist_core.store.people.publishing import give_dataset, is_given, take_back_dataset
from mnist_ui import session
from mnist_ui.cached.once import once
from mnist_ui.cached.opened_models import split_once
from mnist_ui.data import state
from mnist_ui.data.dataset_charts import chart_digit_counts
from mnist_ui.data.dataset_view import (
    build_tree,
    list_roles,
    show_as_in_file,
    show_examples,
    show_facts,
    show_reasons,
    show_variables,
    show_warnings,
)
from mnist_ui.data.removal import offer_removal
from mnist_ui.data.undecided_file import reopen_files
from mnist_ui.data.ways_in import open_anew
from mnist_ui.downloads import offer_file
from mnist_ui.markdown import escape
from mnist_ui.models.sharing import offer_sharing
from mnist_ui.page_links import link_suspects

_SPLIT_SEED = 0
_FOLDS = 5  # of a search, and parts of each training's own split, unless one says otherwise
_N_EXAMPLES = 20  # of each digit; what a wide page has room for


def show_dataset(dataset: Dataset) -> None:
    """Show what was understood of the open data set, and the ways on from it."""
    _show_heading(dataset)
    show_facts(dataset)
    show_warnings(dataset)
    split = _show_split(dataset)
    _show_examples(dataset)
    if dataset.is_labelled:
        st.markdown("### Images of each class")
        _draw_counts(dataset, split is not None)
        link_suspects()
    _show_reading(dataset)
    _offer_downloads(dataset)
    if dataset.is_labelled:
        st.page_link(
            "pages/search.py", label="Next: search for a good network", icon=":material/arrow_forward:"
        )


@once(most=16)
def _draw_counts(dataset: Dataset, is_split: bool) -> None:
    split = split_once(dataset, _SPLIT_SEED, None) if is_split else None
    st.altair_chart(chart_digit_counts(dataset, split), width="stretch")


def _show_split(dataset: Dataset) -> Split | None:
    try:
        split = split_once(dataset, _SPLIT_SEED, None)
    except DataError as error:
        st.warning(escape(str(error)), icon=":material/warning:")
        return None
    st.markdown(f"**Split:** {split.description}.")
    try:
        check_inner_split(dataset.labels[split.train], _FOLDS, _FOLDS, dataset.class_names)
    except DataError as error:
        words = f"A search as usual, with {_FOLDS} folds, is not possible. {error}"
        st.warning(escape(words), icon=":material/warning:")
    return split


def _show_heading(dataset: Dataset) -> None:
    sources = session.find_dataset_sources(dataset)
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.header(escape(dataset.name), width="content")
        offer_sharing(
            "the data set",
            is_given(session.settings(), dataset.fingerprint),
            lambda: give_dataset(session.settings(), dataset.fingerprint),
            lambda: take_back_dataset(session.settings(), dataset.fingerprint),
        )
        if sources and st.button("Read it another way", icon=":material/alt_route:"):
            open_anew(lambda: reopen_files(sources, dataset.origin.choices), "Reading the file …")


def _show_reading(dataset: Dataset) -> None:
    """Show what the file holds, what each part of it became, and why."""
    file_side, reason_side = st.columns([2, 3], gap="large")
    with file_side:
        st.markdown("### What the file holds")
        show_variables(build_tree(dataset.origin.variables), list_roles(dataset))
    with reason_side:
        st.markdown("### Why it was read so")
        show_reasons(dataset)


def _offer_downloads(dataset: Dataset) -> None:
    """Offer the data set as clean files; they are written once one is asked for."""
    st.markdown("### Take it along")
    st.caption(
        "As it was understood: upright, from 0 to 1, bright ink. "
        "The .mat file opens here again as the same data."
    )
    name = Path(dataset.name).stem or "digits"
    writers = {"mat": ("In the paper's layout (.mat)", write_mat), "npz": ("For NumPy (.npz)", write_npz)}
    with st.container(horizontal=True):
        for ending, (label, write) in writers.items():
            offer_file(label, partial(_write_bytes, dataset, write), f"{name}-clean.{ending}")
        offer_removal(dataset)


def _write_bytes(dataset: Dataset, write: Callable[[Dataset, BinaryIO], None]) -> bytes:
    stream = BytesIO()
    write(dataset, stream)
    return stream.getvalue()


def _show_examples(dataset: Dataset) -> None:
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.markdown("### Examples", width="content")
        st.button(
            "Show others",
            icon=":material/shuffle:",
            on_click=state.EXAMPLES.count_up,
        )
    show_as_in_file(dataset)
    show_examples(dataset, state.EXAMPLES.get(), _N_EXAMPLES)
