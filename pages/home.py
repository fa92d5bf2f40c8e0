"""The Home page: what the lab is, the way through it, and what it holds now."""

from collections.abc import Sequence

import streamlit as st

from mnist_core.errors import LabError
from mnist_core.runs.rows import RunRow
from mnist_core.settings import SHIPPED_MODELS
from mnist_ui import session
from mnist_ui.cached import open_model, read_fields
from mnist_ui.gallery import Colours, show_gallery

_SHIPPED = "paper"
_STEPS = (
    ("data", ":material/dataset:", "Data", "Open a .mat file of digit images, or the built-in sample."),
    ("search", ":material/tune:", "Search", "Try many networks with cross-validation, and watch them learn."),
    ("results", ":material/insights:", "Results", "See what a network reads right, and what it mistakes."),
    ("fields", ":material/blur_on:", "Fields", "Look inside: what each neuron looks for, as a picture."),
    ("draw", ":material/draw:", "Draw", "Draw a digit and watch the network read it."),
)


def _show_page() -> None:
    st.title("MNIST lab")
    st.markdown(
        "Search, train and open up small networks that read handwritten digits. "
        "Each has two hidden layers, few enough neurons to look at every one."
    )
    with st.container(horizontal=True):
        if st.button("Draw a digit", type="primary", icon=":material/draw:"):
            st.switch_page("pages/draw.py")
        if st.button("Look inside a network", icon=":material/blur_on:"):
            st.switch_page("pages/fields.py")
    _show_shipped_fields()
    _show_steps()
    _show_state()


def _show_shipped_fields() -> None:
    """Show what the shipped network looks for, so that the first screen has something to see."""
    try:
        fields = read_fields(open_model(SHIPPED_MODELS / _SHIPPED), "output")
    except LabError as error:
        st.warning(str(error), icon=":material/warning:")
        return
    digits = [str(digit) for digit in range(len(fields))]
    show_gallery(fields, digits, Colours.SIGNED, size=56, one_scale=False, label="Fields of the ten digits")
    st.caption(
        "What the trained network that comes with the lab looks for in each digit: ink on red speaks for it, "
        "ink on blue against it. Draw and look inside at once; nothing else is needed."
    )


def _show_state() -> None:
    st.markdown("##### In the lab now")
    data_side, models_side, runs_side = st.columns(3, border=True)
    with data_side:
        _show_open_data()
    with models_side:
        _show_models()
    with runs_side:
        _show_runs()


def _show_open_data() -> None:
    dataset = session.current_dataset()
    st.metric("Open data set", dataset.name if dataset else "none")
    if dataset:
        st.caption(f"{dataset.n_samples:,} images of {dataset.side} × {dataset.side} pixels")
    else:
        st.caption("Needed to search and to measure, not to draw.")


def _show_models() -> None:
    folders = session.list_model_folders()
    n_shipped = sum(folder.parent == SHIPPED_MODELS for folder in folders.values())
    st.metric("Models", len(folders))
    st.caption(f"{n_shipped} came with the lab, {len(folders) - n_shipped} made here")


def _show_runs() -> None:
    try:
        runs = session.store().list_runs()
    except LabError as error:
        st.metric("Searches", "–")
        st.caption(str(error))
        return
    st.metric("Searches", len(runs))
    st.caption(_describe_runs(runs))


def _describe_runs(runs: Sequence[RunRow]) -> str:
    if not runs:
        return "None yet: start one on the Search page."
    n_active = sum(run.state.is_active for run in runs)
    return f"{n_active} going on now" if n_active else f"The latest is {runs[0].state.value}"


def _show_steps() -> None:
    st.markdown("##### The way through")
    with st.container(border=True, gap="xsmall"):
        for number, (name, icon, title, words) in enumerate(_STEPS, start=1):
            with st.container(horizontal=True, gap="small", vertical_alignment="center"):
                st.page_link(f"pages/{name}.py", label=f"**{number}. {title}**", icon=icon, width=130)
                st.markdown(words, width="stretch")


_show_page()
