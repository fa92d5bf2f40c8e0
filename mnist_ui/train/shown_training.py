"""Which live training the Train page shows: that of the link, else the latest; or the form."""

from collections.abc import Sequence

import streamlit as st

from mnist_core.store import WorkRow
from mnist_core.training.live.live_plan import title_training
from mnist_ui.markdown import escape
from mnist_ui.times import say_when
from mnist_ui.train import state

_TRAINING = "training"  # the query parameter
_NEW = "new"


def open_training(job_id: str) -> None:
    """Show a training from the next run of the page on."""
    st.query_params[_TRAINING] = job_id


def open_form() -> None:
    """Show the form from the next run of the page on."""
    st.query_params[_TRAINING] = _NEW


def forget_choice() -> None:
    """Show the latest training from the next run of the page on."""
    st.query_params.pop(_TRAINING, None)


def choose_training(jobs: Sequence[WorkRow]) -> WorkRow | None:
    """Let the user choose among the trainings; None where the form for a new one is to be shown."""
    by_id = {job.id: job for job in jobs}
    wanted = st.query_params.get(_TRAINING)
    if not jobs or wanted == _NEW:
        return None
    if wanted is not None and wanted not in by_id:
        st.warning(
            f"There is no training {escape(wanted)} here, so another is shown: choose one from the list."
        )
    shown = by_id.get(wanted or "", jobs[0])
    st.query_params[_TRAINING] = shown.id
    st.selectbox(
        "Training",
        list(by_id),
        format_func=lambda job_id: f"{title_training(by_id[job_id])} · {say_when(by_id[job_id].created)}",
        label_visibility="collapsed",
        **state.TRAINING.shows(shown.id, open_training),
    )
    return shown
