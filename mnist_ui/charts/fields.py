"""Charts of receptive fields: how far to trust each picture."""

import math

import altair as alt
import pandas as pd

from mnist_core.arrays import Fidelities

# Tones that can be read on white and on black.
_BLUE, _ORANGE = "#3f7fd0", "#d0603f"


def draw_fidelity(fidelities: Fidelities, selected: int) -> alt.Chart:
    """Draw the fidelity of each unit as a bar, the open unit in another colour."""
    rows = pd.DataFrame(
        [
            {"unit": unit, "R2": float(value), "open": unit == selected}
            for unit, value in enumerate(fidelities)
            if not math.isnan(value)
        ],
        columns=["unit", "R2", "open"],
    )
    chart: alt.Chart = (
        alt.Chart(rows)
        .mark_bar()
        .encode(
            x=alt.X("unit:O", title="unit", axis=alt.Axis(labelAngle=0, labelOverlap=True)),
            y=alt.Y("R2:Q", title="R²", scale=alt.Scale(domain=[0, 1])),
            color=alt.condition("datum.open", alt.value(_ORANGE), alt.value(_BLUE)),
            tooltip=["unit:O", alt.Tooltip("R2:Q", title="R²", format=".3f")],
        )
        .properties(height=160)
    )
    return chart
