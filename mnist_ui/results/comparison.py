"""Two models on the same images: which reads more, whether that can be chance, and where they differ."""

from functools import partial

import numpy as np
import pandas as pd
import streamlit as st

from mnist_core.data.dataset import Dataset
from mnist_core.ground.errors import LabError
from mnist_core.insight.evaluation.comparison import Comparison, Readings, list_guesses
from mnist_core.network.models import Model
from mnist_ui.cached.opened_models import open_model
from mnist_ui.components.gallery import show_gallery
from mnist_ui.downloads import offer_table
from mnist_ui.markdown import escape
from mnist_ui.results import state
from mnist_ui.results.trust import compare_models
from mnist_ui.session import list_model_folders

_MOST_PICTURES = 24
_SIZE = 64
_RARE = 0.05  # what is usually taken for too rare to be chance


def show_rivalry(model: Model, dataset: Dataset) -> None:
    """Let the user choose another model, and compare the two on the images that both are measured on."""
    others = [name for name in list_model_folders() if name != model.name]
    if not others:
        st.info("There is no other model: a search makes one.", icon=":material/tune:")
        return
    # Another model on top of the page: its own rivals.
    rival_name = state.RIVAL.of(model.name)
    if not rival_name.is_there():
        rival_name.put(_find_rival(model, others, dataset))
    other = st.selectbox("Compared with", others, key=rival_name)
    rival = open_model(list_model_folders()[other])
    readings, found = compare_models(model, rival, dataset)
    st.caption(escape(readings.part.words))
    _show_figures(found, model.name, rival.name)
    sides = zip(st.columns(2, gap="large"), ((model, rival), (rival, model)), (True, False), strict=True)
    for column, (winner, loser), is_first in sides:
        with column:
            _show_won(readings, dataset, winner.name, loser.name, model.info.class_names, is_first)
    offer_table(
        partial(_table_guesses, readings, model, rival), f"{model.name}-and-{rival.name}", "rivalry-table"
    )


def _table_guesses(readings: Readings, model: Model, rival: Model) -> pd.DataFrame:
    table = pd.DataFrame(list_guesses(readings, model.info.class_names))
    return table.rename(columns={"first": model.name, "second": rival.name})


def _find_rival(model: Model, others: list[str], dataset: Dataset) -> str:
    """Find the first of other models that can be compared; the first of all where none can."""
    for name in others:
        try:
            compare_models(model, open_model(list_model_folders()[name]), dataset)
        except LabError:
            continue
        return name
    return others[0]


def _show_figures(found: Comparison, first: str, second: str) -> None:
    low, high = found.interval
    tiles = {
        f"{escape(first)} reads": f"{found.accuracies[0]:.2%}",
        f"{escape(second)} reads": f"{found.accuracies[1]:.2%}",
        "Difference, in points": f"{100 * found.difference:+.2f}",
        "95 % interval (bootstrap)": f"{100 * low:+.2f} to {100 * high:+.2f}",
        "McNemar's p": f"{found.p_value:.3f}" if found.p_value >= 0.001 else "under 0.001",
    }
    with st.container(horizontal=True):
        for label, value in tiles.items():
            st.metric(label, value, border=True)
    st.markdown(_explain(found, escape(first), escape(second)))


def _explain(found: Comparison, first: str, second: str) -> str:
    counts = (
        f"Of {found.n:,} images both read {found.both:,} right, {first} alone {found.only_first:,}, {second} "
        f"alone {found.only_second:,}, neither {found.neither:,}."
    )
    if found.only_first == found.only_second:
        return f"{counts} Neither reads more."
    better = first if found.only_first > found.only_second else second
    if found.p_value < _RARE:
        return f"{counts} **{better} reads more, and chance hardly explains it.**"
    return f"{counts} **{better} reads more here, but that can well be chance.**"


def _show_won(
    readings: Readings, dataset: Dataset, winner: str, loser: str, names: tuple[str, ...], is_first: bool
) -> None:
    mine, other = (readings.first, readings.second) if is_first else (readings.second, readings.first)
    won = np.flatnonzero((mine == readings.labels) & (other != readings.labels))
    st.header(f"Only {escape(winner)} reads")
    if not len(won):
        st.caption(f"None: what {escape(winner)} reads right, {escape(loser)} does too.")
        return
    shown = won[:_MOST_PICTURES]
    captions = [f"{names[readings.labels[place]]}, not {names[other[place]]}" for place in shown]
    pictures = np.asarray(dataset.images[readings.part.indices[shown]])
    show_gallery(pictures, captions, size=_SIZE, label=f"images that only {winner} reads")
    more = f"The first {len(shown)} of {len(won):,}. " if len(won) > len(shown) else ""
    st.caption(f"{more}Below each image: what it is, and what {escape(loser)} takes it for.")
