"""Which run the search page shows: the one of the link, else the active one, else the latest."""

from collections.abc import Mapping, Sequence

import streamlit as st

from mnist_core.runs import RunRow, RunState
from mnist_ui.session import Key
from mnist_ui.times import say_when

FORM_TAB = "New search"
RUNS_TAB = "Runs"
_RUN = "run"  # the query parameter
_MARKS = {
    RunState.QUEUED: "◔ queued",
    RunState.RUNNING: "● running",
    RunState.CANCELLING: "● stopping",
    RunState.DONE: "✓ done",
    RunState.CANCELLED: "○ cancelled",
    RunState.FAILED: "✕ failed",
    RunState.INTERRUPTED: "! interrupted",
}


def open_run(run_id: str) -> None:
    """Show a run from the next run of the page on."""
    st.query_params[_RUN] = run_id
    st.session_state[Key.NEXT_SEARCH_TAB] = RUNS_TAB


def open_form() -> None:
    """Show the form from the next run of the page on."""
    st.session_state[Key.NEXT_SEARCH_TAB] = FORM_TAB


def choose_tab(runs: Sequence[RunRow]) -> None:
    """Choose the tab to begin with, and obey a wish for another."""
    if Key.SEARCH_TAB not in st.session_state:
        st.session_state[Key.SEARCH_TAB] = RUNS_TAB if runs else FORM_TAB
    # A widget's state may only be set before the widget, so the wish waits for the next run of the page.
    if wish := st.session_state.pop(Key.NEXT_SEARCH_TAB, None):
        st.session_state[Key.SEARCH_TAB] = wish


def choose_run(runs: Sequence[RunRow], best_scores: Mapping[str, float]) -> RunRow:
    """Let the user choose among the runs, of which there is at least one."""
    by_id = {run.id: run for run in runs}
    wanted = st.query_params.get(_RUN)
    if wanted is not None and wanted not in by_id:
        st.warning(f"There is no run {wanted} here, so another is shown: choose one from the list.")
    shown = by_id.get(wanted or "") or _find_usual(runs)
    st.session_state[Key.RUN] = shown.id
    st.query_params[_RUN] = shown.id
    st.selectbox(
        "Run",
        list(by_id),
        format_func=lambda run_id: _describe(by_id[run_id], best_scores.get(run_id)),
        key=Key.RUN,
        on_change=lambda: st.query_params.update({_RUN: st.session_state[Key.RUN]}),
        label_visibility="collapsed",
    )
    return shown


def _find_usual(runs: Sequence[RunRow]) -> RunRow:
    active = [run for run in runs if run.state.is_active]
    return next(iter(active or runs))


def _describe(run: RunRow, best: float | None) -> str:
    score = "" if best is None else f" · best {best:.2%}"
    return f"{_MARKS[run.state]} · {run.name} · {say_when(run.created)}{score}"
