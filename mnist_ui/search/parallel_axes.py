"""The candidates of a search as lines through parallel axes."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any

import altair as alt
import pandas as pd

from mnist_core.network.candidate import Candidate
from mnist_core.network.grid import Grid
from mnist_core.store.ranking import RankedCandidate
from mnist_ui.charts.grid_places import is_of_many_sizes, read_setting, say_value
from mnist_ui.charts.live import DATA, LEAST_ERROR, MOST_ERROR, LiveChart, colour_accuracy, to_error, to_spec

_ACCURACY = "accuracy"
_MOST_TICKS = 8  # more values than that stand by their sizes, and some of them are named
_TICKED_SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)
_TICKED_ERRORS = (0.9, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01)


def draw_parallel(grid: Grid, ranked: Sequence[RankedCandidate], is_dark: bool) -> LiveChart:
    """Draw each scored candidate as a line through its hyper-parameters to its accuracy."""
    # The best lines last, on top.
    rows = [row for one in reversed(ranked) for row in _line(grid, one)]
    columns = ["kind", "axis", "place", "label", "candidate", "accuracy", "error"]
    frame = pd.DataFrame([*rows, *_ticks(grid)], columns=columns)
    return LiveChart(
        spec=_parallel_spec(is_dark, (*_list_axes(grid), _ACCURACY)),
        frame=frame.astype({"accuracy": "float64", "error": "float64"}),
        words="Parallel coordinates: a line for each candidate, coloured by accuracy",
    )


def _line(grid: Grid, one: RankedCandidate) -> list[tuple[Any, ...]]:
    error = to_error(one.mean)
    places = [*_places(grid, one.candidate), _place_error(error)]
    name = str(one.candidate)
    return [
        ("line", title, place, "", name, one.mean, error)
        for title, place in zip((*_list_axes(grid), _ACCURACY), places, strict=True)
    ]


def _places(grid: Grid, candidate: Candidate) -> list[float]:
    return [axis.find(candidate) for axis in _list_axes(grid).values()]


@dataclass(frozen=True)
class _Axis:
    """An axis: what finds a candidate's place on it, from 0 to 1, and places with words."""

    find: Callable[[Candidate], float]
    ticks: Sequence[tuple[float, str]]


@lru_cache(maxsize=32)
def _list_axes(grid: Grid) -> dict[str, _Axis]:
    """List the axes of a grid by title."""
    readers: dict[str, Callable[[Candidate], Any]] = {"activation": lambda one: one.activation.label}
    readers["lr"] = lambda one: one.lr
    if grid.hidden:
        readers["hidden"] = lambda one: one.architecture
    else:
        readers |= {"hidden 1": lambda one: one.hidden1, "hidden 2": lambda one: one.hidden2}
    for name, _ in grid.settings:
        readers[name.replace("_", " ")] = partial(read_setting, name)
    return {title: _make_axis(grid, read) for title, read in readers.items()}


def _make_axis(grid: Grid, read: Callable[[Candidate], Any]) -> _Axis:
    values = list(dict.fromkeys(map(read, grid.candidates())))
    if grid.drawn is not None:
        # What has no value stands before all that have one.
        values.sort(key=lambda value: (value is not None, 0 if value is None else value))
        if len(values) > _MOST_TICKS and isinstance(values[-1], int | float):
            return _make_scale([value for value in values if value is not None], read)
    ticks = [(_place(position, len(values)), say_value(value)) for position, value in enumerate(values)]
    return _Axis(lambda one: ticks[values.index(read(one))][0], ticks)


def _make_scale(values: Sequence[float], read: Callable[[Candidate], Any]) -> _Axis:
    """Make an axis of many numbers, logarithmic where they are of several sizes."""
    low, high = values[0], values[-1]
    turn = math.log if is_of_many_sizes(low, high) else float

    def find(candidate: Candidate) -> float:
        value = read(candidate)
        return 0.0 if value is None else (turn(value) - turn(low)) / (turn(high) - turn(low))

    marked = [values[round(share * (len(values) - 1))] for share in _TICKED_SHARES]
    ticks = [((turn(value) - turn(low)) / (turn(high) - turn(low)), say_value(value)) for value in marked]
    return _Axis(find, ticks)


def _place(position: int, n: int) -> float:
    return position / (n - 1) if n > 1 else 0.5


def _place_error(error: float) -> float:
    """Place an error on a logarithmic axis: 0 is the worst, 1 the best."""
    return math.log(MOST_ERROR / error) / math.log(MOST_ERROR / LEAST_ERROR)


def _ticks(grid: Grid) -> list[tuple[Any, ...]]:
    ticks = [(title, *tick) for title, axis in _list_axes(grid).items() for tick in axis.ticks]
    ticks += [(_ACCURACY, _place_error(error), f"{1 - error:.0%}") for error in _TICKED_ERRORS]
    return [("tick", title, place, label, "", None, None) for title, place, label in ticks]


@lru_cache(maxsize=32)
def _parallel_spec(is_dark: bool, titles: tuple[str, ...]) -> dict[str, Any]:
    axis = alt.Axis(labelAngle=0, orient="top", domain=False, ticks=False, grid=True, labelPadding=12)
    scale = alt.Scale(type="point", padding=0.35)
    x = alt.X("axis:N", sort=list(titles), title=None, scale=scale, axis=axis)
    y = alt.Y("place:Q", axis=None, scale=alt.Scale(domain=[-0.04, 1.04]))
    text = alt.Chart(DATA).transform_filter("datum.kind == 'tick'").encode(x=x, y=y, text="label:N")
    ink, paper = ("#e4e7ec", "#13161d") if is_dark else ("#1c2230", "#ffffff")
    style: dict[str, Any] = {"align": "left", "dx": 6, "fontSize": 11, "fontWeight": 600}
    chart = alt.layer(
        _lines(x, y),
        text.mark_text(**style, stroke=paper, strokeWidth=4, strokeOpacity=0.85, fill=paper),
        text.mark_text(**style, fill=ink),
        data=DATA,
    )
    return to_spec(chart.properties(height=372))


def _lines(x: alt.X, y: alt.Y) -> alt.Chart:
    pointed = alt.selection_point(
        name="pointed", fields=["candidate"], on="pointerover", clear="pointerout", empty=False
    )
    chart = (
        alt.Chart(DATA)
        .transform_filter("datum.kind == 'line'")
        .mark_line()
        .encode(
            x=x,
            y=y,
            detail="candidate:N",
            color=colour_accuracy(),
            opacity=alt.condition(pointed, alt.value(1.0), alt.value(0.65)),
            strokeWidth=alt.condition(pointed, alt.value(5), alt.value(1.8)),
            tooltip=[
                alt.Tooltip("candidate:N", title="network"),
                alt.Tooltip("accuracy:Q", title="mean accuracy", format=".2%"),
            ],
        )
    )
    lines: alt.Chart = chart.add_params(pointed)
    return lines
