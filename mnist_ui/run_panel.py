"""A run as it goes on: a panel that refreshes itself once a second while the run is active."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from mnist_core.runs import FitRow, FitState, RunRow, RunState
from mnist_core.runs.forecast import forecast_rest
from mnist_core.runs.ranking import RankedCandidate, rank_candidates
from mnist_ui import session
from mnist_ui.charts.parallel import draw_parallel
from mnist_ui.charts.search import draw_curves, draw_heat_map
from mnist_ui.run_end import show_end
from mnist_ui.times import say_duration, say_when

_REFRESH_S = 1.0
_TABLE_HEIGHT = 400
_NOW = -1  # the choice of those trainings that run now; others are places in the grid
_COLOURS = {
    RunState.QUEUED: "gray",
    RunState.RUNNING: "blue",
    RunState.CANCELLING: "orange",
    RunState.DONE: "green",
    RunState.CANCELLED: "gray",
    RunState.FAILED: "red",
    RunState.INTERRUPTED: "orange",
}
_WORDS = {RunState.CANCELLING: "stopping"}


def show_run(run: RunRow, is_seen: bool = True) -> None:
    """Show a run with its progress, its candidates and its charts.

    Parameters
    ----------
    run : RunRow
        As the store had it just now.
    is_seen : bool
        Whether the panel is on the screen; one that is not need not refresh itself.
    """
    is_live = run.state.is_active and is_seen
    st.fragment(_show_panel, run_every=_REFRESH_S if is_live else None)(run.id, run.state.is_active)


def say_state(state: RunState) -> str:
    """Say where a run stands."""
    return _WORDS.get(state, state.value)


def _show_panel(run_id: str, was_active: bool) -> None:
    store = session.store()
    store.mark_silent_runs()
    run = store.get_run(run_id)
    if was_active and not run.state.is_active:
        st.rerun()  # the rest of the page follows, and the refreshing ends
    fits = store.read_fits(run_id)
    ranked = rank_candidates(run.plan, fits)
    _show_head(run)
    _show_progress(run, fits, ranked)
    with st.container(key="run-end"):
        if not run.state.is_active:
            show_end(run, ranked)
    _show_candidates(run, ranked)
    _show_curves(run, fits, ranked)
    with st.container(border=True):
        st.markdown("**Every candidate as a line**")
        draw_parallel(run.plan.grid, ranked).show(f"parallel-{run.id}")


def _show_head(run: RunRow) -> None:
    words, button = st.columns([4, 1], vertical_alignment="center")
    state = f":{_COLOURS[run.state]}-badge[{say_state(run.state)}]"
    words.markdown(f"{state} **{_escape(run.name)}**  \n:small[:gray[{_describe(run)}]]")
    if run.state.is_active:
        button.button(
            "Stopping …" if run.state is RunState.CANCELLING else "Cancel",
            key=f"cancel-{run.id}",
            icon=":material/stop_circle:",
            disabled=run.state is RunState.CANCELLING,
            on_click=session.store().request_cancel,
            args=(run.id,),
            width="stretch",
        )


def _describe(run: RunRow) -> str:
    plan = run.plan
    images = f", {plan.limit:,} images" if plan.limit else ""
    begun = f"begun {say_when(run.started)}" if run.started else f"queued {say_when(run.created)}"
    size = f"{plan.grid.n_candidates} candidates x {plan.cv} folds"
    return f"{_escape(run.dataset_name)}{images} · {size} · {begun} · run {run.id}"


def _escape(words: str) -> str:
    """Keep what a user typed from being read as Markdown."""
    return "".join(f"\\{sign}" if sign in "\\`*_{}[]()#+-.!$:~|<>" else sign for sign in words)


def _show_progress(run: RunRow, fits: Sequence[FitRow], ranked: Sequence[RankedCandidate]) -> None:
    n_running = sum(fit.state is FitState.RUNNING for fit in fits)
    n_epochs = sum(fit.n_epochs for fit in fits)
    share = min(run.n_fits_done / run.n_fits, 1.0)
    text = f"{run.n_fits_done:,} of {run.n_fits:,} fits · {n_epochs:,} epochs"
    st.progress(share, text if not run.state.is_active else f"{text} · {_say_doing(run, n_running)}")
    with st.container(horizontal=True):
        st.metric("Elapsed", say_duration(run.seconds) if run.started else "—", width=140)
        if run.state.is_active:
            st.metric("Remaining", _say_rest(run, fits), width=140, help=_HELP_REST)
        best = ranked[0] if ranked else None
        st.metric("Best so far" if run.state.is_active else "Best", _say_accuracy(best), width=140)
        st.metric("Its network", str(best.candidate) if best else "—", width=260)


_HELP_REST = "From the epochs that the fits took so far, with the retraining of the winner."


def _say_doing(run: RunRow, n_running: int) -> str:
    if run.state is RunState.RUNNING and n_running:
        return f"{n_running} in training"
    return run.message


def _say_rest(run: RunRow, fits: Sequence[FitRow]) -> str:
    rest = forecast_rest(run, fits)
    return "—" if rest is None else f"{say_duration(rest)}"


def _say_accuracy(best: RankedCandidate | None) -> str:
    return f"{best.mean:.2%}" if best else "—"


def _show_candidates(run: RunRow, ranked: Sequence[RankedCandidate]) -> None:
    table, heat_map = st.columns([3, 2])
    with table.container(border=True):
        st.markdown("**Ranking**", help=_HELP_RANKING)
        _show_ranking(run, ranked)
    with heat_map.container(border=True):
        st.markdown("**Accuracy over the grid**", help="Mean over the folds done; grey cells have none yet.")
        draw_heat_map(run.plan.grid, ranked).show(f"heat-map-{run.id}", stretch=False)


_HELP_RANKING = (
    "Candidates with all folds come first. The spread is the standard error of the mean; those within one "
    "standard error of the best are marked as tied with it."
)


def _show_ranking(run: RunRow, ranked: Sequence[RankedCandidate]) -> None:
    rows = [_tabulate(one) for one in ranked]
    columns = ["rank", "accuracy", "error", "tied", "activation", "lr", "hidden1", "hidden2", "folds"]
    st.dataframe(
        pd.DataFrame(rows, columns=columns),
        key=f"ranking-{run.id}",
        height=_TABLE_HEIGHT,
        hide_index=True,
        column_config={
            "rank": st.column_config.NumberColumn("#", width=40),
            "accuracy": st.column_config.NumberColumn("mean accuracy", format="%.2f %%"),
            "error": st.column_config.NumberColumn("± s.e.", format="%.2f"),
            "tied": st.column_config.TextColumn("tied"),
            "activation": "activation",
            "lr": st.column_config.NumberColumn("lr", format="%g"),
            "hidden1": st.column_config.NumberColumn("hidden 1", format="%d"),
            "hidden2": st.column_config.NumberColumn("hidden 2", format="%d"),
            "folds": st.column_config.NumberColumn("folds", format=f"%d/{run.plan.cv}"),
        },
        placeholder="",
        alt="Candidates in order of mean accuracy",
    )


def _tabulate(one: RankedCandidate) -> tuple[object, ...]:
    candidate = one.candidate
    error = one.standard_error * 100 if one.n_folds_done > 1 else None
    marks = {True: "= best", False: ""}
    return (
        one.rank,
        one.mean * 100,
        error,
        "best" if one.rank == 1 else marks[one.is_tied],
        candidate.activation.label,
        candidate.lr,
        candidate.hidden1,
        candidate.hidden2,
        one.n_folds_done,
    )


def _show_curves(run: RunRow, fits: Sequence[FitRow], ranked: Sequence[RankedCandidate]) -> None:
    candidates = run.plan.grid.candidates()
    with st.container(border=True):
        words, choice = st.columns([3, 2], vertical_alignment="center")
        words.markdown("**Learning curves** on the validation images")
        chosen = choice.selectbox(
            "Learning curves of",
            [_NOW, *range(len(candidates))],
            format_func=lambda index: _name_choice(run) if index == _NOW else str(candidates[index]),
            key=f"curves-of-{run.id}",
            label_visibility="collapsed",
        )
        shown = _choose_fits(run, fits, ranked, chosen)
        epochs = session.store().read_epochs(run.id, fits=shown)
        loss, accuracy = st.columns(2)
        with loss:
            draw_curves(candidates, epochs, "valid_loss", "validation loss").show(f"loss-{run.id}")
        with accuracy:
            draw_curves(candidates, epochs, "valid_accuracy", "validation accuracy").show(f"acc-{run.id}")


def _name_choice(run: RunRow) -> str:
    return "What trains right now" if run.state.is_active else "The best candidate"


def _choose_fits(
    run: RunRow, fits: Sequence[FitRow], ranked: Sequence[RankedCandidate], chosen: int
) -> list[tuple[int, int]]:
    """List the candidate and fold of each training whose curve is to be drawn."""
    if chosen == _NOW and run.state.is_active:
        return [(fit.candidate, fit.fold) for fit in fits if fit.state is FitState.RUNNING]
    index = (ranked[0].index if ranked else -1) if chosen == _NOW else chosen
    return [(fit.candidate, fit.fold) for fit in fits if fit.candidate == index]
