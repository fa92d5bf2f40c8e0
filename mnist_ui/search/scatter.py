"""The candidates that a search has drawn as points: how accurate each is, against one axis."""

from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from typing import Any

import altair as alt
import pandas as pd

from mnist_core.network.candidate import Candidate
from mnist_core.network.grid import Grid
from mnist_core.store.ranking import RankedCandidate
from mnist_ui.charts.grid_places import is_of_many_sizes, read_setting
from mnist_ui.charts.live import DATA, LiveChart, to_error, to_spec

_WIDTH, _HEIGHT = 300, 372


def draw_scatter(grid: Grid, ranked: Sequence[RankedCandidate]) -> LiveChart:
    """Draw the mean accuracy of candidates against the axis that varies most among them.

    Parameters
    ----------
    grid : Grid
        With the candidates that were drawn.
    ranked : sequence of RankedCandidate
        Those that are scored.
    """
    title, read = choose_axis(grid)
    rows = [
        (
            read(one.candidate),
            to_error(one.mean),
            one.mean,
            one.candidate.activation.label,
            str(one.candidate),
        )
        for one in ranked
    ]
    columns = ["value", "error", "accuracy", "activation", "candidate"]
    values = [value for value in map(read, grid.candidates()) if value is not None]
    is_log = bool(values) and is_of_many_sizes(min(values), max(values))
    return LiveChart(
        spec=_scatter_spec(title, is_log, tuple(one.label for one in grid.activation)),
        frame=pd.DataFrame(rows, columns=columns).astype(dict.fromkeys(columns[:3], "float64")),
        words=f"Points of mean accuracy against {title}",
    )


def choose_axis(grid: Grid) -> tuple[str, Callable[[Candidate], float | None]]:
    """Choose the axis of which candidates have the most values, the rate of equals: its title and reader."""
    readers: dict[str, Callable[[Candidate], Any]] = {
        "lr": lambda one: one.lr,
        "units of hidden 1": lambda one: one.hidden1,
        "units of hidden 2": lambda one: one.hidden2,
    }
    for name, _ in grid.settings:
        if name != "optimizer":
            readers[name.replace("_", " ")] = partial(read_setting, name)
    candidates = grid.candidates()
    title = max(readers, key=lambda title: len({readers[title](one) for one in candidates}))
    return title, readers[title]


@lru_cache(maxsize=32)
def _scatter_spec(title: str, is_log: bool, activations: tuple[str, ...]) -> dict[str, Any]:
    x_scale = alt.Scale(type="log" if is_log else "linear", zero=False, nice=False, padding=12)
    x_axis = alt.Axis(format="~g", labelOverlap="greedy", grid=False)
    y_scale = alt.Scale(type="log", reverse=True, zero=False, nice=False, padding=12)
    y_axis = alt.Axis(tickCount=6, labelExpr="format(1 - datum.value, '.3~p')", title="mean accuracy")
    chart = (
        alt.Chart(DATA)
        .mark_point(filled=True, size=70, opacity=0.85)
        .encode(
            x=alt.X("value:Q", title=title, scale=x_scale, axis=x_axis),
            y=alt.Y("error:Q", scale=y_scale, axis=y_axis),
            color=alt.Color(
                "activation:N",
                scale=alt.Scale(domain=list(activations)),
                legend=alt.Legend(title=None, orient="bottom"),
            ),
            shape=alt.Shape("activation:N", scale=alt.Scale(domain=list(activations)), legend=None),
            tooltip=[
                alt.Tooltip("candidate:N", title="network"),
                alt.Tooltip("accuracy:Q", title="mean accuracy", format=".2%"),
            ],
        )
        .properties(width=_WIDTH, height=_HEIGHT)
    )
    return to_spec(chart)
