"""Charts that are drawn once for all tabs."""

from collections.abc import Callable
from typing import Any

import streamlit as st


def show_chart(draw: Callable[..., Any], *shown: Any) -> None:
    """Show a chart; one of the same numbers is not drawn again: Streamlit sends what it sent before.

    Parameters
    ----------
    draw : callable
        Draws the chart: a function of a module, as its name tells it from others.
    *shown
        What it is called with: numbers, words, small arrays and tables, and data classes of these.
    """
    _show(f"{draw.__module__}.{draw.__qualname__}", shown, draw)


@st.cache_resource(show_spinner=False, max_entries=256)
def _show(name: str, shown: tuple[Any, ...], _draw: Callable[..., Any]) -> None:  # noqa: ARG001 - the key
    st.altair_chart(_draw(*shown), width="stretch")
