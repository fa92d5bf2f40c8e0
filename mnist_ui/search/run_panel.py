"""A run as it goes on: a panel that refreshes itself once a second while the run goes on or waits."""

from collections.abc import Callable, Sequence
from functools import partial

import streamlit as st

from mnist_core.network.history import REFIT_FOLD
from mnist_core.network.plan import Strategy
from mnist_core.store import FitRow, FitState, Stamp, WorkRow, WorkState, read_stamp
from mnist_core.store.candidate_rows import list_candidate_rows
from mnist_core.store.forecast import forecast_rest
from mnist_core.store.marks import read_marks
from mnist_core.store.ranking import RankedCandidate
from mnist_ui import session
from mnist_ui.following.waking import tend_work
from mnist_ui.following.watch import watch_work
from mnist_ui.markdown import escape
from mnist_ui.models.winner import await_winner
from mnist_ui.search import state
from mnist_ui.search.candidate_filter import ask_for_filter
from mnist_ui.search.dropped_networks import show_dropped
from mnist_ui.search.followed_runs import FollowedRun, Sight, follow
from mnist_ui.search.grid_map import show_grid
from mnist_ui.search.importance_view import show_importance
from mnist_ui.search.machine_load import find_promise, say_memory
from mnist_ui.search.ranking_table import show_ranking
from mnist_ui.search.run_controls import show_buttons, show_wait
from mnist_ui.search.run_networks import show_networks
from mnist_ui.search.run_outcome import show_end
from mnist_ui.search.run_replay import show_replay
from mnist_ui.states import badge_state, is_live, name_in_title
from mnist_ui.times import say_duration, say_when

_REFRESH_S = 1.0
_ENDING_REFRESH_S = 0.3  # while a worker is about to obey: somebody waits for the next button
_TITLE_REFRESH_S = 2.0
_NONE = "—"
NETWORKS, RANKING, GRID, IMPORTANCE, REPLAY = "Networks", "Ranking", "Grid", "Importance", "Replay"


def show_run(run: WorkRow) -> None:
    """Show a run with its progress, its networks and its candidates, and in the title; follow it."""
    if is_live(run):
        await_winner(run)
    _watch("run", run, partial(tend_work, session.store(), run.id), _show_now, _choose_refresh(run))


def _choose_refresh(run: WorkRow) -> float | None:
    if run.state in (WorkState.PAUSING, WorkState.CANCELLING):
        return _ENDING_REFRESH_S
    return _REFRESH_S if is_live(run) else None


def show_title(run: WorkRow) -> None:
    """Say in the title of the browser's tab how far a run is, where no more of it is shown; follow it."""
    every_s = _TITLE_REFRESH_S if is_live(run) else None
    _watch("title", run, partial(read_stamp, session.store(), run.id), _show_title, every_s)


def _watch(
    part: str,
    run: WorkRow,
    read_stamp: Callable[[], Stamp],
    show: Callable[[Sight], None],
    every_s: float | None,
) -> None:
    look = partial(follow(run.id).look, session.store())
    watch_work(f"{part}-{run.id}", read_stamp, look, show, lambda sight: sight.run.state, run.state, every_s)


def _show_title(sight: Sight) -> None:
    st.set_page_config(page_title=f"{name_in_title(sight.run)} · Search")


def _show_now(sight: Sight) -> None:
    run, followed = sight.run, follow(sight.run.id)
    _show_title(sight)
    _show_head(run)
    if run.is_waiting:
        show_wait(run)
    _show_progress(run, sight.fits)
    if run.found is None:
        _show_figures(sight)
    if not run.state.is_active:
        show_end(run, sight.ranked)
    if sight.fits:
        _show_views(followed, sight)


def _show_views(followed: FollowedRun, sight: Sight) -> None:
    run = sight.run
    if not state.VIEW.is_there():
        state.VIEW.put(NETWORKS if run.state.is_held else RANKING)
    marks = read_marks(session.store(), run.id)
    rows = ask_for_filter(list_candidate_rows(run.plan, sight.fits, sight.ranked, marks))
    names = [NETWORKS, RANKING, GRID, IMPORTANCE, REPLAY]
    networks, ranking, grid, importance, replay = st.tabs(names, key=state.VIEW, on_change="rerun")
    # Only what is seen is drawn: the others would cost as much each second.
    if networks.open:
        with networks:
            show_networks(followed, sight, rows, marks)
    elif ranking.open:
        with ranking:
            show_ranking(run, rows)
            show_dropped(sight)
    elif grid.open:
        with grid:
            show_grid(run, sight.ranked, {row.index for row in rows}, sight.dropped)
    elif importance.open:
        with importance:
            show_importance(run, sight.fits, {row.index for row in rows})
    elif replay.open:
        with replay:
            _show_replay(followed, sight)


def _show_replay(followed: FollowedRun, sight: Sight) -> None:
    run = sight.run
    if is_live(run):
        st.info("A run can be replayed once it has stopped.", icon=":material/replay:")
    else:
        show_replay(run, followed.read_accuracies(session.store(), sight.fits), sight.fits)


def _show_head(run: WorkRow) -> None:
    words = f"{badge_state(run.state)} **{escape(run.name)}**  \n:small[:gray[{_describe(run)}]]"
    if run.state is WorkState.DONE or run.space != session.settings().space:
        st.markdown(words)
        return
    left, right = st.columns([7, 3], vertical_alignment="center")
    left.markdown(words)
    with right:
        show_buttons(run)


def _describe(run: WorkRow) -> str:
    plan = run.plan
    images = f", {plan.limit:,} images" if plan.limit else ""
    begun = f"begun {say_when(run.started)}" if run.started else f"queued {say_when(run.created)}"
    size = f"{plan.n_candidates} candidates × {plan.cv} fold{'s' if plan.cv > 1 else ''}"
    cluster = f" · on {escape(plan.cluster)}" if plan.cluster else ""
    return f"{escape(run.dataset_name)}{images} · {size} · {begun}{cluster} · run {run.id}"


def _show_progress(run: WorkRow, fits: Sequence[FitRow]) -> None:
    text = f"{run.say_fits()} · {run.n_epochs:,} epochs · {_say_doing(run, fits)}"
    st.progress(run.share_settled, text)


def _show_figures(sight: Sight) -> None:
    run, best = sight.run, sight.ranked[0] if sight.ranked else None
    # All stand in one row at 1280 pixels: 734 of them, and a gap between each two.
    with st.container(horizontal=True):
        st.metric("Elapsed", say_duration(run.seconds) if run.seconds else _NONE, width=122)
        if run.state.is_active:
            rest = forecast_rest(run, sight.fits)
            is_race = run.plan.strategy is Strategy.RACE
            words = _NONE if rest is None else f"{'≤ ' if is_race else ''}{say_duration(rest)}"
            st.metric("Remaining", words, width=110, help=_HELP_REST + _HELP_RACE * is_race)
        _show_best(run, best)
        if run.state.is_held:
            _show_load(run)


def _show_best(run: WorkRow, best: RankedCandidate | None) -> None:
    where = f"on {best.n_folds_done} of {run.plan.cv} folds" if best else None
    words = f"{best.mean:.2%}" if best else _NONE
    st.metric("Best so far", words, where, "off", delta_arrow="off", width=118)
    st.metric("Its network", str(best.candidate) if best else _NONE, width=222)


def _show_load(run: WorkRow) -> None:
    pace, promise = follow(run.id).measure_pace(run), find_promise(run)
    words = _NONE if pace is None else f"{pace:.1f}"
    share = f"{pace / promise:.0%} of promised" if pace is not None and promise else None
    help_words = _HELP_PACE + _say_promise(promise)
    st.metric("Epochs a second", words, share, "off", delta_arrow="off", width=126, help=help_words)
    st.metric("Memory", say_memory(run) or _NONE, width=84, help=_HELP_MEMORY)


_HELP_REST = "From the epochs that the fits took so far, with the retraining of the winner."
_HELP_RACE = " So long where nobody else is dropped: how many will be, a race does not know."
_HELP_PACE = "An epoch of one network counts as one; over the last 20 seconds."
_HELP_MEMORY = "Of all processes of the run together; pages that they share count once."


def _say_promise(promise: float | None) -> str:
    if not promise:
        return ""
    return (
        f" An epoch of one network, measured once on this machine, promises {promise:.1f} on as many "
        "processes: the share is of that. Small networks are faster, wide ones slower."
    )


def _say_doing(run: WorkRow, fits: Sequence[FitRow]) -> str:
    if not run.state.is_active:
        return say_duration(run.seconds)
    n_running = sum(fit.state is FitState.RUNNING and fit.fold != REFIT_FOLD for fit in fits)
    return f"{n_running} in training" if run.state is WorkState.RUNNING and n_running else escape(run.message)
