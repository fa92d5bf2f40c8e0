"""What was done on the Operate page as a list and as a command, and the result saved as a model."""

import shlex

import streamlit as st

from mnist_core.data.dataset import Dataset
from mnist_core.data.sample import SAMPLE_FINGERPRINT
from mnist_core.ground.errors import ModelError
from mnist_core.insight.operate.operated_model import keep_operated
from mnist_core.network.models import Model
from mnist_ui.markdown import escape
from mnist_ui.models.model_name import ask_for_model_name, check_new_name, propose_name
from mnist_ui.operate import state
from mnist_ui.operate.steps import Operated
from mnist_ui.session import settings


def show_steps(operated: Operated) -> None:
    """List what was done, with undo and reset."""
    steps = operated.steps
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**What was done** ({len(steps)})")
        st.button("Undo", icon=":material/undo:", disabled=not steps, on_click=operated.undo)
        st.button("Reset", icon=":material/restart_alt:", disabled=not steps, on_click=operated.reset)
    if not steps:
        st.caption("Nothing yet: click a unit, or prune, scale, swap or round.")
        return
    st.markdown("\n".join(f"{number}. {step.words}" for number, step in enumerate(steps, start=1)))


def show_saving(operated: Operated, dataset: Dataset) -> None:
    """Let the user save the result as a model of its own."""
    saved = state.SAVED.take()
    usual = f"{operated.model.name}-less"
    held = state.NAME.of(usual)
    if saved is not None and saved[0]:  # else the field refuses the name that it was just saved under
        held.put(propose_name(usual))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        with st.container(width=260):
            name = ask_for_model_name("Save as a new model", propose_name(usual), held)
        st.button(
            "Save",
            icon=":material/save:",
            disabled=not operated.steps or name is None,
            on_click=lambda: _save(operated, dataset, name or ""),
        )
        with st.popover("As a command", icon=":material/terminal:", disabled=not operated.steps):
            st.code(_write_command(operated, dataset), language="bash", wrap_lines=True)
    if saved is not None:
        is_good, words = saved
        (st.success if is_good else st.error)(words)


def _save(operated: Operated, dataset: Dataset, name: str) -> None:
    try:
        saved = _keep(operated, dataset, name)
    except ModelError as error:
        state.SAVED.put((False, escape(str(error))))
        return
    state.SAVED.put((True, _say_saved(saved)))


def _keep(operated: Operated, dataset: Dataset, name: str) -> Model:
    check_new_name(name)
    folder = settings().models_folder / name
    return keep_operated(operated.model, operated.steps, operated.bench, folder, _name_data(dataset))


def _say_saved(model: Model) -> str:
    return (
        f"Saved as **{escape(model.name)}**: {model.info.network_words}, "
        f"{model.network.n_parameters:,} weights, {model.info.test.accuracy:.2%}. "
        "It can be chosen on every page."
    )


def _write_command(operated: Operated, dataset: Dataset) -> str:
    words = ["python", "-m", "mnist_core", "operate", operated.model.name]
    data = _name_data(dataset)
    words += [] if data is None else ["--data", data]
    words += [word for step in operated.steps for word in (f"--{step.name}", step.text)]
    return shlex.join(words)


def _name_data(dataset: Dataset) -> str | None:
    return None if dataset.fingerprint == SAMPLE_FINGERPRINT else dataset.name
