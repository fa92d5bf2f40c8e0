"""The best run of everybody, in one table and one chart."""

from collections.abc import Sequence

import altair as alt
import pandas as pd
import streamlit as st

from mnist_core.ground.spreadsheets import guard_word
from mnist_core.insight.evaluation import wilson_interval
from mnist_core.store import Database
from mnist_core.store.people.standings import BestRun, read_best_runs
from mnist_ui.charts.looks import BLUE, GREEN, LEGEND, ORANGE, Layered
from mnist_ui.charts.shown import show_chart
from mnist_ui.downloads import offer_table

_SHARES = ("folds", "accuracy", "from", "to")
_ROW, _AROUND = 22, 130  # pixels of a person in the chart, and of its legend and axis


def show_best_runs(store: Database) -> None:
    """Show the best finished search of everybody, and offer all of it as a file."""
    table = tabulate_best_runs(read_best_runs(store))
    if table.empty:
        st.info("No search of anybody has ended yet.", icon=":material/hourglass_empty:")
        return
    show_chart(draw_best_runs, table)
    st.caption(
        "Of each person the finished search with the best mean accuracy over its folds. Drawn is what its "
        "winner reads of images that were held out, with the 95 % Wilson interval; only what was searched on "
        "the same data set can be compared."
    )
    shown = table.assign(**{name: 100 * table[name] for name in _SHARES})
    shares = {name: st.column_config.NumberColumn(format="%.2f %%") for name in _SHARES}
    st.dataframe(
        shown,
        hide_index=True,
        placeholder="",
        column_config={
            **shares,
            "person": st.column_config.TextColumn("person", pinned=True, width=130),
            "folds": st.column_config.NumberColumn("over folds", format="%.2f %%"),
            "accuracy": st.column_config.NumberColumn("held out", format="%.2f %%"),
            "lr": st.column_config.NumberColumn("lr", format="%g"),
        },
        alt="The best finished search of each person",
    )
    offer_table(lambda: guard_words(table), "class-best-runs", "people-best-runs")


def tabulate_best_runs(runs: Sequence[BestRun]) -> pd.DataFrame:
    """Make a table of best runs, a row a person; accuracies are shares of 1."""
    return pd.DataFrame([_tabulate(run) for run in runs])


def guard_words(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table for spreadsheets, which would carry out words that begin as a formula does."""
    return table.map(guard_word)


def draw_best_runs(table: pd.DataFrame) -> Layered:
    """Draw what the winner of each person reads, with its interval, and by colour its activation."""
    names = table["activation"].drop_duplicates().sort_values().tolist()
    colours = alt.Scale(domain=names, range=[BLUE, ORANGE, GREEN][: len(names)])
    order = table["person"].tolist()
    base = alt.Chart(table).encode(
        y=alt.Y(
            "person:N",
            title=None,
            sort=order,
            axis=alt.Axis(labelLimit=110, labelOverlap=False, labelFlush=False),
        ),
        color=alt.Color("activation:N", scale=colours, legend=LEGEND),
        tooltip=[
            "person:N",
            *(alt.Tooltip(f"{name}:Q", format=".2%") for name in ("accuracy", "from", "to")),
            alt.Tooltip("hidden 1:Q"),
            alt.Tooltip("hidden 2:Q"),
            alt.Tooltip("lr:Q", format="g"),
            "activation:N",
            "data set:N",
        ],
    )
    axis, scale = alt.Axis(format=".1%", tickCount=5), alt.Scale(zero=False, nice=True)
    x = alt.X("from:Q", title="read right of what was held out", scale=scale, axis=axis)
    spans = base.mark_rule(strokeWidth=3).encode(x=x, x2="to:Q")
    dots = base.mark_point(filled=True, size=70, opacity=1).encode(x="accuracy:Q")
    return alt.layer(spans, dots).properties(height=_ROW * len(table) + _AROUND)


def _tabulate(run: BestRun) -> dict[str, object]:
    found, candidate = run.found, run.found.candidate
    lower, upper = (
        (None, None)
        if run.n_test is None
        else wilson_interval(round(found.test_accuracy * run.n_test), run.n_test)
    )
    return {
        "person": run.person.name,
        "folds": found.best_score,
        "accuracy": found.test_accuracy,
        "from": lower,
        "to": upper,
        "hidden layers": candidate.architecture,
        "lr": candidate.lr,
        "activation": candidate.activation.label,
        "search": run.name,
        "data set": run.dataset_name,
        "run": run.work_id,
    }
