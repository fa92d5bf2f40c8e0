"""Charts of a network that is operated on: one digit before and after, and units against accuracy."""

from collections.abc import Sequence

import altair as alt
import pandas as pd

from mnist_core.insight.operate.curve import CurvePoint
from mnist_core.insight.operate.orders import Order
from mnist_ui.charts.firing_units import UnitValues
from mnist_ui.charts.looks import BLUE, GREEN, GREY, LEGEND, ORANGE, Layered, draw_accuracy, tip_accuracy

_TWO_ROWS = alt.Legend(title=None, orient="top", symbolOpacity=1, columns=2)  # four names, on a phone too
_SIDES = ("before", "after")
_BAR = 10  # screen pixels of a bar


def draw_before_after(before: UnitValues, after: UnitValues, names: Sequence[str]) -> alt.Chart:
    """Draw the probability of each class before and after, two bars a class."""
    rows = pd.DataFrame(
        [
            {"digit": names[place], "probability": float(share), "network": side}
            for side, shares in zip(_SIDES, (before, after), strict=True)
            for place, share in enumerate(shares)
        ]
    )
    chart: alt.Chart = (
        alt.Chart(rows)
        .mark_bar(cornerRadiusEnd=2)
        .encode(
            x=alt.X(
                "probability:Q",
                title="probability",
                scale=alt.Scale(domain=[0, 1]),
                axis=alt.Axis(format="%"),
            ),
            y=alt.Y(
                "digit:N",
                title=None,
                sort=list(names),
                axis=alt.Axis(labelFontSize=13, labelOverlap=False, ticks=False),
            ),
            yOffset=alt.YOffset("network:N", sort=list(_SIDES)),
            color=alt.Color(
                "network:N", scale=alt.Scale(domain=list(_SIDES), range=[GREY, ORANGE]), legend=LEGEND
            ),
            tooltip=["digit:N", "network:N", alt.Tooltip("probability:Q", format=".2%")],
        )
        .properties(height=alt.Step(_BAR))
    )
    return chart


def draw_curve(points: Sequence[CurvePoint], floor: float) -> Layered:
    """Draw accuracy against the units that a layer keeps, a line an order of removal, with bands.

    Parameters
    ----------
    points : sequence of CurvePoint
        Of one layer.
    floor : float
        The accuracy below which too much is lost, drawn as a rule.
    """
    rows = pd.DataFrame([vars(point) for point in points])
    orders, tones = [order.value for order in Order], [BLUE, GREEN, ORANGE, GREY]
    base = alt.Chart(rows).encode(
        x=alt.X(
            "kept:Q",
            title="units kept",
            axis=alt.Axis(tickMinStep=1, format="d"),
            scale=alt.Scale(nice=False),
        ),
        color=alt.Color(
            "order:N",
            sort=orders,
            scale=alt.Scale(domain=orders, range=tones),
            legend=_TWO_ROWS,
        ),
        tooltip=[
            "order:N",
            alt.Tooltip("kept:Q", title="units kept"),
            *tip_accuracy(),
        ],
    )
    rule = alt.Chart(pd.DataFrame({"accuracy": [floor]})).mark_rule(color=GREY, strokeDash=[5, 4])
    return alt.layer(rule.encode(y="accuracy:Q"), *draw_accuracy(base, 22)).properties(height=340)
