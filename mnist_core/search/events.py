"""News of a search, from any of its processes to the one that listens."""

import json
import queue
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from multiprocessing.connection import Client, Connection, Listener
from threading import Thread
from types import TracebackType
from typing import Any

from mnist_core.classifier import read_epoch

Event = Mapping[str, Any]
"""A JSON object; its `kind` is `phase`, `epochs`, `fits`, `done` or `failed`."""

_GOT_IT = b"got it"


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
        Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
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
        while True:
            try:
                connection = self._listener.accept()
            except OSError:  # closed
                return
            except Exception:
                continue
            self._take(connection)

    def _take(self, connection: Connection) -> None:
        with connection:
            try:
                self._events.put(json.loads(connection.recv_bytes()))
                connection.send_bytes(_GOT_IT)
            except (EOFError, OSError):  # killed in mid-call
                return


class SearchMonitor:
    """Sends each epoch of each fit of a `GridSearchCV`: an auto-propagated scikit-learn callback.

    Parameters
    ----------
    sender : EventSender
        Where to.
    n_folds : int
        Folds a candidate, by which the number of a fit is read.
    """

    max_propagation_depth = None

    def __init__(self, sender: EventSender, n_folds: int) -> None:
        self.sender = sender
        self.n_folds = n_folds

    def setup(self, estimator: Any, context: Any) -> None:
        """Do nothing: the listener is open."""

    def teardown(self, estimator: Any, context: Any) -> None:
        """Do nothing: the listener stays open."""

    def on_fit_task_begin(self, estimator: Any, context: Any) -> None:
        """Tell a classifier which fit of the search it is, for its scorer."""
        if context.source_task_name == "candidate-split-evaluation":
            estimator.fit_number_ = context.task_id

    def on_fit_task_end(self, estimator: Any, context: Any) -> None:
        """Send an epoch."""
        if context.task_name == "epoch":
            candidate, fold = divmod(estimator.fit_number_, self.n_folds)
            record = asdict(read_epoch(estimator.history[-1]))
            self.sender.send("epochs", epochs=[{"candidate": candidate, "fold": fold, "record": record}])


class FitScorer:
    """Scores a fit by its accuracy, as the classifier's own `score` does, and sends it.

    Parameters
    ----------
    sender : EventSender
        Where to.
    n_folds : int
        Folds a candidate.
    """

    def __init__(self, sender: EventSender, n_folds: int) -> None:
        self.sender = sender
        self.n_folds = n_folds

    def __call__(self, estimator: Any, X: Any, y: Any) -> float:  # noqa: N803 scikit-learn's name
        """Return the share of images read right."""
        score = float(estimator.score(X, y))
        candidate, fold = divmod(estimator.fit_number_, self.n_folds)
        self.sender.send("fits", fits=[{"candidate": candidate, "fold": fold, "score": score}])
        return score
