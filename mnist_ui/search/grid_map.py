"""The grid of a run: how accurate each candidate is, as a map and as lines."""

from collections.abc import Sequence

import streamlit as st

from mnist_core.store import WorkRow
from mnist_core.store.ranking import RankedCandidate
from mnist_ui.search.parallel_axes import draw_parallel
from mnist_ui.search.search_charts import draw_heat_map

HELP_HEAT_MAP = (
    "Mean over the folds done, in percent; grey cells have none yet. In each block the rows are the units "
    "of hidden 1, the columns those of hidden 2."
)


def show_grid(run: WorkRow, ranked: Sequence[RankedCandidate]) -> None:
    """Show the accuracy over the grid, and every candidate as a line through its hyper-parameters."""
    grid = run.plan.grid
    left, right = st.columns([5, 7])
    with left.container(border=True):
        st.markdown("**Accuracy over the grid**", help=HELP_HEAT_MAP)
        draw_heat_map(grid, ranked).show(f"heat-map-{run.id}", stretch=False)
    with right.container(border=True):
        st.markdown("**Every candidate as a line**", help="Point at a line to follow it.")
        is_dark = st.context.theme.type == "dark"
        draw_parallel(grid, ranked, is_dark).show(f"parallel-{run.id}")
