"""What the Results page tells in depth: a tab each, which a link can name."""

from collections.abc import Callable
from importlib import import_module

import streamlit as st

from mnist_core.data.dataset import Dataset
from mnist_core.ground.errors import LabError
from mnist_core.network.models import Model
from mnist_ui.empty import offer_sample
from mnist_ui.markdown import escape
from mnist_ui.page_links import SUSPECTS, TAB_PARAM
from mnist_ui.results import state

_READS = "What it reads"

# What shows a tab, loaded once the tab is opened, as what measures and trains takes a second to load; and
# what a data set is needed for.
_DEPTHS = {
    "How sure it may be": ("calibration:show_sureness", "see how sure the model may be"),
    "Robustness": ("disturbed:show_robustness", "see how the model reads disturbed images"),
    "Against another": ("comparison:show_rivalry", "compare the model with another"),
    "More images": ("learning_curve:show_growth", "see what more images would bring"),
    SUSPECTS: ("label_errors:show_suspects", "find labels that are likely wrong"),
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
    for tab, (function, purpose) in zip(depths, _DEPTHS.values(), strict=True):
        if tab.open:
            with tab:
                _show_depth(function, purpose, model, dataset)


def _show_depth(function: str, purpose: str, model: Model, dataset: Dataset | None) -> None:
    module, _, name = function.partition(":")
    if dataset is None:
        offer_sample(purpose, f"{name.removeprefix('show_')}-sample")
        return
    try:
        getattr(import_module(f"{__package__}.{module}"), name)(model, dataset)
    except LabError as error:
        st.error(escape(str(error)))


def _follow_tab() -> None:
    st.query_params[TAB_PARAM] = state.TAB.get()
