"""The end of an evening: all that the lab keeps in one file, and then nothing."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import streamlit as st

from mnist_core.ground.errors import LabError
from mnist_core.ground.settings import Settings
from mnist_core.store import Database
from mnist_core.store.backup import Manifest, write_backup
from mnist_core.store.people.closing import close_evening, name_archive
from mnist_ui import session, who
from mnist_ui.downloads import offer_file
from mnist_ui.markdown import escape
from mnist_ui.people import state
from mnist_ui.times import say_zone

_WORD = "close"
_MOST_SHOWN = 5  # files
_MOST_BYTES = 5e8  # that a browser is sent: the server holds them in memory meanwhile


def show_evening(store: Database, settings: Settings) -> None:
    """Let the host write all that the lab keeps to one file, and empty the lab."""
    st.markdown("## Keep everything")
    st.markdown(
        "One file with the data sets, runs, models and drawings of everybody; all go on meanwhile. "
        "`python -m mnist_core restore FILE` brings it back, here or on another machine."
    )
    if st.button("Write everything to one file", icon=":material/archive:"):
        _write(settings, lambda path: write_backup(path, settings, store), "Writing the file …")
    _show_files(settings)
    st.markdown("## Close the evening")
    st.markdown(
        "Pauses the work of everybody, writes everything to one file, reads that again, and then takes "
        "everything away: people, data sets, runs, models, drawings and the board. You stay, with nothing. "
        "The file brings all of it back."
    )
    typed, button = st.columns([2, 1], vertical_alignment="bottom")
    with typed:
        word = st.text_input(f"Type “{_WORD}” to close the evening", key=state.CLOSES)
    is_sure = word.strip().lower() == _WORD
    if button.button("Close the evening", icon=":material/bedtime:", disabled=not is_sure, width="stretch"):
        _close(store, settings)


def _close(store: Database, settings: Settings) -> None:
    me = who.person()
    state.CLOSES.forget()
    session.DATASET.forget()
    _write(
        settings,
        lambda path: close_evening(path, store, settings, me.id if me else ""),
        "Stopping all work, writing the file, reading it again …",
    )


def _write(settings: Settings, write: Callable[[Path], Manifest], words: str) -> None:
    path = name_archive(settings, datetime.now(say_zone()))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with st.spinner(words):
            manifest = write(path)
    except LabError as error:
        state.REFUSAL.put(str(error))
    else:
        state.SAID.put(f"{path.name} holds {manifest.contents.say()}.")
    st.rerun()


def _show_files(settings: Settings) -> None:
    """Offer the latest files that were written."""
    files = sorted(name_archive(settings, datetime.now(say_zone())).parent.glob("*.zip"), reverse=True)
    for path in files[:_MOST_SHOWN]:
        n_bytes = path.stat().st_size
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"**{escape(path.name)}**, {n_bytes / 1e6:,.1f} MB", width="content")
            if n_bytes <= _MOST_BYTES:
                offer_file("Download", path.read_bytes, path.name, "application/zip", key=f"file-{path.name}")
    if files:
        st.caption(f"On the server they stand in {escape(str(files[0].parent))}.")
