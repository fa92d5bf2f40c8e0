"""What takes long is computed one at a time: whoever else asks for such is told that others compute."""

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Lock
from typing import Final, TypeVar

import streamlit as st

ALONE: Final = Lock()
"""Held while a page computes what takes its process up to some seconds: of several that do so at once, each
would keep Python's lock from all pages in turn. Nothing else that is computed once is asked for within."""

_T = TypeVar("_T")
_LOOK_EVERY_S = 0.3
_WORKER = ThreadPoolExecutor(1, "one-by-one")
_WAITS = "Others compute at this moment: yours is begun as soon as they are done."


def begin_in_turn(compute: Callable[[], _T]) -> "Future[_T]":
    """Have something computed beside the pages, after what was asked for before."""
    return _WORKER.submit(compute)


def wait_for(begun: "Future[_T]", words: str) -> _T:
    """Return what something comes to; until then the page says that it is computed, or waits for others.

    Who leaves the page waits no longer: it is computed all the same, for whoever asks next.
    """
    place = st.empty()
    while not begun.done():
        place.info(words if begun.running() else _WAITS, icon=":material/hourglass_empty:")
        time.sleep(_LOOK_EVERY_S)
    place.empty()
    return begun.result()
