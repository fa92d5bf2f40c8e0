"""A chart of what a network makes of one image: the units that fire."""

import altair as alt
import numpy as np
import pandas as pd
from jaxtyping import Float32

from mnist_ui.charts.looks import BLUE, ORANGE

_FAINT = "#b9bec844"  # nearly the page itself, whichever its theme
_CELL = 16  # screen pixels of a unit's row
_COLUMNS = 24

UnitValues = Float32[np.ndarray, " units"]
"""A value of each unit of a layer."""


def draw_units(values: UnitValues) -> alt.Chart:
    """Draw the activation of each unit as a coloured square: blue below zero, grey at it, red above."""
    strongest = max(1.0, float(np.abs(values).max()))
    rows = pd.DataFrame(
        {
            "unit": np.arange(len(values)),
            "row": np.arange(len(values)) // _COLUMNS,
            "column": np.arange(len(values)) % _COLUMNS,
            "activation": values.astype(float),
        }
    )
    chart: alt.Chart = (
        alt.Chart(rows)
        .mark_rect(cornerRadius=2, stroke="transparent", strokeWidth=2)
        .encode(
            x=alt.X("column:O", axis=None, scale=alt.Scale(domain=list(range(_COLUMNS)), paddingInner=0.1)),
            y=alt.Y("row:O", axis=None, scale=alt.Scale(paddingInner=0.1)),
            color=alt.Color(
                "activation:Q",
                scale=alt.Scale(
                    domain=[-strongest, 0, strongest], range=[BLUE, _FAINT, ORANGE], interpolate="rgb"
                ),
                legend=None,
            ),
            tooltip=["unit:O", alt.Tooltip("activation:Q", format="+.3f")],
        )
        .properties(height=alt.Step(_CELL))
        .configure_view(stroke=None)
    )
    return chart
