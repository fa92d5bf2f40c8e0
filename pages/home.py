"""The Home page: what the lab is, the way through it, and what it holds now."""

from collections.abc import Sequence

import numpy as np
import streamlit as st

from mnist_core.ground.errors import LabError
from mnist_core.ground.settings import SHIPPED_MODELS
from mnist_core.insight.evaluation.answers import read_probabilities
from mnist_core.store import WorkRow, list_work
from mnist_ui import session
from mnist_ui.cached.opened_models import open_model, open_sample
from mnist_ui.components.gallery import show_gallery
from mnist_ui.markdown import escape

_SHIPPED = "paper"
_STEPS = (
    ("data", ":material/dataset:", "Data", "Open a file of digit images, or the built-in sample."),
    ("search", ":material/tune:", "Search", "Try many networks with cross-validation, and watch them learn."),
    ("train", ":material/model_training:", "Train", "Or train one, and steer it while you watch."),
    ("results", ":material/insights:", "Results", "See what a network reads right, and what it mistakes."),
    ("fields", ":material/blur_on:", "Fields", "Look inside: what each neuron looks for, as a picture."),
    ("map", ":material/scatter_plot:", "Map", "Every image as a point: watch the classes come apart."),
    ("operate", ":material/surgical:", "Operate", "Switch neurons off, and see what it still reads."),
    ("draw", ":material/draw:", "Draw", "Draw a digit and watch the network read it."),
    ("game", ":material/sports_esports:", "Game", "Draw what it asks for, against the clock."),
)


def _show_page() -> None:
    st.title("MNIST lab")
    st.markdown(
        "Search, train and open up small networks that read handwritten digits. "
        "Each has one to three hidden layers, with few enough neurons to look at every one."
    )
    with st.container(horizontal=True):
        if st.button("Draw a digit", type="primary", icon=":material/draw:"):
            st.switch_page("pages/draw.py")
        if st.button("Look inside a network", icon=":material/blur_on:"):
            st.switch_page("pages/fields.py")
    _show_readings()
    _show_steps()
    _show_state()


def _show_readings() -> None:
    """Show what the shipped network reads, so that the first screen has something to see."""
    try:
        model = open_model(SHIPPED_MODELS / _SHIPPED)
    except LabError as error:
        st.warning(escape(str(error)), icon=":material/warning:")
        return
    sample = open_sample()
    images = sample.images[[int(np.flatnonzero(sample.labels == digit)[0]) for digit in range(10)]]
    guesses = read_probabilities(model, images)
    captions = [f"{guess.argmax()}: {_say_share(float(guess.max()))}" for guess in guesses]
    show_gallery(images, captions, size=60, label="Ten digits and what the network reads")
    n_units = " and ".join(map(str, model.info.candidate.hidden))
    st.caption(
        f"What the network that comes with the lab ({n_units} hidden neurons) reads in ten digits that it "
        f"has never seen. It reads {model.info.test.accuracy:.1%} of {model.info.test.n:,} right."
    )


def _say_share(share: float) -> str:
    return ">99.9%" if share > 0.999 else f"{share:.1%}"


def _show_state() -> None:
    st.markdown("## In the lab now")
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
        runs = list_work(session.store())
    except LabError as error:
        st.metric("Searches", "–")
        st.caption(escape(str(error)))
        return
    st.metric("Searches", len(runs))
    st.caption(_describe_runs(runs))


def _describe_runs(runs: Sequence[WorkRow]) -> str:
    if not runs:
        return "None yet: start one on the Search page."
    n_active = sum(run.state.is_active for run in runs)
    return f"{n_active} going on now" if n_active else f"The latest is {runs[0].state.value}"


def _show_steps() -> None:
    st.markdown("## The way through")
    with st.container(border=True, gap="small"):
        for number, (name, icon, title, words) in enumerate(_STEPS, start=1):
            with st.container(horizontal=True, gap="xxsmall", vertical_alignment="center"):
                st.page_link(f"pages/{name}.py", label=f"**{number}. {title}**", icon=icon, width=140)
                st.markdown(words, width="stretch")


_show_page()
