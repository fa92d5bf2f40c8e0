"""Charts of how far models can be trusted: true probabilities, refusals, disturbed images."""

import math
from collections.abc import Sequence

import altair as alt
import pandas as pd

from mnist_core.insight.evaluation.calibration import Tempering
from mnist_core.insight.evaluation.coverage import Refusal, Step
from mnist_core.insight.evaluation.disturbances import Disturbance
from mnist_ui.charts.looks import BLUE, GREY, LEGEND, ORANGE, Layered, draw_accuracy, tip_accuracy

AS_IT_IS, TEMPERED = "as it is", "at the fitted temperature"


def table_bins(found: Tempering) -> pd.DataFrame:
    """List the bins of a reliability diagram, before and after, a row a bin."""
    sides = ((AS_IT_IS, found.before), (TEMPERED, found.after))
    return pd.DataFrame([{"probabilities": name, **vars(one)} for name, side in sides for one in side.bins])


def draw_reliability(found: Tempering) -> Layered:
    """Draw the share read right over the probability of the guess, with intervals; truth is the diagonal."""
    colours = alt.Scale(domain=[AS_IT_IS, TEMPERED], range=[ORANGE, BLUE])
    shapes = alt.Scale(domain=[AS_IT_IS, TEMPERED], range=["circle", "square"])
    bins = alt.Chart(table_bins(found)).encode(
        x=alt.X("confidence:Q", title="probability of the guess", axis=alt.Axis(format="%")),
        color=alt.Color("probabilities:N", scale=colours, legend=LEGEND),
        tooltip=[
            "probabilities:N",
            alt.Tooltip("n:Q", title="images", format=","),
            alt.Tooltip("confidence:Q", title="mean probability", format=".2%"),
            *tip_accuracy(),
        ],
    )
    spans = bins.mark_rule(strokeWidth=2, opacity=0.6)
    spans = spans.encode(y=alt.Y("accuracy_from:Q", title="read right"), y2="accuracy_to:Q")
    dots = bins.mark_point(filled=True, opacity=0.9).encode(
        y=alt.Y("accuracy:Q", axis=alt.Axis(format="%")),
        shape=alt.Shape("probabilities:N", scale=shapes, legend=LEGEND),
        size=alt.Size("n:Q", scale=alt.Scale(type="sqrt", range=[30, 260]), legend=None),
    )
    corners = pd.DataFrame({"confidence": [0.0, 1.0], "accuracy": [0.0, 1.0]})
    truth = alt.Chart(corners).mark_line(color=GREY, strokeDash=[5, 4])
    return alt.layer(truth.encode(x="confidence:Q", y="accuracy:Q"), spans, dots).properties(height=340)


def draw_coverage(steps: list[Step], refusals: list[Refusal]) -> Layered:
    """Draw the share read right over the share answered, with its interval and the shares asked for."""
    first = _choose_first(refusals)
    shown = pd.DataFrame([vars(step) for step in steps if step.coverage >= first])
    scale = alt.Scale(domain=[min(shown["accuracy"].min(), 0.985) - 0.002, 1.0], clamp=True)
    x_scale = alt.Scale(domain=[first, 1.0], nice=False)
    curve = alt.Chart(shown).encode(
        x=alt.X("coverage:Q", title="answered, the surest", scale=x_scale, axis=alt.Axis(format="~%"))
    )
    y = alt.Y("accuracy:Q", title="right of these", scale=scale, axis=alt.Axis(format=".1%"))
    band = curve.mark_area(opacity=0.2, color=BLUE)
    band = band.encode(y=alt.Y("accuracy_from:Q", scale=scale, title="right of these"), y2="accuracy_to:Q")
    line = curve.mark_line(color=BLUE, strokeWidth=2, interpolate="step-before").encode(
        y=y,
        tooltip=[
            alt.Tooltip("coverage:Q", title="answered", format=".1%"),
            alt.Tooltip("n:Q", title="images", format=","),
            alt.Tooltip("accuracy:Q", title="right", format=".2%"),
            alt.Tooltip("floor:Q", title="from probability", format=".2%"),
        ],
    )
    asked = pd.DataFrame([{"accuracy": one.share} for one in refusals])
    rules = alt.Chart(asked).mark_rule(color=GREY, strokeDash=[5, 4]).encode(y=y)
    return alt.layer(rules, band, line).properties(height=340)


def draw_robustness(rows: pd.DataFrame, disturbance: Disturbance, models: Sequence[str]) -> Layered:
    """Draw the share read right over the level of a disturbance, a line a model, with intervals.

    Parameters
    ----------
    rows : DataFrame
        Columns `model`, `level`, `accuracy`, `accuracy_from`, `accuracy_to`, of this disturbance.
    disturbance : Disturbance
        Names the axis.
    models : sequence of str
        All models, in an order that gives each its colour.
    """
    base = alt.Chart(rows).encode(
        x=alt.X(
            "level:Q",
            title=disturbance.unit,
            scale=alt.Scale(zero=False, nice=False),
            axis=alt.Axis(values=list(disturbance.levels), labelExpr="'' + datum.value"),
        ),
        color=alt.Color("model:N", sort=list(models), scale=alt.Scale(domain=list(models)), legend=LEGEND),
        tooltip=[
            "model:N",
            alt.Tooltip("level:Q", title=disturbance.unit),
            *tip_accuracy(),
        ],
    )
    usual = alt.Chart(pd.DataFrame({"level": [disturbance.usual]})).mark_rule(color=GREY, strokeDash=[5, 4])
    return alt.layer(usual.encode(x="level:Q"), *draw_accuracy(base, 30)).properties(height=290)


def _choose_first(refusals: Sequence[Refusal]) -> float:
    """Choose the coverage at which the curve begins: well below all that is asked for, in twentieths."""
    most = max((one.refused for one in refusals if one.n_answered), default=1.0)
    return min(0.9, max(0.0, math.floor(20 * (1 - 1.5 * most)) / 20))
