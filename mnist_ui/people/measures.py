"""What the lab takes of its machine: measured beside the pages, which show what was measured last."""

import time
from collections.abc import Callable
from pathlib import Path
from threading import Lock, Thread
from typing import Generic, TypeVar

import streamlit as st

from mnist_core.ground.footprint import MemoryTaken, RoomTaken, measure_home, measure_memory

_T = TypeVar("_T")
_MEMORY_EVERY_S = 10.0  # some milliseconds a process
_ROOM_EVERY_S = 60.0  # a home may hold many thousand files


class Measured(Generic[_T]):
    """A value that takes time to measure, at most so many seconds old where somebody looks at it.

    Parameters
    ----------
    measure : callable
        Measures it; in a thread of its own.
    every_s : float
        How old it may be.
    """

    def __init__(self, measure: Callable[[], _T], every_s: float) -> None:
        self._measure, self._every_s = measure, every_s
        self._lock = Lock()
        self._due = float("-inf")
        self._value: _T | None = None

    def look(self) -> _T | None:
        """Return what was measured last, None before; have it measured anew where it is old."""
        with self._lock:
            is_due = time.monotonic() >= self._due
            if is_due:
                self._due = float("inf")  # nobody else begins meanwhile
        if is_due:
            Thread(target=self._take, daemon=True).start()
        return self._value

    def _take(self) -> None:
        try:
            self._value = self._measure()
        finally:
            self._due = time.monotonic() + self._every_s


def look_at_memory(home: Path) -> MemoryTaken | None:
    """Return the memory that the lab takes; None where it was not measured yet."""
    return _measure_memory(home).look()


def look_at_room(home: Path) -> RoomTaken | None:
    """Return the room that the home takes; None where it was not measured yet."""
    return _measure_room(home).look()


@st.cache_resource(show_spinner=False)
def _measure_memory(home: Path) -> Measured[MemoryTaken]:
    return Measured(lambda: measure_memory(home), _MEMORY_EVERY_S)


@st.cache_resource(show_spinner=False)
def _measure_room(home: Path) -> Measured[RoomTaken]:
    return Measured(lambda: measure_home(home), _ROOM_EVERY_S)
