"""What the Results page tells in depth: a tab each, which a link can name."""

from collections.abc import Callable
from importlib import import_module

import streamlit as st

from mnist_core.data.dataset import Dataset
from mnist_core.network.models import Model
from mnist_ui.page_links import SUSPECTS, TAB_PARAM
from mnist_ui.results import state

_READS = "What it reads"

# Loaded once a tab is opened, as what measures and trains takes a second to load.
_DEPTHS = {
    "How sure it may be": "mnist_ui.results.calibration:show_sureness",
    "Robustness": "mnist_ui.results.disturbed:show_robustness",
    "Against another": "mnist_ui.results.comparison:show_rivalry",
    "More images": "mnist_ui.results.learning_curve:show_growth",
    SUSPECTS: "mnist_ui.results.label_errors:show_suspects",
}


def show_tabs(model: Model, dataset: Dataset | None, show_reads: Callable[[], None]) -> None:
    """Show the open tab; the first shows what the model reads."""
    asked = st.query_params.get(TAB_PARAM)
    if asked is not None and asked in _DEPTHS:
        state.TAB.put(asked)
    reads, *depths = st.tabs([_READS, *_DEPTHS], key=state.TAB, on_change=_follow_tab)
    if reads.open:
        with reads:
            show_reads()
    for tab, function in zip(depths, _DEPTHS.values(), strict=True):
        if tab.open:
            module, _, name = function.partition(":")
            with tab:
                getattr(import_module(module), name)(model, dataset)


def _follow_tab() -> None:
    st.query_params[TAB_PARAM] = state.TAB.get()
