"""The ways to open a data set: a file, the sample, a public set, one's drawings, one that was open before."""

from collections.abc import Callable
from functools import partial
from io import BytesIO
from pathlib import Path

import streamlit as st

from mnist_core.data.dataset import Dataset
from mnist_core.data.fetching import CATALOG, fetch_dataset
from mnist_core.data.sample import SAMPLE_NAME, SAMPLE_PATH
from mnist_core.ground.errors import CorrectionError, LabError
from mnist_core.pens.corrections import Correction, export_corrections, list_own_writing
from mnist_core.store.allowance import check_upload, read_allowance
from mnist_core.store.people.publishing import list_given
from mnist_ui import session
from mnist_ui.cached.opened_models import open_sample
from mnist_ui.components.uploads import tell_of_uploads
from mnist_ui.data import state
from mnist_ui.data.fetches import Fetch, Progress, find_fetches
from mnist_ui.data.undecided_file import drop_pending, open_files
from mnist_ui.downloads import offer_file
from mnist_ui.following.watch import watch
from mnist_ui.markdown import escape
from mnist_ui.who import name_space, person

_DRAWINGS = "drawings.json"  # as the command `corrections export` may call them
_REFRESH_S = 0.5  # of a download's bar


def show_ways_in(dataset: Dataset | None) -> None:
    """Offer all ways to open a data set instead of the open one."""
    upload_way, sample_way, fetch_way = st.columns(3, gap="medium")
    with upload_way:
        _offer_upload()
    with sample_way:
        _offer_sample()
    with fetch_way:
        _offer_fetch()
    _offer_drawings()
    _offer_kept(dataset)
    _offer_given()


def _offer_upload() -> None:
    st.markdown("**Upload files**")
    st.caption(
        "Digit images as .mat, .npz, .npy, CSV, Parquet or IDX file, or a ZIP of pictures in a folder a "
        "class; images and labels may be two files."
    )
    # A new key after each choice: the browser's list and the server's copy of the bytes are emptied.
    key = f"upload-{state.CHOICES.get()}"
    allowance = read_allowance(session.store())
    most_mb = None if allowance is None else max(allowance.upload_mb, 1)
    files = st.file_uploader(
        "Files of digit images",
        key=key,
        label_visibility="collapsed",
        max_upload_size=most_mb,
        accept_multiple_files=True,
    )
    with st.popover("A folder of pictures", type="tertiary", icon=":material/folder:"):
        st.caption("Its subfolders are the classes. Of thousands of pictures, a ZIP arrives sooner.")
        files += st.file_uploader(
            "A folder of pictures",
            key=f"{key}-folder",
            label_visibility="collapsed",
            max_upload_size=most_mb,
            accept_multiple_files="directory",
        )
    tell_of_uploads("data-uploads")
    if files:
        state.CHOICES.count_up()

        def open_uploaded() -> None:
            check_upload(session.store(), sum(file.size for file in files))
            open_files([(file, file.name) for file in files])

        open_anew(open_uploaded, "Reading the file …")
    if allowance is not None and (n_kept := len(session.kept_datasets())) > allowance.datasets / 2:
        st.caption(
            f"You keep {n_kept} of {allowance.datasets} data sets: remove one that you need no more in time."
        )


def _offer_sample() -> None:
    st.markdown("**Built-in sample**")
    st.caption("5,000 real images, 500 of each digit. Needs no network.")
    if st.button("Open the sample", icon=":material/inventory_2:", width="stretch"):
        open_anew(_use_sample, "Reading the sample …")
    offer_file("Download it as a .mat file", SAMPLE_PATH.read_bytes, SAMPLE_PATH.name, type="tertiary")


def _use_sample() -> None:
    session.use_dataset(open_sample(), [(SAMPLE_PATH, SAMPLE_NAME)])  # which was read as the server started
    drop_pending()


def _offer_fetch() -> None:
    st.markdown("**Fetch a public data set**")
    name = st.selectbox(
        "Public data set",
        list(CATALOG),
        format_func=lambda name: CATALOG[name].title,
        label_visibility="collapsed",
        key="public-set",
    )
    public = CATALOG[name]
    size = f"{public.size_words}, checked by hash" if public.size_words else "Checked by hash"
    st.caption(f"{public.words} {size}. {escape(public.licence)}")
    awaited = state.FETCH.get()
    if st.button(
        f"Fetch {public.title}",
        icon=":material/cloud_download:",
        width="stretch",
        disabled=awaited is not None,
    ):
        awaited = name, find_fetches().start(public, session.settings().downloads_folder)
        state.FETCH.put(awaited)
        st.rerun()
    if awaited is not None:
        _await(*awaited)
    st.link_button("Its makers' page", public.home, icon=":material/open_in_new:", type="tertiary")


def _await(name: str, fetch: Fetch) -> None:
    """Show how far a download is, and open what it brought."""
    if fetch.progress.is_done:
        state.FETCH.forget()
        open_anew(partial(_use_fetched, name, fetch.progress), f"Opening {CATALOG[name].title} …")

    def show(progress: Progress) -> None:
        if progress.is_done:
            st.rerun()
        st.progress(progress.share, progress.words)
        st.button("Stop", icon=":material/stop:", on_click=fetch.stop, key=f"stop-{name}")

    watch(f"fetch-{name}", lambda: fetch.progress, show, _REFRESH_S)


def _use_fetched(name: str, progress: Progress) -> None:
    if progress.trouble is not None:
        raise progress.trouble
    session.use_dataset(fetch_dataset(CATALOG[name], session.settings().downloads_folder))
    drop_pending()


def _offer_drawings() -> None:
    """Offer what was drawn on the Draw page and told the digit of, as a data set."""
    folder = session.settings().corrections_folder
    try:
        kept = _read_drawings(folder, folder.stat().st_mtime_ns if folder.exists() else 0)
    except CorrectionError as error:
        st.warning(escape(str(error)), icon=":material/warning:")
        return
    if not kept:
        return
    n_people = len({one.writer for one in kept})
    drawn = f"{len(kept):,} drawing{'' if len(kept) == 1 else 's'}"
    people = f", of {n_people} people" if n_people > 1 else ""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**Your own writing:** {drawn}{people}", width="content")
        if st.button("Open your drawings", icon=":material/draw:"):
            drawings = BytesIO(export_corrections(kept).encode())
            open_anew(partial(open_files, [(drawings, _DRAWINGS)]), "Opening your drawings …")


@st.cache_resource(show_spinner=False, max_entries=16)
def _read_drawings(folder: Path, time: int) -> list[Correction]:  # noqa: ARG001 - part of the key
    return list_own_writing(folder)


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

        open_anew(reopen, "Opening …")


def _offer_given() -> None:
    """Offer what others have published."""
    settings = session.settings()
    given = {one.fingerprint: one for one in list_given(settings) if one.space != settings.space}
    if not given or person() is None:
        return
    chosen = st.selectbox(
        "Or one that somebody has published",
        list(given),
        index=None,
        format_func=lambda fingerprint: (
            f"{given[fingerprint].name}, by {name_space(given[fingerprint].space)}"
        ),
        placeholder="Choose a data set of the class",
        key=f"given-{state.CHOICES.get()}",
    )
    if chosen:
        state.CHOICES.count_up()

        def take() -> None:
            session.reopen_dataset(chosen)
            drop_pending()

        open_anew(take, "Opening …")


def open_anew(read: Callable[[], object], words: str) -> None:
    """Open a data set, or remember in one sentence why not, and start the page over."""
    try:
        with st.spinner(words):
            read()
    except LabError as error:
        session.REFUSAL.put(str(error))
    st.rerun()
