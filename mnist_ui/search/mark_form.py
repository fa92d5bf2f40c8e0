"""A flag and a note at a candidate of a run, set by whose run it is."""

from functools import partial
from typing import Any, TypeVar

import streamlit as st

from mnist_core.ground.errors import LabError
from mnist_core.store import WorkRow
from mnist_core.store.marks import MOST_LETTERS, Mark, mark_candidate
from mnist_ui import session
from mnist_ui.markdown import escape
from mnist_ui.search import state
from mnist_ui.session import Held

_T = TypeVar("_T")


def show_mark(run: WorkRow, number: int, mark: Mark) -> None:
    """Show what is said of a candidate, to be changed by whose run it is."""
    if refusal := state.MARK_REFUSAL.take():
        st.error(escape(refusal), icon=":material/error:")
    if run.space != session.settings().space:
        words = escape(mark.note) or "no note"
        st.caption(f"{':material/flag: flagged, ' if mark.is_flagged else ''}{words}")
        return
    key = f"{run.id}-{number}"
    flag, note = state.FLAG.of(key), state.NOTE.of(key)
    _show(flag, mark.is_flagged)
    _show(note, mark.note)
    left, right = st.columns([1, 5], vertical_alignment="center")
    left.toggle("Flag", key=flag, on_change=partial(_save, run.id, number, flag, "is_flagged"))
    right.text_input(
        "Note",
        key=note,
        max_chars=MOST_LETTERS,
        placeholder="a note on this network",
        icon=":material/edit_note:",
        label_visibility="collapsed",
        on_change=partial(_save, run.id, number, note, "note"),
    )


def _show(held: Held[_T], value: _T) -> None:
    # Put only where it differs: else what is being typed would be lost each second.
    if not held.is_there() or held.get() != value:
        held.put(value)


def _save(run_id: str, number: int, held: Held[Any], part: str) -> None:
    try:
        mark_candidate(session.store(), run_id, number, **{part: held.get()})
    except LabError as error:
        state.MARK_REFUSAL.put(str(error))
