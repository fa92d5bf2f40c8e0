"""Charts of what matters in a search: shares with their intervals, and each value of an axis by itself."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import altair as alt
import pandas as pd

from mnist_core.insight.importance import Effect, Slice
from mnist_ui.charts.live import DATA, LiveChart, to_error, to_spec
from mnist_ui.charts.looks import BLUE, GREY

_ROW = 24  # pixels
_ROOM = 64  # of the axis and its title
_LABELS = alt.Axis(labelLimit=220, labelOverlap=False, ticks=False, domain=False)
_NAMES = {"lr": "learning rate", "hidden": "hidden layers"} | {f"hidden{n}": f"hidden {n}" for n in (1, 2, 3)}


def name_axis(name: str) -> str:
    """Name an axis in words."""
    return _NAMES.get(name, name.replace("_", " "))


def name_effect(effect: Effect) -> str:
    """Name an effect in words."""
    return " × ".join(map(name_axis, effect.axes))


def draw_effects(effects: Sequence[Effect]) -> LiveChart:
    """Draw the share of each effect as a dot on its interval, the greatest on top."""
    rows = [
        (place, name_effect(one), one.share, one.low, one.high, one.is_found)
        for place, one in enumerate(effects)
    ]
    return LiveChart(
        spec=_effects_spec(len(effects)),
        frame=pd.DataFrame(rows, columns=["place", "effect", "share", "low", "high", "found"]),
        words="Shares of the differences in accuracy that each axis explains, with their intervals",
    )


def draw_slices(slices: Sequence[Slice]) -> LiveChart:
    """Draw the mean accuracy at each value of each axis as a dot, on a line from the worst to the best."""
    rows = [
        (
            place,
            f"{name_axis(one.axis)} {one.value}",
            name_axis(one.axis),
            one.n,
            *(one.mean, one.worst, one.best),
            *(to_error(accuracy) for accuracy in (one.mean, one.worst, one.best)),
        )
        for place, one in enumerate(slices)
    ]
    columns = [
        "place",
        "value",
        "axis",
        "n",
        "mean",
        "worst",
        "best",
        "mean_error",
        "worst_error",
        "best_error",
    ]
    return LiveChart(
        spec=_slices_spec(len(slices)),
        frame=pd.DataFrame(rows, columns=columns),
        words="Mean, worst and best accuracy of the candidates at each value of each axis",
    )


@lru_cache(maxsize=32)
def _effects_spec(n: int) -> dict[str, Any]:
    y = alt.Y("effect:N", title=None, sort=alt.EncodingSortField("place"), axis=_LABELS)
    colour = alt.condition("datum.found", alt.value(BLUE), alt.value(GREY))
    tips = [alt.Tooltip("effect:N", title="axis")]
    tips += [
        alt.Tooltip(f"{name}:Q", title=title, format=".1%")
        for name, title in {"share": "share", "low": "from", "high": "to"}.items()
    ]
    base = alt.Chart(DATA).encode(y=y, color=colour, tooltip=tips)
    x = alt.X(
        "low:Q", title="share of the differences", axis=alt.Axis(format="%"), scale=alt.Scale(domainMin=0)
    )
    span = base.mark_rule(strokeWidth=3).encode(x=x, x2="high:Q")
    dot = base.mark_point(filled=True, size=80, opacity=1).encode(x="share:Q")
    return to_spec(alt.layer(span, dot).properties(height=n * _ROW + _ROOM))


@lru_cache(maxsize=32)
def _slices_spec(n: int) -> dict[str, Any]:
    y = alt.Y("value:N", title=None, sort=alt.EncodingSortField("place"), axis=_LABELS)
    tips = [
        alt.Tooltip("value:N", title="value"),
        alt.Tooltip("n:Q", title="candidates"),
        *(alt.Tooltip(f"{name}:Q", title=name, format=".2%") for name in ("mean", "worst", "best")),
    ]
    base = alt.Chart(DATA).encode(y=y, color=alt.Color("axis:N", legend=None, sort=None), tooltip=tips)
    # Accuracy on the logarithm of its error, as everywhere: good candidates differ by tenths of a percent.
    scale = alt.Scale(type="log", reverse=True, nice=False)
    axis = alt.Axis(labelExpr="format(1 - datum.value, '.3~p')", tickCount=6, labelOverlap=True)
    x = alt.X("worst_error:Q", title="accuracy", scale=scale, axis=axis)
    span = base.mark_rule(strokeWidth=3, opacity=0.45).encode(x=x, x2="best_error:Q")
    dot = base.mark_point(filled=True, size=80, opacity=1).encode(x="mean_error:Q")
    return to_spec(alt.layer(span, dot).properties(height=n * _ROW + _ROOM))
