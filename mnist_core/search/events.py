"""News of a search, from any of its processes to the one that listens."""

import json
import queue
import secrets
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing import AuthenticationError
from multiprocessing.connection import Client, Connection, Listener
from threading import Thread
from types import TracebackType
from typing import Any

Event = Mapping[str, Any]
"""A JSON object; its `kind` is one of:

- `phase`: what is done now, in words (`text`)
- `restored`: all epochs and fits that earlier work had come to; what came after them comes again
- `epochs`, `fits`: those that have ended since
- `done`: the `outcome`
- `paused`, `interrupted`, `failed`: why (`text`)
"""

ENDS = ("done", "paused", "interrupted", "failed")
"""The kinds that come last."""

Tell = Callable[..., None]
"""Gets an event: its kind, and its values by name."""

_GOT_IT = b"got it"
_CLOSE_S = 5.0  # that a sender which stands still in mid-call may hold the listener up


@dataclass(frozen=True)
class EventSender:
    """Sends events to a listener from any process of this machine.

    Attributes
    ----------
    address : str
        Of the listener.
    authkey : str
        Its secret, in hexadecimal digits.
    """

    address: str
    authkey: str

    def send(self, kind: str, **values: Any) -> None:
        """Send an event and return when it has arrived.

        Raises
        ------
        OSError
            If nobody listens any more.
        """
        with Client(self.address, authkey=bytes.fromhex(self.authkey)) as connection:
            connection.send_bytes(json.dumps({"kind": kind, **values}).encode())
            connection.recv_bytes()


class EventListener:
    """Collects the events of a search; a context manager.

    JSON travels, never pickles: what arrives can do nothing but be read.
    """

    def __enter__(self) -> "EventListener":
        self._authkey = secrets.token_bytes(32)
        # Every core may connect at the same moment.
        self._listener = Listener(authkey=self._authkey, backlog=128)
        self._events: queue.Queue[Event] = queue.Queue()
        self._is_closed = False
        self._thread = Thread(target=self._accept, daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._is_closed = True
        # To close it does not wake who waits for calls; a call does, and needs no key for that.
        with suppress(OSError):
            Client(self._listener.address).close()
        self._thread.join(_CLOSE_S)
        self._listener.close()

    @property
    def sender(self) -> EventSender:
        """Return what sends to this listener; it can travel to other processes."""
        return EventSender(str(self._listener.address), self._authkey.hex())

    def receive(self, timeout_s: float) -> Event | None:
        """Return the next event, or None when none comes in time."""
        try:
            return self._events.get(timeout=timeout_s)
        except queue.Empty:
            return None

    def _accept(self) -> None:
        while not self._is_closed:
            try:
                connection = self._listener.accept()
            except (OSError, EOFError, AuthenticationError):
                continue  # closed, or the one who called was killed in mid-call
            self._take(connection)

    def _take(self, connection: Connection) -> None:
        with connection:
            try:
                self._events.put(json.loads(connection.recv_bytes()))
                connection.send_bytes(_GOT_IT)
            except (EOFError, OSError):  # killed in mid-call
                return
