"""Charts of the riddle: whose output fields look like digits, and what it costs."""

from collections.abc import Sequence

import altair as alt
import pandas as pd

from mnist_core.insight.fields.likeness import DIGIT_LIKE
from mnist_core.training.riddle.answer import Step
from mnist_core.training.riddle.networks_table import Row
from mnist_ui.charts.looks import BLUE, GREY, ORANGE, Layered

_SCORE = alt.Scale(domain=[-0.1, 1.0])
_SPAN = 0.08  # of accuracy: the networks that learned little would hide how the others differ
_TIPS = [
    "group:N",
    "candidate:N",
    "seed:Q",
    alt.Tooltip("score:Q", format=".3f"),
    alt.Tooltip("accuracy:Q", format=".2%"),
]


def draw_levels(groups: dict[str, Sequence[Row]]) -> Layered:
    """Draw the score of each network, a row a group, with the mean of each and the line of digit-like."""
    rows, order = _tabulate(groups), list(groups)
    y = alt.Y("group:N", title=None, sort=order, axis=alt.Axis(labelLimit=130))
    x = alt.X("score:Q", title="digit-likeness", scale=_SCORE)
    ticks = alt.Chart(rows).mark_tick(thickness=2, size=16, opacity=0.55, color=BLUE)
    means = alt.Chart(rows).mark_point(filled=True, size=70, opacity=1, color=ORANGE)
    return alt.layer(
        _draw_line("x"),
        ticks.encode(x=x, y=y, tooltip=_TIPS),
        means.encode(x=alt.X("mean(score):Q", title="digit-likeness", scale=_SCORE), y=y),
    ).properties(height=max(110, 30 * len(order) + 50))


def draw_costs(groups: dict[str, Sequence[Row]], chosen: str) -> Layered:
    """Draw score against accuracy, a point a network; those of the chosen group stand out.

    Networks more than 8 points below the best are left out.
    """
    rows = _tabulate(groups)
    rows = rows[rows["accuracy"] >= rows["accuracy"].max() - _SPAN].copy()
    rows["chosen"] = rows["group"] == chosen
    points = (
        alt.Chart(rows.sort_values("chosen"))
        .mark_point(filled=True, size=45)
        .encode(
            x=alt.X("score:Q", title="digit-likeness", scale=alt.Scale(zero=False)),
            y=alt.Y("accuracy:Q", title="accuracy", scale=alt.Scale(zero=False), axis=alt.Axis(format=".0%")),
            color=alt.condition("datum.chosen", alt.value(ORANGE), alt.value(BLUE)),
            opacity=alt.condition("datum.chosen", alt.value(0.9), alt.value(0.35)),
            tooltip=_TIPS,
        )
    )
    return alt.layer(_draw_line("x"), points).properties(height=300)


def draw_calibration(steps: Sequence[Step]) -> Layered:
    """Draw how often an independent network reads a field as its digit, by the score of the field."""
    rows = pd.DataFrame(
        [{"score": step.low + 0.05, "share": step.n_read / step.n, "fields": step.n} for step in steps]
    )
    bars = (
        alt.Chart(rows)
        .mark_bar(color=BLUE, size=18)
        .encode(
            x=alt.X("score:Q", title="digit-likeness of a field", scale=alt.Scale(domain=[0, 1])),
            y=alt.Y("share:Q", title="read as its digit", axis=alt.Axis(format="%")),
            tooltip=[alt.Tooltip("share:Q", format=".1%"), "fields:Q"],
        )
    )
    return alt.layer(bars, _draw_line("x")).properties(height=260)


def _draw_line(axis: str) -> alt.Chart:
    line = alt.Chart(pd.DataFrame({"score": [DIGIT_LIKE]})).mark_rule(color=GREY, strokeDash=[5, 4])
    drawn: alt.Chart = line.encode(**{axis: "score:Q"})
    return drawn


def _tabulate(groups: dict[str, Sequence[Row]]) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "group": group,
                "candidate": row.candidate,
                "seed": row.seed,
                "score": row.score,
                "accuracy": row.accuracy,
            }
            for group, rows in groups.items()
            for row in rows
        ]
    )
