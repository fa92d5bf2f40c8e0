"""The candidates of a run in order, as a table."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from mnist_core.network.grid import Grid
from mnist_core.network.plan import SearchPlan
from mnist_core.store.ranking import RankedCandidate

_ROW_HEIGHT = 35
_TABLE_HEIGHT = 460  # pixels: some twelve candidates
_HELP = (
    "Candidates with all folds come first. The spread is the standard error of the mean; those within one "
    "standard error of the best are marked as tied with it."
)
_NARROW = ["rank", "accuracy", "error", "network", "tied"]


def show_ranking(
    plan: SearchPlan, ranked: Sequence[RankedCandidate], key: str, *, is_narrow: bool = False
) -> None:
    """Show the candidates that have a scored fold, the best first.

    Parameters
    ----------
    plan : SearchPlan
        Of the run.
    ranked : sequence of RankedCandidate
        Its candidates.
    key : str
        Of the table.
    is_narrow : bool
        Whether each network stands in one column, instead of a column a hyper-parameter; and words instead
        of an empty table, as such a one does not fill while it is looked at.
    """
    st.markdown("**Ranking**", help=_HELP)
    if is_narrow and not ranked:
        st.caption("No fold is scored.")
        return
    # With one fold done its error is not known, and nothing can be said of ties.
    is_sure = bool(ranked) and ranked[0].n_folds_done > 1
    rows = [_tabulate(plan.grid, one, is_sure and one.is_tied) for one in ranked]
    wide = ["rank", "accuracy", "error", "tied", *_list_axes(plan.grid), "folds"]
    st.dataframe(
        pd.DataFrame(rows, columns=[*wide, "network"]),
        key=key,
        height=min(_TABLE_HEIGHT, (plan.n_candidates + 1) * _ROW_HEIGHT + 3),
        row_height=_ROW_HEIGHT,
        hide_index=True,
        column_order=_NARROW if is_narrow else wide,
        column_config={
            "rank": st.column_config.NumberColumn("#", width=40),
            "accuracy": st.column_config.NumberColumn("mean accuracy", format="%.2f %%"),
            "error": st.column_config.NumberColumn("± s.e.", format="%.2f"),
            "tied": "vs. best",
            "network": st.column_config.TextColumn("network", width="medium"),
            "lr": st.column_config.NumberColumn("lr", format="%g"),
            "hidden1": st.column_config.NumberColumn("hidden 1", format="%d"),
            "hidden2": st.column_config.NumberColumn("hidden 2", format="%d"),
            **{name: name.replace("_", " ") for name, _ in plan.grid.settings},
            "folds": st.column_config.NumberColumn("folds", format=f"%d/{plan.cv}"),
        },
        placeholder="",
        alt="Candidates in order of mean accuracy",
    )


def _list_axes(grid: Grid) -> list[str]:
    widths = ["hidden"] if grid.hidden else ["hidden1", "hidden2"]
    return ["activation", "lr", *widths, *(name for name, _ in grid.settings)]


def _tabulate(grid: Grid, one: RankedCandidate, is_tied: bool) -> tuple[object, ...]:
    candidate = one.candidate
    error = one.standard_error * 100 if one.n_folds_done > 1 else None
    values = {**dict.fromkeys(_list_axes(grid)), **candidate.params(), "hidden": candidate.architecture}
    values["activation"] = candidate.activation.label
    mark = "best" if one.rank == 1 else "tied" if is_tied else ""
    return (
        one.rank,
        one.mean * 100,
        error,
        mark,
        *(values[axis] for axis in _list_axes(grid)),
        one.n_folds_done,
        str(candidate),
    )
