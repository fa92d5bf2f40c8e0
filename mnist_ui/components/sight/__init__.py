"""Whether anybody sees the tab."""

import streamlit as st

from mnist_ui.components.assets import declare
from mnist_ui.session import Key

_sight = declare("sight")


def see() -> None:
    """Learn whether the tab is seen, at the end of a page that watches; it runs again when that changes."""
    if st.session_state.pop(Key.IS_WATCHING, False):
        _sight(key=Key.SIGHT_WIDGET, data={"hidden": is_hidden()}, on_hidden_change=lambda: None)


def is_hidden() -> bool:
    """Say whether nobody sees the tab, as far as is known."""
    return bool(st.session_state.get(Key.SIGHT_WIDGET, {}).get("hidden"))
