"""The candidates of a search as lines through parallel axes."""

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import altair as alt
import pandas as pd

from mnist_core.grid import Candidate, Grid
from mnist_core.runs.ranking import RankedCandidate
from mnist_ui.charts.live import DATA, LiveChart, colour_accuracy, to_error, to_spec

_AXES = ("activation", "lr", "hidden1", "hidden2")
_TITLES = ("activation", "lr", "hidden 1", "hidden 2", "accuracy")


def draw_parallel(grid: Grid, ranked: Sequence[RankedCandidate]) -> LiveChart:
    """Draw each scored candidate as a line through its hyper-parameters to its accuracy."""
    scores = [candidate.mean for candidate in ranked]
    low, high = _round_range(scores)
    rows = [row for one in reversed(ranked) for row in _line(grid, one, low, high)]
    columns = ["kind", "axis", "place", "label", "candidate", "accuracy", "error"]
    return LiveChart(
        spec=_parallel_spec(),
        frame=pd.DataFrame([*rows, *_ticks(grid, low, high)], columns=columns),
        words=f"Parallel coordinates: {len(ranked)} candidates, a line each, coloured by accuracy.",
    )


def _line(grid: Grid, one: RankedCandidate, low: float, high: float) -> list[tuple[Any, ...]]:
    places = [*_places(grid, one.candidate), (one.mean - low) / (high - low)]
    values = ("line", str(one.candidate), one.mean, to_error(one.mean))
    kind, candidate, mean, error = values
    return [
        (kind, title, place, "", candidate, mean, error) for title, place in zip(_TITLES, places, strict=True)
    ]


def _places(grid: Grid, candidate: Candidate) -> list[float]:
    return [
        _place(getattr(grid, axis).index(getattr(candidate, axis)), len(getattr(grid, axis)))
        for axis in _AXES
    ]


def _place(position: int, n: int) -> float:
    return position / (n - 1) if n > 1 else 0.5


def _ticks(grid: Grid, low: float, high: float) -> list[tuple[Any, ...]]:
    ticks: list[tuple[Any, ...]] = []
    for axis, title in zip(_AXES, _TITLES[:-1], strict=True):
        values = grid.values()[axis]
        for position, value in enumerate(values):
            label = f"{value:g}" if isinstance(value, float) else str(value)
            ticks.append(("tick", title, _place(position, len(values)), label, "", None, None))
    for place in (0.0, 0.25, 0.5, 0.75, 1.0):
        label = f"{low + place * (high - low):.1%}"
        ticks.append(("tick", _TITLES[-1], place, label, "", None, None))
    return ticks


def _round_range(scores: Sequence[float]) -> tuple[float, float]:
    """Find round ends for an axis of accuracies, at least a percent apart."""
    if not scores:
        return 0.0, 1.0
    low, high = math.floor(min(scores) * 100) / 100, math.ceil(max(scores) * 100) / 100
    return (low, high) if high > low else (low - 0.01, high)


@lru_cache(maxsize=1)
def _parallel_spec() -> dict[str, Any]:
    x = alt.X(
        "axis:N",
        sort=list(_TITLES),
        title=None,
        scale=alt.Scale(type="point", padding=0.35),
        axis=alt.Axis(labelAngle=0, orient="top", domain=False, ticks=False, grid=True, labelPadding=12),
    )
    y = alt.Y("place:Q", axis=None, scale=alt.Scale(domain=[-0.04, 1.04]))
    pointed = alt.selection_point(
        name="pointed", fields=["candidate"], on="pointerover", clear="pointerout", empty=False
    )
    lines = (
        alt.Chart(DATA)
        .transform_filter("datum.kind == 'line'")
        .mark_line(strokeWidth=2, interpolate="monotone")
        .encode(
            x=x,
            y=y,
            detail="candidate:N",
            color=colour_accuracy(),
            opacity=alt.condition(pointed, alt.value(1.0), alt.value(0.6)),
            strokeWidth=alt.condition(pointed, alt.value(5), alt.value(1.6)),
            tooltip=[
                alt.Tooltip("candidate:N", title="network"),
                alt.Tooltip("accuracy:Q", title="mean accuracy", format=".2%"),
            ],
        )
        .add_params(pointed)
    )
    marks = (
        alt.Chart(DATA)
        .transform_filter("datum.kind == 'tick'")
        .mark_text(align="left", dx=6, fontSize=11, fontWeight=600)
        .encode(x=x, y=y, text="label:N")
    )
    return to_spec(alt.layer(lines, marks, data=DATA).properties(height=330))
