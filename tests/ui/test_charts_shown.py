"""A chart is drawn once for the same numbers, and anew for others."""

import altair as alt
import pandas as pd
from streamlit.testing.v1 import AppTest

_drawn: list[list[int]] = []


def draw(values: list[int]) -> alt.Chart:
    _drawn.append(values)
    return alt.Chart(pd.DataFrame({"x": values})).mark_tick().encode(x="x:Q")


def show(draw, values) -> None:
    from mnist_ui.charts.shown import show_chart

    show_chart(draw, values)


def test_a_chart_is_drawn_once_for_the_same_numbers():
    _drawn.clear()

    tabs = [AppTest.from_function(show, args=(draw, values)).run() for values in ([1, 2], [1, 2], [3])]

    assert [len(tab.main.children) for tab in tabs] == [1, 1, 1]
    assert _drawn == [[1, 2], [3]]
