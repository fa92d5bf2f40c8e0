"""Which runs are compared: those of the link, else those that were chosen, else two that found something."""

from collections.abc import Mapping, Sequence

import streamlit as st

from mnist_core.store import BestScore, WorkRow
from mnist_ui.search import state
from mnist_ui.search.shown_run import COMPARED, describe_run
from mnist_ui.session import settings

_MOST = 30  # more lines and colours cannot be told apart


def choose_runs(runs: Sequence[WorkRow], best_scores: Mapping[str, BestScore]) -> list[WorkRow]:
    """Let the user choose among the runs, and keep the choice in the link."""
    by_id, space = {run.id: run for run in runs}, settings().space
    if not state.COMPARED.is_there():
        state.COMPARED.put(_find_usual(runs, best_scores))
    # A run that is gone meanwhile is no choice any more.
    state.COMPARED.put([run_id for run_id in state.COMPARED.get() if run_id in by_id])
    chosen = st.multiselect(
        "Runs to compare",
        list(by_id),
        format_func=lambda run_id: describe_run(by_id[run_id], best_scores.get(run_id), space),
        key=state.COMPARED,
        max_selections=_MOST,
        placeholder="choose two runs or more",
        persist_state="session",
    )
    st.query_params[COMPARED] = chosen
    return [by_id[run_id] for run_id in chosen]


def leave_comparison() -> None:
    """Name no compared runs in the link any more, as another tab is open."""
    if COMPARED in st.query_params:
        del st.query_params[COMPARED]


def _find_usual(runs: Sequence[WorkRow], best_scores: Mapping[str, BestScore]) -> list[str]:
    linked = [run_id for run_id in st.query_params.get_all(COMPARED) if any(run.id == run_id for run in runs)]
    # Else some that found something: with nothing there is nothing to compare.
    found = [run.id for run in runs if run.id in best_scores]
    others = [run.id for run in runs if run.id not in best_scores]
    return linked or [*found, *others][:2]
