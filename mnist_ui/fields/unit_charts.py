"""Charts of units: what values they take, and what each way of looking explains."""

import altair as alt
import numpy as np
import pandas as pd

from mnist_core.insight.fields.unit_facts import Histogram
from mnist_ui.charts.looks import BLUE


def draw_histogram(histogram: Histogram, names: list[str], title: str) -> alt.Chart:
    """Draw how often a unit takes which value: a row a digit, stronger where more of its images lie."""
    lefts, rights = histogram.edges[:-1], histogram.edges[1:]
    digits, bins = np.nonzero(histogram.shares)
    rows = pd.DataFrame(
        {
            "digit": [names[digit] for digit in digits],
            "from": lefts[bins],
            "to": rights[bins],
            "share": histogram.shares[digits, bins],
        }
    )
    chart: alt.Chart = (
        alt.Chart(rows)
        .mark_rect(color=BLUE)
        .encode(
            x=alt.X("from:Q", title=title, scale=alt.Scale(domain=[lefts[0], rights[-1]], nice=False)),
            x2="to:Q",
            y=alt.Y(
                "digit:N",
                title="digit",
                sort=names,
                scale=alt.Scale(domain=names),
                axis=alt.Axis(labelOverlap=False),
            ),
            opacity=alt.Opacity("share:Q", scale=alt.Scale(range=[0.12, 1]), legend=None),
            tooltip=[
                "digit:N",
                alt.Tooltip("from:Q", format=".2f"),
                alt.Tooltip("to:Q", format=".2f"),
                alt.Tooltip("share:Q", title="of its images", format=".1%"),
            ],
        )
        .properties(height=260)
    )
    return chart
