"""Charts whose numbers change under them.

A chart is made without data, once, and its data goes beside it: then the browser keeps the chart and
exchanges the numbers alone, which neither flickers nor loses what is pointed at.
"""

from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import altair as alt
import pandas as pd
import streamlit as st

_NAME = "source"
DATA = alt.NamedData(_NAME)  # a stand-in: the data comes beside the chart
LEAST_ERROR, MOST_ERROR = 0.01, 0.9  # of the axes; worse than 0.9 is worse than guessing

Span: TypeAlias = tuple[float, float]
"""The best error and the worst."""


@dataclass(frozen=True)
class LiveChart:
    """A chart whose numbers change under it.

    Attributes
    ----------
    spec : dict
        The Vega-Lite chart without its data; the same object for the same grid.
    frame : DataFrame
        The numbers of now; the columns keep their types, also where no row is there yet.
    words : str
        What it shows, for those who cannot see it; always the same, as the browser makes the chart anew
        when it changes.
    """

    spec: dict[str, Any]
    frame: pd.DataFrame
    words: str

    def show(self, key: str, *, stretch: bool = True) -> None:
        """Draw it, or exchange the numbers of the one that stands under this key."""
        width: Literal["stretch", "content"] = "stretch" if stretch else "content"
        # Under a name of its own the data is there from the first drawing on: facets of no data fail.
        spec = {**self.spec, "data": {"name": _NAME}, "datasets": {_NAME: self.frame}}
        st.vega_lite_chart(spec=spec, key=key, width=width, alt=self.words)


def to_error(accuracy: float) -> float:
    """Turn an accuracy into an error that has a place on a logarithmic axis."""
    return min(max(1.0 - accuracy, LEAST_ERROR), MOST_ERROR)


def colour_accuracy(span: Span | None = None) -> alt.Color:
    """Make the colour of the field `error`, with a legend of accuracies.

    Parameters
    ----------
    span : (float, float) or None
        The best and the worst error, which have the ends of the colours; None takes those of the numbers
        that are there: candidates often lie within some percent, which all the colours then tell apart.
    """
    # Good candidates differ by tenths of a percent, bad ones by tens: the colour follows the logarithm.
    ends: dict[str, Any] = {} if span is None else {"domain": list(span), "clamp": True}
    scale = alt.Scale(type="log", scheme="viridis", reverse=True, nice=False, **ends)
    legend = alt.Legend(
        title="mean accuracy",
        labelExpr="format(1 - datum.value, '.1%')",
        labelOverlap="greedy",
        orient="bottom",
        direction="horizontal",
        gradientLength=230,
        gradientThickness=10,
    )
    return alt.Color("error:Q", scale=scale, legend=legend)


def to_spec(chart: Any) -> dict[str, Any]:
    """Turn an Altair chart into a Vega-Lite chart without data."""
    spec: dict[str, Any] = chart.to_dict()
    for name in ("$schema", "data"):
        spec.pop(name, None)
    return spec
