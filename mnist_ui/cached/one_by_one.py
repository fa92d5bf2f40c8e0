"""What takes long is computed one at a time: whoever else asks for such is told that others compute."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Final, TypeVar

import streamlit as st

ALONE: Final = Lock()
"""Held while a page computes what takes its process up to some seconds: of several that do so at once, each
would keep Python's lock from all pages in turn. Nothing else that is computed once is asked for within."""

_T = TypeVar("_T")
_LOOK_EVERY_S = 0.5
_TURN = Lock()
_WAITS = "Others compute at this moment: yours is begun as soon as they are done."


class _OthersAtWorkError(Exception):
    """Somebody else computes something that takes long."""


@contextmanager
def taking_turn() -> Iterator[None]:
    """Compute what takes long, where a function that is computed once is given to `wait_for_turn`."""
    if not _TURN.acquire(blocking=False):
        raise _OthersAtWorkError
    try:
        yield
    finally:
        _TURN.release()


def wait_for_turn(compute: Callable[[], _T]) -> _T:
    """Return what a function returns, which takes its turn where it has to compute.

    Until then the page says that others compute; who leaves the page waits no longer.
    """
    place = st.empty()
    while True:
        try:
            found = compute()
        except _OthersAtWorkError:
            place.info(_WAITS, icon=":material/hourglass_empty:")
            time.sleep(_LOOK_EVERY_S)
        else:
            place.empty()
            return found
