"""Processes that work in a lab's home, and what they bring about."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.tabs.server import find_processes

_POLL_S = 0.05


def processes_of(home: Path) -> list[int]:
    """List the processes whose environment names this home."""
    return [process.pid for process in find_processes(home)]


def wait_until(is_so: Callable[[], Any], seconds: float = 120.0) -> None:
    """Wait for something that no event tells of."""
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end, f"it did not happen within {seconds:.0f} s"
        time.sleep(_POLL_S)
