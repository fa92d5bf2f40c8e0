"""What a search tells, from any of its processes to the one that listens."""

import json
import secrets
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from multiprocessing import AuthenticationError
from multiprocessing.connection import Client, Listener
from threading import Thread
from types import TracebackType
from typing import Any

from mnist_core.network.history import EpochRecord

WAITING = "waiting"
"""The state of a search that has given way to others and goes on in its turn."""

_GOT_IT = b"got it"
_CLOSE_S = 5.0  # that a sender which stands still in mid-call may hold the listener up


@dataclass(frozen=True)
class Phase:
    """What is done now, in words."""

    text: str


@dataclass(frozen=True)
class Records:
    """Epochs and scores, each with its candidate and fold.

    Attributes
    ----------
    epochs, scores : sequence
        Those that have ended since the last ones.
    dropped : sequence of (int, int)
        Fits that go no further, as their candidates fell behind in a race.
    is_restored : bool
        Whether they are all that earlier work had come to; what came after them comes again.
    """

    epochs: Sequence[tuple[int, int, EpochRecord]] = ()
    scores: Sequence[tuple[int, int, float]] = ()
    dropped: Sequence[tuple[int, int]] = ()
    is_restored: bool = False

    @staticmethod
    def from_values(values: Mapping[str, Any]) -> "Records":
        """Make records from what `dataclasses.asdict` made of them, also where JSON knew no tuples."""
        epochs = tuple((candidate, fold, EpochRecord(**one)) for candidate, fold, one in values["epochs"])
        scores, dropped = (tuple(map(tuple, values[name])) for name in ("scores", "dropped"))
        return Records(epochs, scores, dropped, values["is_restored"])


@dataclass(frozen=True)
class Drawn:
    """The candidates that a search has drawn so far, as `Candidate.params` gives them.

    What is told of the latest of them comes after it.
    """

    candidates: Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Ending:
    """How a search ended: `done`, `paused`, `interrupted`, `failed` or `WAITING`, why, and what it found."""

    state: str
    text: str = "done"
    outcome: Mapping[str, Any] | None = None


Message = Phase | Records | Drawn | Ending
Tell = Callable[[Message], None]

_MAKERS: Mapping[str, Callable[[Mapping[str, Any]], Message]] = {
    "Phase": lambda values: Phase(**values),
    "Records": Records.from_values,
    "Drawn": lambda values: Drawn(**values),
    "Ending": lambda values: Ending(**values),
}


@dataclass(frozen=True)
class MessageSender:
    """Sends messages to a listener from any process of this machine.

    Attributes
    ----------
    address : str
        Of the listener.
    authkey : str
        Its secret, in hexadecimal digits.
    """

    address: str
    authkey: str

    def send(self, message: Message) -> None:
        """Send a message and return when it has arrived.

        Raises
        ------
        OSError
            If nobody listens any more.
        """
        with Client(self.address, authkey=bytes.fromhex(self.authkey)) as connection:
            connection.send_bytes(json.dumps([type(message).__name__, asdict(message)]).encode())
            connection.recv_bytes()


class MessageListener:
    """Passes the messages of a search on, by a thread; a context manager that gives their sender.

    JSON travels, never pickles: what arrives can do nothing but be read.

    Parameters
    ----------
    tell : callable
        Gets them. What it raises is raised again in the end, and nothing more is told.
    """

    def __init__(self, tell: Tell) -> None:
        self._tell = tell
        self._authkey = secrets.token_bytes(32)
        self._is_closed = False
        self._error: BaseException | None = None

    def __enter__(self) -> MessageSender:
        # Every core may connect at the same moment.
        self._listener = Listener(authkey=self._authkey, backlog=128)
        self._thread = Thread(target=self._accept, daemon=True)
        self._thread.start()
        return MessageSender(str(self._listener.address), self._authkey.hex())

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._is_closed = True
        # To close it does not wake who waits for calls; a call does, and needs no key for that.
        with suppress(OSError):
            Client(self._listener.address).close()
        self._thread.join(_CLOSE_S)
        self._listener.close()
        if error is None and self._error is not None:
            raise self._error

    def _accept(self) -> None:
        while not self._is_closed:
            try:
                connection = self._listener.accept()
            except (OSError, EOFError, AuthenticationError):
                continue  # closed, or the one who called was killed in mid-call
            with connection, suppress(EOFError, OSError):  # killed in mid-call
                name, values = json.loads(connection.recv_bytes())
                self._pass_on(_MAKERS[name](values))
                connection.send_bytes(_GOT_IT)

    def _pass_on(self, message: Message) -> None:
        try:
            if self._error is None:
                self._tell(message)
        except BaseException as error:  # it is for who listens, not for this thread
            self._error = error
