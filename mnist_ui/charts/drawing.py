"""Charts of what a network makes of one image: probabilities and the units that fire."""

from collections.abc import Sequence

import altair as alt
import numpy as np
import pandas as pd
from jaxtyping import Float32

_BLUE, _ORANGE, _GREY = "#3f7fd0", "#d0603f", "#8a8f98"  # tones that can be read on white and on black
_FAINT = "#b9bec844"  # nearly the page itself, whichever its theme
_CELL = 16  # screen pixels of a unit's row
_COLUMNS = 24

UnitValues = Float32[np.ndarray, " units"]
"""A value of each unit of a layer, or of each digit."""


def draw_probabilities(probabilities: UnitValues, names: Sequence[str]) -> alt.LayerChart:
    """Draw the probability of each class as a bar, the guess in another colour, its figure beside it."""
    guess = int(probabilities.argmax())
    rows = pd.DataFrame(
        [
            {
                "digit": names[place],
                "probability": float(share),
                "words": _percent(float(share)),
                "guess": place == guess,
            }
            for place, share in enumerate(probabilities)
        ]
    )
    base = alt.Chart(rows).encode(
        y=alt.Y(
            "digit:O",
            title=None,
            sort=list(names),
            axis=alt.Axis(ticks=False, domain=False, labelFontSize=14, labelPadding=8),
        ),
        tooltip=["digit:O", alt.Tooltip("probability:Q", format=".3%")],
    )
    # room on the right for the figure of a bar that reaches 1
    scale = alt.Scale(domain=[0, 1.12], nice=False)
    bars = base.mark_bar(cornerRadiusEnd=3).encode(
        x=alt.X("probability:Q", scale=scale, axis=None),
        color=alt.condition("datum.guess", alt.value(_ORANGE), alt.value(_BLUE)),
    )
    figures = base.mark_text(align="left", dx=5, color=_GREY, fontSize=12).encode(
        x=alt.X("probability:Q", scale=scale), text="words:N"
    )
    chart: alt.LayerChart = (
        alt.layer(bars, figures).properties(height=alt.Step(21)).configure_view(stroke=None)
    )
    return chart


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
                    domain=[-strongest, 0, strongest], range=[_BLUE, _FAINT, _ORANGE], interpolate="rgb"
                ),
                legend=None,
            ),
            tooltip=["unit:O", alt.Tooltip("activation:Q", format="+.3f")],
        )
        .properties(height=alt.Step(_CELL))
        .configure_view(stroke=None)
    )
    return chart


def _percent(share: float) -> str:
    return f"{share:.1%}" if share >= 0.0005 else ""
