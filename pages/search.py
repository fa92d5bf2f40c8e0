"""The Search page: plan a search, watch it, see what it found."""

import streamlit as st

from mnist_core.data.dataset import Dataset
from mnist_core.ground.errors import LabError
from mnist_core.network.plan import SearchPlan
from mnist_core.store import SEARCH, add_search, list_work, read_best_scores, release_silent
from mnist_core.store.allowance import say_left
from mnist_core.work.supervisor import start_worker
from mnist_ui import session
from mnist_ui.cached.opened_models import open_sample
from mnist_ui.components.notice import watch_run
from mnist_ui.empty import ask_for_dataset
from mnist_ui.markdown import escape
from mnist_ui.search import state
from mnist_ui.search.compared_runs import leave_comparison
from mnist_ui.search.expected_time import show_forecast
from mnist_ui.search.run_comparison import show_comparison
from mnist_ui.search.run_list import show_history
from mnist_ui.search.run_panel import show_run, show_title
from mnist_ui.search.search_form import ask_for_plan, fill_form, say_size
from mnist_ui.search.shown_run import (
    COMPARE_TAB,
    FORM_TAB,
    HISTORY_TAB,
    RUNS_TAB,
    choose_run,
    choose_tab,
    open_run,
)
from mnist_ui.streamlit_insides import NO_FADING, style


def _show_page() -> None:
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.title("Search", width="content")
        notice = st.container(width="content")
    store = session.store()
    release_silent(store)
    runs = list_work(store)
    choose_tab(runs)
    names = [FORM_TAB, RUNS_TAB, COMPARE_TAB, HISTORY_TAB] if runs else [FORM_TAB, RUNS_TAB]
    form_tab, runs_tab, *more_tabs = st.tabs(names, key=state.TAB, on_change="rerun")
    best_scores = read_best_scores(store) if runs else {}
    with runs_tab:
        if runs:
            run = choose_run(runs, best_scores)
            (show_run if runs_tab.open else show_title)(run)
            with notice:
                watch_run(run).show()
        else:
            st.info(f"No search was run yet: plan one under {FORM_TAB}.", icon=":material/tune:")
    if not (more_tabs and more_tabs[0].open):
        leave_comparison()
    for tab, show in zip(more_tabs, (show_comparison, show_history), strict=False):
        if tab.open:
            with tab:
                show(runs, best_scores)
    style(NO_FADING)
    with form_tab:
        # Last, as the estimate of the time may have to be measured.
        _show_form(is_seen=bool(form_tab.open))


def _show_form(is_seen: bool) -> None:
    st.markdown(
        "Each combination of the values below is a candidate: a network of its own. Each is "
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
        words, button = st.columns([3, 1], vertical_alignment="center")
        starts = button.button(
            "Start the search",
            type="primary",
            icon=":material/play_arrow:",
            width="stretch",
            disabled=planned is None,
        )
        if planned is None:
            return
        plan, name = planned
        if starts:
            _start(plan, dataset, name)
        with words:
            st.markdown(say_size(plan))
            if left := say_left(session.store(), SEARCH):
                st.caption(f":material/info: {escape(left)}")
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
    plan = plan.fit_classes(dataset.n_classes)
    run_id = add_search(session.store(), plan, dataset.name, dataset.fingerprint, name)
    start_worker(session.settings())
    open_run(run_id)
    st.rerun()


try:
    _show_page()
except LabError as error:
    st.error(escape(str(error)), icon=":material/error:")
