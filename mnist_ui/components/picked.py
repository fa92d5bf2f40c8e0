"""What was clicked in a component of our own."""

from typing import Any

import streamlit as st


def read_picked(key: str) -> dict[str, Any]:
    """Return what a component says was clicked, in a callback; empty where the click is lost.

    Where the run before was cut short, there is no state.
    """
    picked = st.session_state.get(key, {}).get("picked")
    return picked if isinstance(picked, dict) else {}
