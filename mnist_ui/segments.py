"""A choice of one among few, side by side."""

from collections.abc import Sequence
from typing import Any, TypeVar

import streamlit as st

_Option = TypeVar("_Option")


def choose_one(
    label: str, options: Sequence[_Option], key: str, usual: _Option | None = None, **more: Any
) -> _Option:
    """Let the user choose one: at first the usual one, else the first."""
    usual = options[0] if usual is None else usual
    chosen = st.segmented_control(label, options, default=usual, key=key, required=True, **more)
    return usual if chosen is None else chosen
