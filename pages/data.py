"""The Data page: open a set of digit images, see what was understood of it, and overrule that."""

from collections.abc import Callable
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

import streamlit as st

from mnist_core.data.dataset import Dataset, Split
from mnist_core.data.layouts.export import write_mat, write_npz
from mnist_core.data.mnist import fetch_mnist
from mnist_core.data.sample import SAMPLE_NAME, SAMPLE_PATH
from mnist_core.ground.errors import DataError, LabError
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
from mnist_ui.data.undecided_file import drop_pending, open_file, reopen_file
from mnist_ui.data.undecided_panel import show_pending
from mnist_ui.downloads import offer_file
from mnist_ui.markdown import escape
from mnist_ui.results.tabs import SUSPECTS, TAB_PARAM

_SPLIT_SEED = 0
_N_EXAMPLES = 20  # of each digit; what a wide page has room for
_MEGABYTE = 1e6


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
        _show_ways_in(dataset)
    if pending:
        show_pending(pending)
    if dataset:
        _show_dataset(dataset)


def _show_refusal(dataset: Dataset | None) -> None:
    sentence = session.REFUSAL.take()
    with st.container():  # stays, so that what stands below keeps its place and its state
        if sentence:
            stays = f"\n\n**{escape(dataset.name)}** stays open." if dataset else ""
            st.error(escape(sentence) + stays, icon=":material/block:")


def _show_ways_in(dataset: Dataset | None) -> None:
    upload_way, sample_way, fetch_way = st.columns(3, gap="medium")
    with upload_way:
        _offer_upload()
    with sample_way:
        _offer_sample()
    with fetch_way:
        _offer_fetch()
    _offer_kept(dataset)


def _offer_upload() -> None:
    st.markdown("**Upload a .mat file**")
    st.caption("Digit images of MATLAB, Octave or SciPy, in any usual layout.")
    # A new key after each choice: the browser's list and the server's copy of the bytes are emptied.
    key = f"upload-{state.CHOICES.get()}"
    file = st.file_uploader("A .mat file", key=key, label_visibility="collapsed")
    if file is not None:
        state.CHOICES.count_up()
        _open(lambda: open_file(file, file.name), "Reading the file …")


def _offer_sample() -> None:
    st.markdown("**Built-in sample**")
    st.caption("5,000 real images, 500 of each digit. Needs no network.")
    if st.button("Open the sample", icon=":material/inventory_2:", width="stretch"):
        _open(lambda: open_file(SAMPLE_PATH, SAMPLE_NAME), "Reading the sample …")
    offer_file("Download it as a .mat file", SAMPLE_PATH.read_bytes, SAMPLE_PATH.name, type="tertiary")


def _offer_fetch() -> None:
    st.markdown("**Fetch MNIST**")
    st.caption("The 60,000 training images, 10 MB from a public mirror, checked by hash.")
    if st.button("Fetch MNIST", icon=":material/cloud_download:", width="stretch"):
        bar = st.progress(0.0, "Looking for a mirror …")

        def report(name: str, done: int, whole: int) -> None:
            share = done / whole if whole else 0.0
            bar.progress(share, f"{name}: {done / _MEGABYTE:.1f} of {whole / _MEGABYTE:.1f} MB")

        def fetch() -> None:
            session.use_dataset(fetch_mnist(session.settings().home / "downloads", report))
            drop_pending()

        _open(fetch, "Fetching MNIST …")


def _offer_kept(dataset: Dataset | None) -> None:
    kept = dict(session.kept_datasets())
    others = [fingerprint for fingerprint in kept if not dataset or fingerprint != dataset.fingerprint]
    if not others:
        return
    chosen = st.selectbox(
        "Or one that was opened before",
        others,
        index=None,
        format_func=lambda fingerprint: f"{kept[fingerprint]}  ({fingerprint[:6]})",
        placeholder="Choose a data set",
        key=f"kept-{state.CHOICES.get()}",
    )
    if chosen:
        state.CHOICES.count_up()

        def reopen() -> None:
            session.reopen_dataset(chosen)
            drop_pending()

        _open(reopen, "Opening …")


def _open(read: Callable[[], object], words: str) -> None:
    """Open a data set, or remember in one sentence why not, and start the page over."""
    try:
        with st.spinner(words):
            read()
    except LabError as error:
        session.REFUSAL.put(str(error))
    st.rerun()


def _show_dataset(dataset: Dataset) -> None:
    _show_heading(dataset)
    show_facts(dataset)
    show_warnings(dataset)
    split = _show_split(dataset)
    _show_examples(dataset)
    if dataset.is_labelled:
        st.markdown("### Images of each class")
        _draw_counts(dataset, split is not None)
        st.page_link(
            "pages/results.py",
            label="Find labels that are likely wrong",
            icon=":material/fact_check:",
            query_params={TAB_PARAM: SUSPECTS},
        )
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
    return split


def _show_heading(dataset: Dataset) -> None:
    source = session.find_dataset_source(dataset)
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.header(escape(dataset.name), width="content")
        if source is not None and st.button("Read it another way", icon=":material/alt_route:"):
            _open(lambda: reopen_file(source, dataset.name, dataset.origin.choices), "Reading the file …")


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


_show_page()
