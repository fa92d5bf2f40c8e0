"""Which run the search page shows: the one of the link, else the active one, else the latest."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import streamlit as st

from mnist_core.store import BestScore, WorkRow
from mnist_ui.markdown import escape
from mnist_ui.search import state
from mnist_ui.session import Held, settings
from mnist_ui.states import is_live, mark_state
from mnist_ui.times import say_when
from mnist_ui.who import name_space

FORM_TAB = "New search"
RUNS_TAB = "Runs"
COMPARE_TAB = "Compare"
HISTORY_TAB = "History"
_RUN = "run"  # the query parameter
COMPARED = "compare"
"""The query parameter that names the compared runs."""


def open_run(run_id: str) -> None:
    """Show a run from the next run of the page on."""
    st.query_params[_RUN] = run_id
    state.NEXT_TAB.put(RUNS_TAB)


def open_comparison(*run_ids: str) -> None:
    """Compare runs, a single one with the one that is shown, from the next run of the page on."""
    shown = st.query_params.get(_RUN)
    if len(run_ids) == 1 and shown not in (None, *run_ids):
        run_ids = (*run_ids, str(shown))
    state.COMPARED.put(list(run_ids))
    state.NEXT_TAB.put(COMPARE_TAB)


def open_form() -> None:
    """Show the form from the next run of the page on."""
    state.NEXT_TAB.put(FORM_TAB)


def choose_tab(runs: Sequence[WorkRow]) -> None:
    """Choose the tab to begin with, and obey a wish for another."""
    if not state.TAB.is_there():
        linked = COMPARE_TAB if COMPARED in st.query_params else RUNS_TAB
        state.TAB.put(linked if runs else FORM_TAB)
    if wish := state.NEXT_TAB.take():
        state.TAB.put(wish)


def choose_run(runs: Sequence[WorkRow], best_scores: Mapping[str, BestScore]) -> WorkRow:
    """Let the user choose among the runs, of which there is at least one."""
    by_id = {run.id: run for run in runs}
    wanted = st.query_params.get(_RUN)
    if wanted is not None and wanted not in by_id:
        st.warning(f"There is no run {escape(wanted)} here, so another is shown: choose one from the list.")
    shown = by_id.get(wanted or "") or _find_usual(runs)
    st.query_params[_RUN] = shown.id
    select_run("Run", state.RUN, runs, best_scores, shown, _remember, is_labelled=False)
    return shown


def _remember(run_id: str) -> None:
    st.query_params[_RUN] = run_id


def select_run(
    label: str,
    held: Held[Any],
    runs: Sequence[WorkRow],
    best_scores: Mapping[str, BestScore],
    shown: WorkRow,
    on_choose: Callable[[str], None],
    *,
    is_labelled: bool = True,
) -> None:
    """Let the user choose another run than the one that is shown.

    Parameters
    ----------
    label : str
        What the choice is.
    held : Held
        Of the widget.
    runs : sequence of WorkRow
        Those to choose from.
    best_scores : mapping of str to BestScore
        Of the best candidate of each run that has one.
    shown : WorkRow
        The one of now.
    on_choose : callable
        Gets the id of another, before the page runs again.
    is_labelled : bool
        Whether the label is seen, or only heard.
    """
    by_id, space = {run.id: run for run in runs}, settings().space

    def choose(chosen: str) -> None:
        # When a run's words change, as its state does, the widget takes the old words for a choice.
        if chosen in by_id:
            on_choose(chosen)

    st.selectbox(
        label,
        list(by_id),
        format_func=lambda run_id: describe_run(by_id[run_id], best_scores.get(run_id), space),
        label_visibility="visible" if is_labelled else "collapsed",
        **held.shows(shown.id, choose),
    )


def _find_usual(runs: Sequence[WorkRow]) -> WorkRow:
    held = [run for run in runs if run.state.is_held]
    live = [run for run in runs if is_live(run)]
    return next(iter(held or live or runs))


def describe_run(run: WorkRow, best: BestScore | None, space: str) -> str:
    """Say in a list of runs what one is, to who looks from a space."""
    # What still changes is said in the panel, which refreshes itself; this list does not.
    score = "" if best is None or is_live(run) else f" · best {best.say(run.settings['cv'])}"
    owner = "" if run.space == space else f" · by {name_space(run.space)}"
    return f"{mark_state(run.state)} · {run.name}{owner} · {say_when(run.created)}{score}"
