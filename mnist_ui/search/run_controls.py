"""What a user can do to a run: pause, resume and cancel it, and let it go before others."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import streamlit as st

from mnist_core.ground.errors import LabError
from mnist_core.store import (
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


@dataclass(frozen=True)
class _Deed:
    """A button of a run: its words, its picture, and what it asks of the store."""

    label: str
    icon: str
    ask: Callable[[str], None]


def show_buttons(run: WorkRow) -> None:
    """Show the buttons that the state of a run allows; say why a deed was refused."""
    if refusal := state.REFUSAL.take():
        st.toast(escape(refusal), icon=":material/info:")
    with st.container(horizontal=True, horizontal_alignment="right", gap="small"):
        for deed in _find_deeds(run):
            st.button(
                deed.label,
                key=f"{deed.label.lower()}-{run.id}",
                icon=deed.icon,
                on_click=_do,
                args=(deed.ask, run.id),
            )
        if run.state in _ENDINGS:
            st.button(_ENDINGS[run.state], key=f"ending-{run.id}", icon=":material/timer:", disabled=True)


_ENDINGS = {WorkState.PAUSING: "Pausing …", WorkState.CANCELLING: "Stopping …"}


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
        if run.id in places[1:]:
            _offer_move("Move up", ":material/arrow_upward:", partial(move_up, store), run.id)
        if run.id in places[2:]:
            _offer_move(
                "To the front", ":material/vertical_align_top:", partial(move_to_front, store), run.id
            )


def _offer_move(label: str, icon: str, move: Callable[[str], None], run_id: str) -> None:
    st.button(label, key=f"{label}-{run_id}", icon=icon, type="tertiary", on_click=_do, args=(move, run_id))


def _find_deeds(run: WorkRow) -> list[_Deed]:
    store, state = session.store(), run.state
    pause = _Deed("Pause", ":material/pause_circle:", partial(request_pause, store))
    resume = _Deed("Resume", ":material/play_circle:", _resume)
    cancel = _Deed("Cancel", ":material/stop_circle:", partial(request_cancel, store))
    deeds = {pause: state in (WorkState.RUNNING, WorkState.QUEUED), resume: state.is_resumable}
    deeds[cancel] = state is WorkState.PAUSING or state in _CANCELLABLE
    return [deed for deed, is_allowed in deeds.items() if is_allowed]


_CANCELLABLE = (WorkState.QUEUED, WorkState.RUNNING, WorkState.PAUSED, WorkState.INTERRUPTED)


def _resume(run_id: str) -> None:
    request_resume(session.store(), run_id)
    start_worker(session.settings())


def _do(deed: Callable[[str], None], run_id: str) -> None:
    try:
        deed(run_id)
    except LabError as error:
        # The run has moved on since the button was drawn; a fragment's callback may not show anything itself.
        state.REFUSAL.put(str(error))
