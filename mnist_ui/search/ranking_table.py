"""The candidates of a run in order, as a table."""

from collections.abc import Sequence
from typing import Any

import pandas as pd
import streamlit as st

from mnist_core.network.grid import Grid
from mnist_core.network.plan import SearchPlan
from mnist_core.network.recipe import GRID_SETTINGS
from mnist_core.store import WorkRow
from mnist_core.store.candidate_rows import CandidateRow
from mnist_core.store.ranking import RankedCandidate
from mnist_ui.search import state
from mnist_ui.search.mark_form import show_mark

_ROW_HEIGHT = 35
_TABLE_HEIGHT = 460  # pixels: some twelve candidates
_HELP = (
    "Candidates with all folds come first. The spread is the standard error of the mean; those within one "
    "standard error of the best are marked as tied with it. Click a column's name to sort by it."
)
_CHOOSE = "Click the box before a network to flag it, or to leave a note at it."
_BEFORE, _BEHIND = ("rank", "accuracy", "error", "tied"), ("folds", "epochs", "seconds", "flag", "note")
_NARROW = ["rank", "accuracy", "error", "network", "tied"]
_FLAG = "⚑"


def show_ranking(run: WorkRow, rows: Sequence[CandidateRow]) -> None:
    """Show those of a run's candidates that have a scored fold, the best first; one can be marked.

    Parameters
    ----------
    run : WorkRow
        The run.
    rows : sequence of CandidateRow
        The candidates to show.
    """
    rows = sorted((row for row in rows if row.ranked), key=lambda row: row.ranked.rank if row.ranked else 0)
    words, choice = st.columns([3, 2], vertical_alignment="center")
    words.markdown("**Ranking**", help=_HELP)
    differs_only = choice.toggle("Only columns that differ", key=state.DIFFERS_ONLY, persist_state="session")
    axes = _list_axes(run.plan.grid)
    frame = pd.DataFrame([_tabulate_row(row) for row in rows], columns=[*_BEFORE, *axes, *_BEHIND])
    shown = _find_differing(frame) if differs_only else list(frame.columns)
    # While it goes on rows change their places: a choice would slip to another network.
    key = f"ranking-{run.id}"
    if run.state.is_active or not rows:
        _show_table(run.plan, frame, shown, key)
        return
    key = f"{key}-{hash(tuple(row.index for row in rows))}"
    table = _show_table(run.plan, frame, shown, key, on_select="rerun", selection_mode="single-row")
    chosen = [rows[place] for place in table["selection"]["rows"] if place < len(rows)]
    if chosen:
        with st.container(border=True):
            st.markdown(f"**{chosen[0].candidate}**")
            show_mark(run, chosen[0].index, chosen[0].mark)
    else:
        st.caption(_CHOOSE)


def show_narrow_ranking(plan: SearchPlan, ranked: Sequence[RankedCandidate], key: str) -> None:
    """Show the candidates that have a scored fold, each network in one column, the best first.

    Words stand instead of an empty table, as such a one does not fill while it is looked at.

    Parameters
    ----------
    plan : SearchPlan
        Of the run.
    ranked : sequence of RankedCandidate
        Its candidates.
    key : str
        Of the table.
    """
    st.markdown("**Ranking**", help=_HELP)
    if not ranked:
        st.caption("No fold is scored.")
        return
    is_sure = ranked[0].n_folds_done > 1
    rows = [
        (
            one.rank,
            one.mean * 100,
            one.standard_error * 100 if one.n_folds_done > 1 else None,
            str(one.candidate),
            _mark_tie(one.rank, is_sure and one.is_tied),
        )
        for one in ranked
    ]
    _show_table(plan, pd.DataFrame(rows, columns=_NARROW), _NARROW, key)


def _show_table(plan: SearchPlan, frame: pd.DataFrame, shown: Sequence[str], key: str, **choice: Any) -> Any:
    return st.dataframe(
        frame,
        key=key,
        height=min(_TABLE_HEIGHT, (plan.n_candidates + 1) * _ROW_HEIGHT + 3),
        row_height=_ROW_HEIGHT,
        hide_index=True,
        column_order=shown,
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
            "seconds": st.column_config.NumberColumn("seconds", format="%.1f"),
            "flag": st.column_config.TextColumn("flag", width=40),
            "note": st.column_config.TextColumn("note", width="medium"),
        },
        placeholder="",
        alt="Candidates in order of mean accuracy",
        **choice,
    )


def _find_differing(frame: pd.DataFrame) -> list[str]:
    """Find the columns in which rows differ, with rank and accuracy in any case."""
    return [name for name in map(str, frame) if name in _BEFORE[:2] or frame[name].nunique(dropna=False) > 1]


def _list_axes(grid: Grid) -> list[str]:
    widths = ["hidden"] if grid.hidden else ["hidden1", "hidden2"]
    return ["activation", "lr", *widths, *(name for name, _ in grid.settings)]


def _mark_tie(rank: object, is_tied: object) -> str:
    return "best" if rank == 1 else "tied" if is_tied else ""


def _tabulate_row(row: CandidateRow) -> dict[str, object]:
    own = {name for name, _ in row.candidate.settings}
    values: dict[str, object] = {
        name: value for name, value in row.values.items() if name not in GRID_SETTINGS or name in own
    }
    return values | {
        "accuracy": None if row.ranked is None else row.ranked.mean * 100,
        "activation": row.candidate.activation.label,
        "tied": _mark_tie(row.values["rank"], row.values["tied"]),
        "flag": _FLAG if row.mark.is_flagged else "",
    }
