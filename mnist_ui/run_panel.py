"""A run as it goes on: a panel that refreshes itself once a second while the run is active."""

import os
from collections.abc import Sequence

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from mnist_core.errors import LabError
from mnist_core.runs import REFIT_FOLD, FitRow, FitState, RunRow, RunState
from mnist_core.runs.forecast import forecast_rest
from mnist_core.runs.ranking import RankedCandidate, rank_candidates
from mnist_ui import session
from mnist_ui.charts.parallel import draw_parallel
from mnist_ui.charts.search import Curves, draw_curves, draw_heat_map
from mnist_ui.markdown import escape
from mnist_ui.run_end import show_end
from mnist_ui.times import say_duration, say_when

_REFRESH_S = 1.0
_NONE = "—"
_ROW_HEIGHT = 35
_TABLE_HEIGHT = 320  # pixels: some eight candidates
_NOW, _BEST = -1, -2  # curves of what trains now, or of the best; other choices are places in the grid
_FOLDS_A_ROW = 3
_MOST_ROWS = 8
_N_CORES = os.cpu_count() or 1
_COLOURS = {
    RunState.QUEUED: "gray",
    RunState.RUNNING: "blue",
    RunState.CANCELLING: "orange",
    RunState.DONE: "green",
    RunState.CANCELLED: "gray",
    RunState.FAILED: "red",
    RunState.INTERRUPTED: "orange",
}
_BUSY = (RunState.RUNNING, RunState.CANCELLING)
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
    try:
        _show_now(run_id, was_active)
    except LabError as error:
        st.error(str(error), icon=":material/error:")


def _show_now(run_id: str, was_active: bool) -> None:
    store = session.store()
    store.mark_silent_runs()
    run = store.get_run(run_id)
    if was_active and not run.state.is_active:
        st.rerun()  # the rest of the page follows, and the refreshing ends
    fits = store.read_fits(run_id)
    ranked = rank_candidates(run.plan, fits)
    _show_head(run)
    _show_progress(run, fits)
    if run.outcome is None:
        _show_figures(run, fits, ranked)
    if not run.state.is_active:
        show_end(run, ranked)
    if fits:
        _show_ranking(run, ranked)
        _show_curves(run, fits, ranked)
        _show_grid(run, ranked)


def _show_head(run: RunRow) -> None:
    words, button = st.columns([4, 1], vertical_alignment="center")
    state = f":{_COLOURS[run.state]}-badge[{say_state(run.state)}]"
    words.markdown(f"{state} **{escape(run.name)}**  \n:small[:gray[{_describe(run)}]]")
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
    size = f"{plan.grid.n_candidates} candidates × {plan.cv} folds"
    return f"{escape(run.dataset_name)}{images} · {size} · {begun} · run {run.id}"


def _show_progress(run: RunRow, fits: Sequence[FitRow]) -> None:
    text = f"{run.n_fits_done:,} of {run.n_fits:,} fits · {run.n_epochs:,} epochs · {_say_doing(run, fits)}"
    st.progress(min(run.n_fits_done / run.n_fits, 1.0), text)


def _show_figures(run: RunRow, fits: Sequence[FitRow], ranked: Sequence[RankedCandidate]) -> None:
    best = ranked[0] if ranked else None
    with st.container(horizontal=True):
        st.metric("Elapsed", say_duration(run.seconds) if run.started else _NONE, width=140)
        if run.state.is_active:
            rest = forecast_rest(run, fits)
            words = _NONE if rest is None else say_duration(rest)
            st.metric("Remaining", words, width=140, help=_HELP_REST)
        st.metric("Best so far", f"{best.mean:.2%}" if best else _NONE, width=140)
        st.metric("Its network", str(best.candidate) if best else _NONE, width=260)


_HELP_REST = "From the epochs that the fits took so far, with the retraining of the winner."


def _say_doing(run: RunRow, fits: Sequence[FitRow]) -> str:
    if not run.state.is_active:
        return say_duration(run.seconds)
    if run.state is RunState.QUEUED:
        busy = [other for other in session.store().list_runs() if other.state in _BUSY]
        return f"waits for the end of {escape(busy[0].name)}" if busy else run.message
    n_running = sum(fit.state is FitState.RUNNING and fit.fold != REFIT_FOLD for fit in fits)
    return f"{n_running} in training" if run.state is RunState.RUNNING and n_running else run.message


def _show_grid(run: RunRow, ranked: Sequence[RankedCandidate]) -> None:
    grid = run.plan.grid
    left, right = st.columns([5, 7])
    with left.container(border=True):
        st.markdown("**Accuracy over the grid**", help=_HELP_HEAT_MAP)
        draw_heat_map(grid, ranked).show(f"heat-map-{run.id}", stretch=False)
    with right.container(border=True):
        st.markdown("**Every candidate as a line**", help="Point at a line to follow it.")
        is_dark = st.context.theme.type == "dark"
        draw_parallel(grid, ranked, is_dark).show(f"parallel-{run.id}")


_HELP_HEAT_MAP = (
    "Mean over the folds done, in percent; grey cells have none yet. In each block the rows are the units "
    "of hidden 1, the columns those of hidden 2."
)
_HELP_RANKING = (
    "Candidates with all folds come first. The spread is the standard error of the mean; those within one "
    "standard error of the best are marked as tied with it."
)


def _show_ranking(run: RunRow, ranked: Sequence[RankedCandidate]) -> None:
    # With one fold done its error is not known, and nothing can be said of ties.
    is_sure = bool(ranked) and ranked[0].n_folds_done > 1
    rows = [_tabulate(one, is_sure and one.is_tied) for one in ranked]
    columns = ["rank", "accuracy", "error", "tied", "activation", "lr", "hidden1", "hidden2", "folds"]
    with st.container(border=True):
        st.markdown("**Ranking**", help=_HELP_RANKING)
        _show_table(run, pd.DataFrame(rows, columns=columns))


def _show_table(run: RunRow, frame: pd.DataFrame) -> None:
    st.dataframe(
        frame,
        key=f"ranking-{run.id}",
        height=min(_TABLE_HEIGHT, (run.plan.grid.n_candidates + 1) * _ROW_HEIGHT + 3),
        row_height=_ROW_HEIGHT,
        hide_index=True,
        column_config={
            "rank": st.column_config.NumberColumn("#", width=40),
            "accuracy": st.column_config.NumberColumn("mean accuracy", format="%.2f %%"),
            "error": st.column_config.NumberColumn("± s.e.", format="%.2f"),
            "tied": "vs. best",
            "activation": "activation",
            "lr": st.column_config.NumberColumn("lr", format="%g"),
            "hidden1": st.column_config.NumberColumn("hidden 1", format="%d"),
            "hidden2": st.column_config.NumberColumn("hidden 2", format="%d"),
            "folds": st.column_config.NumberColumn("folds", format=f"%d/{run.plan.cv}"),
        },
        placeholder="",
        alt="Candidates in order of mean accuracy",
    )


def _tabulate(one: RankedCandidate, is_tied: bool) -> tuple[object, ...]:
    candidate = one.candidate
    error = one.standard_error * 100 if one.n_folds_done > 1 else None
    mark = "best" if one.rank == 1 else "tied" if is_tied else ""
    return (
        one.rank,
        one.mean * 100,
        error,
        mark,
        candidate.activation.label,
        candidate.lr,
        candidate.hidden1,
        candidate.hidden2,
        one.n_folds_done,
    )


def _show_curves(run: RunRow, fits: Sequence[FitRow], ranked: Sequence[RankedCandidate]) -> None:
    with st.container(border=True):
        words, choice = st.columns([3, 2], vertical_alignment="center")
        words.markdown("**Learning curves** on the validation images")
        chosen = _choose_curves(run, choice)
        curves = _find_curves(run, fits, ranked, chosen)
        epochs = session.store().read_epochs(run.id, fits=curves.names)
        loss, accuracy = st.columns(2)
        with loss:
            st.caption("loss")
            draw_curves(curves, epochs, "valid_loss").show(f"loss-{run.id}")
        with accuracy:
            st.caption("accuracy")
            draw_curves(curves, epochs, "valid_accuracy").show(f"accuracy-{run.id}")


def _choose_curves(run: RunRow, slot: DeltaGenerator) -> int:
    candidates = run.plan.grid.candidates()
    names = {_NOW: "What trains right now", _BEST: "The best candidate"}
    usual = [_NOW, _BEST] if run.state.is_active else [_BEST]
    chosen = slot.selectbox(
        "Learning curves of",
        # In the order of the grid, which does not change under the hand of who looks for one.
        [*usual, *range(len(candidates))],
        format_func=lambda index: names.get(index) or str(candidates[index]),
        key=f"curves-of-{run.id}",
        label_visibility="collapsed",
    )
    return int(chosen)


def _find_curves(
    run: RunRow, fits: Sequence[FitRow], ranked: Sequence[RankedCandidate], chosen: int
) -> Curves:
    candidates = run.plan.grid.candidates()
    if chosen == _NOW:
        running = [fit for fit in fits if fit.state is FitState.RUNNING]
        names = {_key(fit): f"{candidates[fit.candidate]}, {_name_fold(fit)}" for fit in running}
        n_rows = min(run.plan.workers or _N_CORES, _MOST_ROWS)
        return Curves(names, n_columns=1, n_rows=n_rows)
    best = ranked[0].index if ranked else fits[0].candidate
    index = best if chosen == _BEST else chosen
    names = {_key(fit): _name_fold(fit) for fit in fits if fit.candidate == index}
    return Curves(names, n_columns=_FOLDS_A_ROW, n_rows=run.plan.cv // _FOLDS_A_ROW + 1)


def _key(fit: FitRow) -> tuple[int, int]:
    return fit.candidate, fit.fold


def _name_fold(fit: FitRow) -> str:
    return "retrained" if fit.fold == REFIT_FOLD else f"fold {fit.fold + 1}"
