"""Work of some seconds to a minute beside the page: begun by a button, watched, stopped, taken up again."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import streamlit as st

from mnist_core.data.dataset import Dataset
from mnist_core.ground.errors import LabError
from mnist_core.store import WorkRow, WorkState, list_work, request_cancel, request_resume
from mnist_core.training.retraining.studies import add_study
from mnist_core.work.supervisor import start_worker
from mnist_ui import session
from mnist_ui.following.watch import watch_job
from mnist_ui.states import is_live

_REFRESH_S = 1.0


def show_study(
    kind: str, planned: Mapping[str, Any], dataset: Dataset, label: str, show: Callable[[WorkRow], None]
) -> None:
    """Show the latest job that was planned so, and the buttons for it.

    Parameters
    ----------
    kind : str
        Of job.
    planned : mapping
        Its settings, by which it is told from others.
    dataset : Dataset
        A kept one.
    label : str
        Of the button that begins it.
    show : callable
        Shows what a job came to, or has come to so far.
    """
    job = _find(kind, planned, dataset)

    def show_now(now: WorkRow) -> None:
        _show_state(now)
        show(now)

    if job is not None:
        watch_job(f"study-{kind}", job, show_now, _REFRESH_S)
        return
    begun = (kind, planned, dataset)
    st.button(label, type="primary", icon=":material/play_arrow:", on_click=_begin, args=begun)


def _find(kind: str, planned: Mapping[str, Any], dataset: Dataset) -> WorkRow | None:
    jobs = (job for job in list_work(session.store(), kind) if job.fingerprint == dataset.fingerprint)
    return next((job for job in jobs if job.settings == planned), None)


def _show_state(job: WorkRow) -> None:
    if is_live(job):
        bar, button = st.columns([5, 1], vertical_alignment="center")
        bar.progress(job.progress or 0.0, job.message)
        if job.state is not WorkState.CANCELLING:
            button.button("Stop", icon=":material/stop:", on_click=_stop, args=(job.id,), width="stretch")
    elif job.state.is_resumable:
        words = "It was stopped." if job.state is WorkState.CANCELLED else f"It has stopped: {job.message}"
        st.info(words, icon=":material/pause:")
        st.button("Go on", icon=":material/play_arrow:", on_click=_go_on, args=(job.id,))


def _begin(kind: str, planned: Mapping[str, Any], dataset: Dataset) -> None:
    if _find(kind, planned, dataset) is None:  # else another tab was faster, and this one shows the same
        add_study(session.store(), kind, planned, dataset)
        start_worker(session.settings())


def _stop(job_id: str) -> None:
    _try(partial(request_cancel, session.store()), job_id)


def _go_on(job_id: str) -> None:
    _try(partial(request_resume, session.store()), job_id)
    start_worker(session.settings())


def _try(ask: Callable[[str], object], job_id: str) -> None:
    try:
        ask(job_id)
    except LabError:  # it has moved on since the button was drawn; the page shows where it is
        return
