"""Charts of a trained model: how it learned, what it confuses, how it compares."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import altair as alt
import pandas as pd

from mnist_core.insight.evaluation import PerDigit
from mnist_core.network.grid import PAPER_ACCURACY
from mnist_core.network.history import EpochRecord, best_epoch
from mnist_ui.charts.looks import BLUE, GREY, ORANGE, Layered

_LEGEND = alt.Legend(title=None, orient="top")


@dataclass(frozen=True)
class Score:
    """The accuracy of one model.

    Attributes
    ----------
    name : str
        Of the model.
    accuracy, lower, upper : float
        Share read right and its 95 % interval, 0 to 1.
    """

    name: str
    accuracy: float
    lower: float
    upper: float


def draw_learning_curve(history: Sequence[EpochRecord]) -> Layered:
    """Draw the losses of each epoch, with the best epoch and the one that training ended with."""
    losses = pd.DataFrame(
        [
            {"epoch": record.epoch, "loss": loss, "images": images}
            for record in history
            for images, loss in (("training", record.train_loss), ("validation", record.valid_loss))
        ]
    )
    colours = alt.Scale(domain=["training", "validation"], range=[BLUE, ORANGE])
    lines = (
        alt.Chart(losses)
        .mark_line(point=alt.OverlayMarkDef(size=28), strokeWidth=2)
        .encode(
            x=alt.X("epoch:Q", title="epoch", axis=alt.Axis(tickMinStep=1, format="d")),
            y=alt.Y("loss:Q", title="loss (nats)", scale=alt.Scale(zero=False)),
            color=alt.Color("images:N", scale=colours, legend=_LEGEND),
            tooltip=["images:N", "epoch:Q", alt.Tooltip("loss:Q", format=".4f")],
        )
    )
    return alt.layer(_draw_epoch_marks(history), lines).properties(height=320)


def draw_precision_recall(precision: PerDigit, recall: PerDigit, names: Sequence[str]) -> alt.Chart:
    """Draw precision and recall of each class, under its name, side by side."""
    rows = pd.DataFrame(
        [
            {"digit": names[place], "share": float(share), "measure": measure}
            for measure, shares in (("precision", precision), ("recall", recall))
            for place, share in enumerate(shares)
            if not math.isnan(share)
        ]
    )
    # a tenth below the worst, so that a good model's differences can be seen and a poor one's fit
    lowest = max(0.0, math.floor(rows["share"].min() * 20 - 0.5) / 20) if len(rows) else 0.0
    scale = alt.Scale(domain=[lowest, 1.0], clamp=True)
    colours = alt.Scale(domain=["precision", "recall"], range=[BLUE, ORANGE])
    shapes = alt.Scale(domain=["precision", "recall"], range=["circle", "square"])
    chart: alt.Chart = (
        alt.Chart(rows)
        .mark_point(filled=True, size=70, opacity=0.9)
        .encode(
            x=alt.X("share:Q", title=None, scale=scale, axis=alt.Axis(format="%")),
            y=alt.Y("digit:O", title="digit", sort=list(names), axis=alt.Axis(grid=True)),
            color=alt.Color("measure:N", scale=colours, legend=_LEGEND),
            shape=alt.Shape("measure:N", scale=shapes, legend=_LEGEND),
            tooltip=["digit:O", "measure:N", alt.Tooltip("share:Q", format=".2%")],
        )
        .properties(height=320)
    )
    return chart


def draw_comparison(scores: Sequence[Score], chosen: str) -> Layered:
    """Draw the accuracy of each model with its interval, beside the paper's."""
    rows = pd.DataFrame([vars(score) | {"chosen": score.name == chosen} for score in scores])
    order = [score.name for score in scores]
    y = alt.Y("name:N", title=None, sort=order, axis=alt.Axis(labelLimit=140))
    colour = alt.condition("datum.chosen", alt.value(ORANGE), alt.value(BLUE))
    tips = ["name:N", *(alt.Tooltip(f"{field}:Q", format=".2%") for field in ("accuracy", "lower", "upper"))]
    spans = (
        alt.Chart(rows)
        .mark_rule(strokeWidth=3)
        .encode(
            x=alt.X(
                "lower:Q",
                title="accuracy",
                scale=alt.Scale(zero=False, nice=True),
                axis=alt.Axis(format=".1%", tickMinStep=0.002, tickCount=6),
            ),
            x2="upper:Q",
            y=y,
            color=colour,
            tooltip=tips,
        )
    )
    dots = alt.Chart(rows).mark_point(filled=True, size=80, opacity=1)
    dots = dots.encode(x="accuracy:Q", y=y, color=colour, tooltip=tips)
    paper = pd.DataFrame([{"accuracy": PAPER_ACCURACY, "words": f"paper {PAPER_ACCURACY:.2%}"}])
    rule = alt.Chart(paper).mark_rule(color=GREY, strokeDash=[5, 4], strokeWidth=2).encode(x="accuracy:Q")
    return alt.layer(rule, spans, dots).properties(height=max(90, 34 * len(scores) + 50))


def _draw_epoch_marks(history: Sequence[EpochRecord]) -> Layered:
    best, last = best_epoch(history), history[-1].epoch
    marks = pd.DataFrame([{"epoch": best, "what": f"best: {best}"}, {"epoch": last, "what": f"end: {last}"}])
    if best == last:
        marks = pd.DataFrame([{"epoch": best, "what": f"best and end: {best}"}])
    rules = alt.Chart(marks).mark_rule(color=GREY, strokeDash=[4, 4], strokeWidth=1.5).encode(x="epoch:Q")
    # the later mark's words stand left of it, so that two neighbours do not overlap and none leaves the chart
    words = [
        alt.Chart(marks.iloc[[row]])
        .mark_text(align="right", dx=-5, baseline="top", color=GREY, fontSize=12)
        .encode(x="epoch:Q", y=alt.value(2 + 16 * row), text="what:N")
        for row in range(len(marks))
    ]
    return alt.layer(rules, *words)
