"""The Train page: one network that trains as its user watches."""

import streamlit as st

from mnist_core.data.dataset import Dataset
from mnist_core.ground.errors import LabError
from mnist_core.store import list_work
from mnist_core.store.allowance import say_left
from mnist_core.training.live.live_plan import TRAINING
from mnist_core.training.live.watched import add_training
from mnist_core.work.supervisor import start_worker
from mnist_ui import session
from mnist_ui.empty import offer_sample
from mnist_ui.markdown import escape
from mnist_ui.streamlit_insides import NO_FADING, style
from mnist_ui.train.epoch_actions import show_saving
from mnist_ui.train.shown_training import choose_training, open_form, open_training
from mnist_ui.train.training_form import ask_for_training
from mnist_ui.train.training_panel import show_training


def _show_page() -> None:
    st.title("Train")
    jobs = list_work(session.store(), TRAINING)
    choice, button = st.columns([5, 1], vertical_alignment="center")
    with choice:
        job = choose_training(jobs)
    if job is None:
        _show_form(is_first=not jobs)
        return
    button.button("New training", icon=":material/add:", on_click=open_form, width="stretch")
    show_training(job)
    show_saving()
    style(NO_FADING)


def _show_form(*, is_first: bool) -> None:
    if is_first:
        st.markdown(
            "**Watch one network learn.** Its output fields, its hidden units, its curves and its mistakes "
            "move with each epoch. Pause it, change its learning rate, step, go back to any epoch and branch."
        )
    dataset = session.current_dataset()
    if dataset is None:
        offer_sample("train a network on it", "train-sample")
        return
    with st.container(border=True):
        st.markdown(f"On **{escape(dataset.name)}**, {dataset.n_samples:,} images.")
        _ask(dataset)


def _ask(dataset: Dataset) -> None:
    asked = ask_for_training(dataset)
    if left := say_left(session.store(), TRAINING):
        st.caption(f":material/info: {escape(left)}")
    starts = st.button(
        "Start the training", type="primary", icon=":material/play_arrow:", disabled=asked is None
    )
    if asked is not None and starts:
        plan, wishes = asked
        job_id = add_training(session.store(), plan, dataset.name, dataset.fingerprint, wishes)
        start_worker(session.settings())
        open_training(job_id)
        st.rerun()


try:
    _show_page()
except LabError as error:
    st.error(escape(str(error)), icon=":material/error:")
