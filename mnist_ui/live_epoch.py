"""What can be made of one epoch of a live training: a branch, a model, a film."""

import streamlit as st

from mnist_core.errors import LabError
from mnist_core.live.job import branch_training
from mnist_core.runs import JobRow
from mnist_core.worker.jobs import start_job
from mnist_ui import session
from mnist_ui.live_choice import open_training


def show_epoch(job: JobRow, epoch: int) -> None:
    """Offer what can be made of the epoch that is looked at."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            f"Go back to epoch {epoch} and branch",
            icon=":material/alt_route:",
            key=f"live-branch-{job.id}",
            on_click=_branch,
            args=(job.id, epoch),
            help="Another training that shares all up to this epoch; change its rate, then let it go on.",
        )


def _branch(job_id: str, epoch: int) -> None:
    try:
        branch_id = branch_training(session.store(), session.settings(), job_id, epoch)
    except LabError as error:
        st.session_state[session.Key.LIVE_REFUSAL] = str(error)
        return
    start_job(session.settings(), branch_id)
    open_training(branch_id)
