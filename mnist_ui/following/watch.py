"""Parts of a page that follow the store: they ask for a small stamp, and are drawn anew once it changes."""

from collections.abc import Callable, Hashable
from typing import TypeVar

import streamlit as st

from mnist_ui.components.sight import is_hidden
from mnist_ui.session import Key
from mnist_ui.streamlit_insides import rerun_fragment

_Stamp = TypeVar("_Stamp", bound=Hashable)
_HIDDEN_EVERY_S = 5.0  # in a tab that nobody sees, the title alone tells of a run


def watch(
    name: str, read_stamp: Callable[[], _Stamp], show: Callable[[_Stamp], None], every_s: float | None
) -> None:
    """Show a part of the page, and show it anew whenever its stamp has changed.

    Asking costs a thousandth of drawing; where nothing has changed, nothing is sent. A tab that is hidden
    asks less often.

    Parameters
    ----------
    name : str
        Tells the part from others of the page.
    read_stamp : callable
        Returns what differs once the part would look otherwise.
    show : callable
        Draws it; gets the stamp.
    every_s : float or None
        Seconds between two questions; None asks no more.
    """
    seen: _Stamp | None = None
    is_first = True

    def draw() -> None:
        nonlocal seen
        seen = read_stamp()  # before it is drawn: what comes meanwhile is drawn the next time
        show(seen)

    def look() -> None:
        nonlocal is_first
        if not is_first and read_stamp() != seen:
            rerun_fragment(name)
        is_first = False

    st.fragment(draw, key=name)()
    if every_s is not None:
        st.session_state[Key.IS_WATCHING] = True
        st.fragment(look, run_every=max(every_s, _HIDDEN_EVERY_S) if is_hidden() else every_s)()
