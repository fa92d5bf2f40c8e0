"""What charts have in common: tones, a legend, and a line with its interval."""

from typing import Any

import altair as alt

# Tones that can be read on white and on black.
BLUE, GREEN, ORANGE, GREY = "#3f7fd0", "#2f9e6e", "#d0603f", "#8a8f98"

LEGEND = alt.Legend(title=None, orient="top", symbolOpacity=1)

Layered = alt.LayerChart | alt.FacetChart
"""What altair calls charts drawn over one another."""


def tip_accuracy() -> list[alt.Tooltip]:
    """Make the words of a pointed at accuracy, with its interval."""
    titles = {"accuracy": "read right", "accuracy_from": "from", "accuracy_to": "to"}
    return [alt.Tooltip(f"{name}:Q", title=title, format=".2%") for name, title in titles.items()]


def draw_accuracy(base: alt.Chart, point_size: int) -> tuple[alt.Chart, alt.Chart]:
    """Draw the interval of `accuracy`, and its line above, from 0 to 1."""
    scale: Any = alt.Scale(domain=[0, 1])
    band = base.mark_area(opacity=0.2)
    band = band.encode(y=alt.Y("accuracy_from:Q", title="read right", scale=scale), y2="accuracy_to:Q")
    line = base.mark_line(strokeWidth=2, point=alt.OverlayMarkDef(size=point_size))
    return band, line.encode(y=alt.Y("accuracy:Q", scale=scale, axis=alt.Axis(format="%")))
