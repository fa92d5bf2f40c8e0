"""What a user can do to a run: pause, resume and cancel it, and let it go before others."""

from collections.abc import Callable
from typing import Any, TypeAlias

import streamlit as st

from mnist_core.ground.errors import LabError
from mnist_core.store import (
    Database,
    WorkRow,
    WorkState,
    describe_wait,
    move_to_front,
    move_up,
    read_queue,
    request_cancel,
    request_pause,
    request_resume,
)
from mnist_core.work.supervisor import start_worker
from mnist_ui import session
from mnist_ui.markdown import escape
from mnist_ui.search import state

_Deed: TypeAlias = Callable[[Database, str], object]
"""What is asked of the store for a run."""

_ENDINGS = {WorkState.PAUSING: "Pausing …", WorkState.CANCELLING: "Stopping …"}
_PAUSABLE = (WorkState.RUNNING, WorkState.QUEUED)
_CANCELLABLE = (*_PAUSABLE, WorkState.PAUSING, WorkState.PAUSED, WorkState.INTERRUPTED)


def show_buttons(run: WorkRow) -> None:
    """Show the buttons that the state of a run allows; say why a deed was refused."""
    if refusal := state.REFUSAL.take():
        st.toast(escape(refusal), icon=":material/info:")
    with st.container(horizontal=True, horizontal_alignment="right", gap="small"):
        if run.state in _PAUSABLE:
            _offer("Pause", ":material/pause_circle:", request_pause, f"pause-{run.id}", run)
        if run.state.is_resumable:
            _offer("Resume", ":material/play_circle:", _resume, f"resume-{run.id}", run)
        if run.state in _CANCELLABLE:
            _offer("Cancel", ":material/stop_circle:", request_cancel, f"cancel-{run.id}", run)
        if run.state in _ENDINGS:
            st.button(_ENDINGS[run.state], key=f"ending-{run.id}", icon=":material/timer:", disabled=True)


def show_wait(run: WorkRow) -> None:
    """Say why a run waits, and offer to let it go first."""
    store = session.store()
    reason = describe_wait(store, run)
    places = [other.id for other in read_queue(store)]
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        place = (
            f"**Place {places.index(run.id) + 1} of {len(places)}** in the queue: "
            if run.id in places
            else ""
        )
        st.markdown(f":material/hourglass_empty: {place}{escape(reason)}.", width="content")
        for label, icon, move, first in _MOVES:
            if run.id in places[first:]:
                _offer(label, icon, move, f"{label}-{run.id}", run, type="tertiary")


_MOVES = (
    ("Move up", ":material/arrow_upward:", move_up, 1),
    ("To the front", ":material/vertical_align_top:", move_to_front, 2),
)


def _offer(label: str, icon: str, ask: _Deed, key: str, run: WorkRow, **look: Any) -> None:
    st.button(label, key, icon=icon, on_click=_do, args=(ask, run.id), **look)


def _resume(store: Database, run_id: str) -> None:
    request_resume(store, run_id)
    start_worker(session.settings())


def _do(deed: _Deed, run_id: str) -> None:
    try:
        deed(session.store(), run_id)
    except LabError as error:
        # The run has moved on since the button was drawn; a fragment's callback may not show anything itself.
        state.REFUSAL.put(str(error))
