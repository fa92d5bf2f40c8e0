"""The grid of a run: how accurate each candidate is, as a map and as lines."""

from collections.abc import Collection, Sequence

import streamlit as st

from mnist_core.network.grid import Grid
from mnist_core.store import WorkRow
from mnist_core.store.ranking import RankedCandidate
from mnist_ui.charts.grid_places import is_spanned, list_places
from mnist_ui.search.parallel_axes import draw_parallel
from mnist_ui.search.search_charts import draw_heat_map

_MOST_LINES = 300  # more cover one another, and take the browser a second


def explain_heat_map(grid: Grid) -> str:
    """Explain what the heat map of a grid shows."""
    if grid.drawn is not None:
        return (
            "Mean over the folds done, a point for each candidate that was drawn. They fill no rows and "
            "columns, so they stand against the axis of which most values were tried."
        )
    rows = "the units of hidden 1" if is_spanned(grid) else "the widths of the hidden layers"
    columns = list_places(grid).words
    places = f"the rows are {rows}" + (f", the columns {columns}" if columns else "")
    return f"Mean over the folds done, in percent; grey cells have none yet. In each block {places}."


def show_grid(
    run: WorkRow,
    ranked: Sequence[RankedCandidate],
    found: Collection[int],
    dropped: Collection[int] = (),
) -> None:
    """Show the accuracy over the grid, and every candidate as a line through its hyper-parameters.

    Parameters
    ----------
    run : WorkRow
        The run.
    ranked : sequence of RankedCandidate
        Its candidates that are scored.
    found : collection of int
        Those that are looked for: the cells of others are faint, and have no line.
    dropped : collection of int
        Those that a race has dropped: their cells are crossed, and have no line.
    """
    grid = run.plan.tried
    left, right = st.columns([5, 7])
    with left.container(border=True):
        crossed = " Crossed cells are of networks that were dropped." if dropped else ""
        st.markdown("**Accuracy over the grid**", help=explain_heat_map(grid) + crossed)
        draw_heat_map(grid, ranked, found=found, dropped=dropped).show(f"heat-map-{run.id}", stretch=False)
    with right.container(border=True):
        lines = [one for one in ranked if one.index in found]
        few = len(lines) <= _MOST_LINES
        title = "Every candidate as a line" if few else f"The best {_MOST_LINES} of {len(lines):,} as lines"
        st.markdown(f"**{title}**", help="Point at a line to follow it.")
        is_dark = st.context.theme.type == "dark"
        draw_parallel(grid, lines[:_MOST_LINES], is_dark).show(f"parallel-{run.id}")
