"""One person: their work, which the host may stop; a new code, and the way out of the lab."""

from datetime import UTC, datetime

import streamlit as st

from mnist_core.store import (
    SEARCH,
    Database,
    WorkRow,
    WorkState,
    list_all_work,
    move_to_front,
    request_cancel,
    request_pause,
    request_resume,
)
from mnist_core.store.people.entering import FEWEST_SIGNS, MOST_SIGNS, set_code
from mnist_core.store.people.leaving import remove_person
from mnist_core.store.people.roll import Person, get_person, list_people
from mnist_core.store.people.standings import read_standings_stamp
from mnist_core.work.supervisor import start_worker
from mnist_ui import who
from mnist_ui.following.watch import watch
from mnist_ui.markdown import escape
from mnist_ui.people import state
from mnist_ui.people.allowance_form import ask_for_allowance
from mnist_ui.people.host import Deed, do, open_lab
from mnist_ui.people.present import REFRESH_S, is_here, measure_progress, name_kind
from mnist_ui.states import badge_state, is_live
from mnist_ui.times import say_when

_MOST_SHOWN = 8  # pieces of work
_PAUSABLE = (WorkState.RUNNING, WorkState.QUEUED)
_RESTING = (WorkState.PAUSED, WorkState.INTERRUPTED)


def show_person(store: Database) -> None:
    """Let the host choose a person, and do something to their work or for themselves."""
    st.markdown("## One of them")
    people = {one.id: one for one in list_people(store)}
    if state.PERSON.get() not in people:
        state.PERSON.forget()  # who was chosen has gone
    chosen = st.selectbox(
        "Person",
        list(people),
        index=None,
        key=state.PERSON,
        format_func=lambda one: people[one].name,
        placeholder="choose one to stop their work, or to give them a new code",
    )
    if chosen is None:
        with st.expander("What everybody may have at once", icon=":material/tune:"):
            ask_for_allowance(store, None)
    else:
        with st.container(border=True):
            _watch_work(store, people[chosen])
            with st.expander("What they may have at once", icon=":material/tune:"):
                ask_for_allowance(store, people[chosen])
            _show_deeds(people[chosen])


def _watch_work(store: Database, person: Person) -> None:
    def show(_: object) -> None:
        if refusal := state.REFUSAL.take():
            st.toast(escape(refusal), icon=":material/info:")
        now = get_person(store, person.id)
        if now is None:
            st.rerun()  # removed in another tab
        seen = "here now" if is_here(now) else f"seen last {say_when(datetime.fromtimestamp(now.seen, UTC))}"
        st.markdown(f"**{escape(now.name)}**, {seen}")
        work = list_all_work(store.of(person.id))
        rows = [row for row in work if is_live(row) or row.state in _RESTING]
        for row in rows[:_MOST_SHOWN]:
            _show_row(row)
        if not rows:
            st.caption("Nothing of theirs is at work or waits.")

    watch("people-person-work", lambda: read_standings_stamp(store), show, REFRESH_S)


def _show_row(row: WorkRow) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        share = f"{measure_progress(row):.0%}"
        words = f"{badge_state(row.state)} {escape(row.name)} ({name_kind(row)}, {escape(share)})"
        st.markdown(words, width="stretch")
        if row.state in _PAUSABLE:
            _offer("Pause", ":material/pause_circle:", row, lambda store: request_pause(store, row.id))
        if row.state in _RESTING and row.kind == SEARCH:
            _offer("Resume", ":material/play_circle:", row, lambda store: _resume(store, row.id))
        if row.state is not WorkState.CANCELLING:
            _offer("Stop", ":material/stop_circle:", row, lambda store: request_cancel(store, row.id))
        if row.is_waiting and row.kind == SEARCH:
            _offer(
                "To the front",
                ":material/vertical_align_top:",
                row,
                lambda store: move_to_front(store, row.id),
            )


def _offer(label: str, icon: str, row: WorkRow, deed: Deed) -> None:
    st.button(label, f"people-{label}-{row.id}", icon=icon, on_click=do, args=(deed,))


def _resume(store: Database, work_id: str) -> None:
    request_resume(store, work_id)
    start_worker(open_lab()[1])


def _show_deeds(person: Person) -> None:
    code_side, away_side = st.columns(2, gap="large")
    with code_side:
        if person.code_hash is not None:
            _ask_for_code(person)
    with away_side:
        me = who.person()
        is_me = me is not None and me.id == person.id
        st.button(
            "Remove from the lab …",
            icon=":material/person_remove:",
            on_click=state.REMOVED_ASKED.put,
            args=(person.id,),
            disabled=is_me,
            help="You look after the lab, and cannot be removed here." if is_me else None,
        )
    # It stays open until it is answered, also where the page runs again for another reason.
    if state.REMOVED_ASKED.get() == person.id:
        _ask_to_remove(person)


def _ask_for_code(person: Person) -> None:
    with st.form(f"code-{person.id}", border=False, clear_on_submit=True):
        code = st.text_input(
            "New code",
            type="password",
            max_chars=MOST_SIGNS,
            autocomplete="new-password",
            help=f"For who has forgotten theirs: {FEWEST_SIGNS} signs or more. They enter anew.",
        )
        if st.form_submit_button("Set the new code", icon=":material/key:"):
            do(lambda store: set_code(store, person.id, code), f"{person.name} comes in by the new code.")
            st.rerun()


@st.dialog("Remove this person?", icon=":material/person_remove:", on_dismiss=state.REMOVED_ASKED.forget)
def _ask_to_remove(person: Person) -> None:
    st.markdown(
        f"**{escape(person.name)}**, with their data sets, runs, models and drawings, and what they have "
        "published. Work of theirs is stopped. This cannot be undone."
    )
    with st.container(horizontal=True, horizontal_alignment="right"):
        if st.button("Keep them", on_click=state.REMOVED_ASKED.forget):
            st.rerun()
        if st.button("Remove", type="primary", on_click=_remove, args=(person,)):
            st.rerun()


def _remove(person: Person) -> None:
    state.REMOVED_ASKED.forget()
    do(lambda store: remove_person(store, open_lab()[1], person.id), f"{person.name} is removed.")
