"""The network at work beside the drawing, for those who ask for it."""

import streamlit as st

from mnist_core.network.models import Model
from mnist_ui.components.living_network import show_network
from mnist_ui.draw import state

_PARAM = "alive"


def ask_whether_alive() -> bool:
    """Ask whether the network is to be seen at work; the choice is part of the page's link."""
    if st.query_params.get(_PARAM) == "1":
        state.ALIVE.put(True)
    is_alive = state.ALIVE.get()
    _write_link(is_alive)
    st.toggle(
        "Network at work",
        help="Image, units and outputs, and the links that carry most, at every move of the pen.",
        **state.ALIVE_SWITCH.shows(is_alive, _follow),
    )
    return is_alive


def _follow(is_alive: bool) -> None:
    state.ALIVE.put(is_alive)
    _write_link(is_alive)


def _write_link(is_alive: bool) -> None:
    if is_alive:
        st.query_params[_PARAM] = "1"
    elif _PARAM in st.query_params:
        del st.query_params[_PARAM]


def show_at_work(model: Model, network: str) -> None:
    """Show a network at work; a unit that is asked for is opened on Fields.

    Parameters
    ----------
    model : Model
        The one that reads.
    network : str
        The name that `send_network` returned.
    """
    show_network(model, network, lambda layer, unit: state.VISITED.put((layer, unit)))
    visited = state.VISITED.take()
    if visited is not None:
        layer, unit = visited
        params = {"model": model.name, "layer": layer, "unit": str(unit)}
        st.switch_page("pages/fields.py", query_params=params)
