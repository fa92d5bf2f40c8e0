"""What can be made of one epoch of a live training: a branch, a model, a film; and its end."""

import time
from collections.abc import Callable
from functools import partial
from typing import Any

import streamlit as st

from mnist_core.ground.errors import LabError
from mnist_core.ground.settings import Settings
from mnist_core.store import WorkRow, WorkState, add_job, get_job, read_state, remove_work, request_cancel
from mnist_core.training.live.live_plan import title_training
from mnist_core.training.live.saving import SAVING
from mnist_core.training.live.watched import branch_training, find_classes, open_frames
from mnist_core.work.supervisor import start_worker
from mnist_ui import session
from mnist_ui.components.film.epochs import open_reel
from mnist_ui.downloads import offer_file
from mnist_ui.following.watch import watch_job
from mnist_ui.markdown import escape
from mnist_ui.models.model_name import ask_for_model_name, check_new_name
from mnist_ui.page_links import link_model
from mnist_ui.states import is_live
from mnist_ui.train import state
from mnist_ui.train.shown_training import forget_choice, open_training

_REFRESH_S = 1.0
_MOST_WAIT_S = 3.0


def show_epoch(job: WorkRow, epoch: int, layer: str, *, is_busy: bool) -> None:
    """Offer what can be made of the epoch that is looked at, and of all of them."""
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button(
            f"Go back to epoch {epoch} and branch",
            icon=":material/alt_route:",
            key=f"live-branch-{job.id}",
            help="Another training that shares all up to this epoch; change its rate, then let it go on.",
        ):
            _do(_branch, job.id, epoch)
        with st.popover("Save as a model", icon=":material/save:", disabled=epoch < 1):
            _ask_for_name(job, epoch, open_reel(job.id, layer).best)
        offer_file(
            "Film as GIF",
            partial(_make_film, session.settings(), job, layer),
            f"{job.id}-{layer}.gif",
            "image/gif",
            icon=":material/movie:",
            help="All epochs with the fields that are shown, and what was read as what.",
        )
        with st.popover("Delete", icon=":material/delete:", disabled=is_busy):
            st.markdown(
                "Its epochs are removed. Models that were saved from it stay, and so do its branches."
            )
            if st.button("Delete this training", key=f"live-delete-{job.id}"):
                _do(_delete, job.id)


def show_saving() -> None:
    """Show the model that this tab has asked for last, until it is saved."""
    job_id = state.SAVING.get()
    if job_id is None:
        return
    watch_job("saving", get_job(session.store(), job_id), _show_saving, _REFRESH_S)


def _show_saving(job: WorkRow) -> None:
    name = escape(job.settings["name"])
    if job.state is WorkState.DONE and job.outcome is not None:
        with st.container(border=True):
            st.markdown(
                f":material/check_circle: Epoch {job.settings['epoch']} is saved as **{name}** and reads "
                f"**{job.outcome['test_accuracy']:.2%}** of the held-out images."
            )
            with st.container(horizontal=True):
                link_model(job.settings["name"])
    elif not is_live(job):
        st.error(f"{name} was not saved: {escape(job.message)}", icon=":material/error:")
    else:
        st.info(f"Saving epoch {job.settings['epoch']} as {name} …", icon=":material/hourglass_empty:")


def _ask_for_name(job: WorkRow, epoch: int, best: int) -> None:
    usual = _name_after(job, epoch)
    name = ask_for_model_name("Name of the model", usual, f"live-name-{job.id}")
    key = f"live-save-{job.id}"
    if st.button(f"Save epoch {epoch}", key=key, type="primary", disabled=name is None) and name:
        _do(_save, job, epoch, name)
    if best in (0, epoch):
        return
    if st.button(f"Save the best, epoch {best}", key=f"live-best-{job.id}", disabled=name is None) and name:
        _do(_save, job, best, _name_after(job, best) if name == usual else name)


def _name_after(job: WorkRow, epoch: int) -> str:
    return f"live-{job.id[-4:]}-{epoch}"


def _do(deed: Callable[..., None], *arguments: Any) -> None:
    """Do what was asked for, then draw the whole page anew, not its fragment alone."""
    try:
        deed(*arguments)
    except LabError as error:
        state.REFUSAL.put(str(error))
    st.rerun()


def _save(job: WorkRow, epoch: int, name: str) -> None:
    check_new_name(name)
    settings = {"training": job.id, "epoch": epoch, "name": name}
    saving_id = add_job(session.store(), SAVING, settings, name=f"{name} from {title_training(job)}")
    start_worker(session.settings())
    state.SAVING.put(saving_id)


def _branch(job_id: str, epoch: int) -> None:
    branch_id = branch_training(session.store(), session.settings(), job_id, epoch)
    start_worker(session.settings())
    open_training(branch_id)


def _make_film(settings: Settings, job: WorkRow, layer: str) -> bytes:
    """Make it, in a thread that knows of no tab, and so of no person."""
    from mnist_core.training.live.film import FilmPlan, make_film  # noqa: PLC0415 - matplotlib, once it is asked for

    return make_film(open_frames(settings, job.id), FilmPlan(layer, find_classes(job, settings)))


def _delete(job_id: str) -> None:
    store = session.store()
    request_cancel(store, job_id)
    _wait_for_end(job_id)
    remove_work(store, job_id, session.settings())
    forget_choice()


def _wait_for_end(job_id: str) -> None:
    """Wait a moment until the process of a training that rests has seen that it is no longer wanted."""
    end = time.monotonic() + _MOST_WAIT_S
    while read_state(session.store(), job_id).is_active and time.monotonic() < end:
        time.sleep(0.05)
