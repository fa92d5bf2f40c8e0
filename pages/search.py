"""The Search page: plan a search, watch it, see what it found."""

from collections.abc import Sequence

import streamlit as st

from mnist_core.dataset import Dataset
from mnist_core.errors import LabError
from mnist_core.grid import SearchPlan
from mnist_core.runs import RunRow, RunState, now
from mnist_core.worker import start_worker
from mnist_ui import session
from mnist_ui.cached import open_sample
from mnist_ui.empty import ask_for_dataset
from mnist_ui.markdown import escape
from mnist_ui.plan_form import ask_for_plan, fill_form, say_size, show_forecast
from mnist_ui.run_choice import FORM_TAB, RUNS_TAB, choose_run, choose_tab, open_run
from mnist_ui.run_panel import show_run

_WAITED_LONG_S = 20.0  # a worker that starts takes a run sooner


def _show_page() -> None:
    st.title("Search")
    store = session.store()
    store.mark_silent_runs()
    runs = store.list_runs()
    _wake_worker(runs)
    choose_tab(runs)
    form_tab, runs_tab = st.tabs([FORM_TAB, RUNS_TAB], key=session.Key.SEARCH_TAB, on_change="rerun")
    with runs_tab:
        if runs:
            show_run(choose_run(runs, store.read_best_scores()), is_seen=bool(runs_tab.open))
        else:
            st.info(f"No search was run yet: plan one under {FORM_TAB}.", icon=":material/tune:")
    with form_tab:
        # Last, as the estimate of the time may have to be measured.
        _show_form(is_seen=bool(form_tab.open))


def _wake_worker(runs: Sequence[RunRow]) -> None:
    """Start a worker where a run has waited for one in vain, as after a restart of the machine."""
    waiting = [run for run in runs if run.state is RunState.QUEUED]
    is_busy = any(run.state.is_active and run not in waiting for run in runs)
    if waiting and not is_busy and (now() - waiting[-1].created).total_seconds() > _WAITED_LONG_S:
        start_worker(session.settings())


def _show_form(is_seen: bool) -> None:
    st.markdown(
        "Each combination of the values below is a candidate: a network with two hidden layers. Each is "
        "trained once a fold; the best is then retrained on all training images and measured on images "
        "that were held out."
    )
    dataset = session.current_dataset()
    if dataset is None:
        _offer_dataset()
        return
    with st.container(border=True):
        _show_dataset(dataset)
        planned = ask_for_plan(dataset)
        if planned is None:
            return
        plan, name = planned
        words, button = st.columns([3, 1], vertical_alignment="center")
        if button.button("Start the search", type="primary", icon=":material/play_arrow:", width="stretch"):
            _start(plan, dataset, name)
        with words:
            st.markdown(say_size(plan))
            if is_seen:
                show_forecast(plan, dataset, session.settings())


def _show_dataset(dataset: Dataset) -> None:
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.markdown(f"On **{escape(dataset.name)}**, {dataset.n_samples:,} images.", width="content")
        st.button(
            "Reset to the paper's grid",
            icon=":material/restart_alt:",
            type="tertiary",
            on_click=fill_form,
            args=(SearchPlan(),),
        )


def _offer_dataset() -> None:
    ask_for_dataset("search for its best network")
    if st.button("Use the built-in sample of 5,000 digits", icon=":material/inventory_2:"):
        session.use_dataset(open_sample())
        st.rerun()


def _start(plan: SearchPlan, dataset: Dataset, name: str) -> None:
    run_id = session.store().add_run(plan, dataset.name, dataset.fingerprint, name)
    start_worker(session.settings())
    open_run(run_id)
    st.rerun()


try:
    _show_page()
except LabError as error:
    st.error(str(error), icon=":material/error:")
