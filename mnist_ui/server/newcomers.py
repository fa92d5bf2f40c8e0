"""How many new names may be made from one address: more than a class can type is somebody who means ill."""

import time
from threading import Lock

from mnist_core.ground.errors import PersonError

MOST_TRIES, TRIES_S = 60, 60.0
"""From one address, where a class may sit, within so many seconds."""

_MOST_ADDRESSES = 10_000  # that are remembered


class Newcomers:
    """Tries to come in by a new name, counted by the address that they come from."""

    def __init__(self) -> None:
        self._tries: dict[str, list[float]] = {}
        self._lock = Lock()

    def count_try(self, address: str) -> None:
        """Count a try.

        Raises
        ------
        PersonError
            If there were more than a class can type.
        """
        now = time.monotonic()
        with self._lock:
            recent = [when for when in self._tries.pop(address, []) if now - when < TRIES_S]
            if len(self._tries) >= _MOST_ADDRESSES:
                del self._tries[next(iter(self._tries))]
            self._tries[address] = recent
            if len(recent) >= MOST_TRIES:
                raise PersonError("Too many new names from where you are: wait a minute.")
            recent.append(now)
