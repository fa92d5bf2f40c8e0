"""The Data page: open a set of digit images, and see what was understood of it."""

from collections.abc import Callable

import numpy as np
import streamlit as st

from mnist_core.dataset import Dataset, Split, split_dataset
from mnist_core.dataset.mnist import fetch_mnist
from mnist_core.dataset.sample import SAMPLE_NAME, SAMPLE_PATH
from mnist_core.errors import DataError, LabError
from mnist_core.layouts import read_dataset
from mnist_ui import session
from mnist_ui.charts.data import chart_digit_counts
from mnist_ui.gallery import show_rows
from mnist_ui.markdown import escape

_SPLIT_SEED = 0
_N_EXAMPLES = 20  # of each digit; what a wide page has room for
_MEGABYTE = 1e6
_LAYOUTS = {"paper": "the paper's, an image a row", "idx": "IDX, as MNIST's makers publish it"}


def _show_page() -> None:
    st.title("Data")
    dataset = session.current_dataset()
    _show_refusal(dataset)
    heading = "Open another data set" if dataset else "Open a data set"
    # A new key with each data set: the ways in fold away once one was taken, not when one was refused.
    key = f"ways-{dataset.fingerprint if dataset else None}"
    with st.expander(heading, expanded=dataset is None, icon=":material/folder_open:", key=key):
        _show_ways_in(dataset)
    if dataset:
        _show_dataset(dataset)


def _show_refusal(dataset: Dataset | None) -> None:
    sentence = session.take_refusal()
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
    st.caption("With `input_images`, an image a row, and `output_labels`, its digit.")
    # A new key after each choice: the browser's list and the server's copy of the bytes are emptied.
    key = f"upload-{session.count(session.Key.CHOICES)}"
    file = st.file_uploader("A .mat file", key=key, label_visibility="collapsed")
    if file is not None:
        session.count_up(session.Key.CHOICES)
        _open(lambda: read_dataset(file, file.name), f"Reading {file.name} …")


def _offer_sample() -> None:
    st.markdown("**Built-in sample**")
    st.caption("5,000 real images, 500 of each digit. Needs no network.")
    if st.button("Open the sample", icon=":material/inventory_2:", width="stretch"):
        _open(lambda: read_dataset(SAMPLE_PATH, SAMPLE_NAME), "Reading the sample …")
    st.download_button(
        "Download it as a .mat file",
        SAMPLE_PATH.read_bytes,
        file_name=SAMPLE_PATH.name,
        mime="application/octet-stream",
        icon=":material/download:",
        type="tertiary",
        on_click="ignore",
    )


def _offer_fetch() -> None:
    st.markdown("**Fetch MNIST**")
    st.caption("The 60,000 training images, 10 MB from a public mirror, checked by hash.")
    if st.button("Fetch MNIST", icon=":material/cloud_download:", width="stretch"):
        bar = st.progress(0.0, "Looking for a mirror …")

        def report(name: str, done: int, whole: int) -> None:
            share = done / whole if whole else 0.0
            bar.progress(share, f"{name}: {done / _MEGABYTE:.1f} of {whole / _MEGABYTE:.1f} MB")

        _open(lambda: fetch_mnist(session.settings().home / "downloads", report), "Fetching MNIST …")


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
        key=f"kept-{session.count(session.Key.CHOICES)}",
    )
    if chosen:
        session.count_up(session.Key.CHOICES)
        _open(lambda: session.reopen_dataset(chosen), "Opening …")


def _open(read: Callable[[], Dataset], words: str) -> None:
    """Open a data set, or remember in one sentence why not, and start the page over."""
    try:
        with st.spinner(words):
            session.use_dataset(read())
    except LabError as error:
        session.refuse(str(error))
    st.rerun()


def _show_dataset(dataset: Dataset) -> None:
    st.subheader(escape(dataset.name))
    _show_facts(dataset)
    for sentence in dataset.origin.warnings:
        st.info(sentence, icon=":material/info:")
    split = _show_split(dataset)
    chart_side, file_side = st.columns([3, 2], gap="large")
    with chart_side:
        st.markdown("##### Images of each digit")
        st.altair_chart(chart_digit_counts(dataset, split), width="stretch")
    with file_side:
        _show_variables(dataset)
    _show_examples(dataset)
    st.page_link("pages/search.py", label="Next: search for a good network", icon=":material/arrow_forward:")


def _show_facts(dataset: Dataset) -> None:
    least, greatest = dataset.origin.value_range
    facts = {
        "Images": f"{dataset.n_samples:,}",
        "Pixels": f"{dataset.side} × {dataset.side}",
        "Digits": f"{np.count_nonzero(dataset.class_counts)}",
        "Values in the file": f"{least:g} to {greatest:g}",
    }
    with st.container(horizontal=True, gap="medium"):
        for label, value in facts.items():
            st.metric(label, value, width=160)


def _show_split(dataset: Dataset) -> Split | None:
    try:
        split = split_dataset(dataset, _SPLIT_SEED)
    except DataError as error:
        st.warning(str(error), icon=":material/warning:")
        return None
    st.markdown(f"**Split:** {split.description}.")
    return split


def _show_variables(dataset: Dataset) -> None:
    origin = dataset.origin
    st.markdown("##### What was understood")
    rows = [("Layout", _LAYOUTS.get(origin.layout, origin.layout)), ("Images lie", origin.orientation)]
    rows += [(f"`{name}`", words.replace(" x ", " × ")) for name, words in origin.variables]
    rows += [("Fingerprint", f"`{dataset.fingerprint}`")]
    st.table({"What": [name for name, _ in rows], "Found": [words for _, words in rows]}, hide_index=True)


def _show_examples(dataset: Dataset) -> None:
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.markdown("##### Examples", width="content")
        st.button(
            "Show others",
            icon=":material/shuffle:",
            on_click=session.count_up,
            args=(session.Key.EXAMPLES,),
        )
    rng = np.random.default_rng(session.count(session.Key.EXAMPLES))
    rows = {}
    labels = np.zeros(dataset.n_samples, np.int64) if dataset.known_labels is None else dataset.labels
    for place, name in enumerate(dataset.class_names if dataset.is_labelled else ("any",)):
        places = np.flatnonzero(labels == place)
        chosen = np.sort(rng.choice(places, min(_N_EXAMPLES, len(places)), replace=False))
        rows[name] = np.asarray(dataset.images[chosen])
    show_rows(rows)


_show_page()
