"""Runs as pages follow them: read once they have changed, for all tabs together, and no epoch twice."""

import time
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from threading import Lock

import streamlit as st

from mnist_core.network.racing import Drop
from mnist_core.store import Database, FitRow, Stamp, WorkRow, get_search, read_epochs, read_fits
from mnist_core.store.drops import find_drops, list_unmeasured
from mnist_core.store.epochs import EpochAccuracy, read_accuracies
from mnist_core.store.ranking import RankedCandidate, rank_candidates
from mnist_ui import session
from mnist_ui.components.small_curves.figures import Figures

_PACE_WINDOW_S = 20.0
_LEAST_WINDOW_S = 3.0  # a shorter one sees single reports, not a pace


@dataclass(frozen=True)
class Sight:
    """A run as it stood at one moment.

    Attributes
    ----------
    run : WorkRow
        The run itself.
    fits : sequence of FitRow
        Its trainings that have begun.
    ranked : sequence of RankedCandidate
        Its candidates that have a scored fold, the best first.
    dropped : mapping of int to Drop
        Those that its race has dropped and nobody has finished, and why.
    """

    run: WorkRow
    fits: Sequence[FitRow]
    ranked: Sequence[RankedCandidate]
    dropped: Mapping[int, Drop] = field(default_factory=dict)


class FollowedRun:
    """A run that some tabs look at: its epochs so far, how fast they come, and its small curves.

    Parameters
    ----------
    run_id : str
        Of the run.
    """

    def __init__(self, run_id: str) -> None:
        self.run_id = run_id
        self._lock = Lock()
        self._epochs: list[EpochAccuracy] = []
        self._counts: deque[tuple[float, int]] = deque()
        self._seen: tuple[Stamp, Sight] | None = None
        self._dropped: tuple[list[int], dict[int, Drop]] = [], {}
        self.figures = Figures()

    def look(self, store: Database, stamp: Stamp) -> Sight:
        """Return the run as it stands, or as a tab has seen it that had the same stamp.

        Parameters
        ----------
        store : Database
            Has it.
        stamp : tuple
            What `read_stamp` gave just now.

        Raises
        ------
        RunError
            If it is gone.
        """
        with self._lock:
            if self._seen is None or self._seen[0] != stamp:
                run, fits = get_search(store, self.run_id), read_fits(store, self.run_id)
                ranked, dropped = rank_candidates(run.plan, fits), self._find_dropped(store, run, fits)
                self._seen = stamp, Sight(run, fits, ranked, dropped)
            return self._seen[1]

    def _find_dropped(self, store: Database, run: WorkRow, fits: Sequence[FitRow]) -> Mapping[int, Drop]:
        """Find why some were dropped, once they are others: all epochs are read for that."""
        numbers = list_unmeasured(run.plan, fits)
        if numbers != self._dropped[0]:
            drops = find_drops(run.plan, fits, read_epochs(store, run.id))
            self._dropped = numbers, {number: drops[number] for number in numbers if number in drops}
        return self._dropped[1]

    def read_accuracies(self, store: Database, fits: Sequence[FitRow]) -> list[EpochAccuracy]:
        """Return the accuracies of all epochs in the order in which they ended; only new ones are read.

        Parameters
        ----------
        store : Database
            Has them.
        fits : sequence of FitRow
            As the store had them just now.
        """
        with self._lock:
            self._read_on(store)
            n_epochs = len(self._epochs)
            if n_epochs > _count_epochs(fits) and n_epochs > _count_epochs(read_fits(store, self.run_id)):
                # A run that was resumed does again what came after its checkpoint: that was removed.
                self._epochs = []
                self._read_on(store)
            return list(self._epochs)

    def measure_pace(self, run: WorkRow, now_s: float | None = None) -> float | None:
        """Measure epochs of one network a second: of the last seconds, else of the whole run.

        Parameters
        ----------
        run : WorkRow
            As the store had it just now.
        now_s : float or None
            The time by a clock that never goes back; None looks at it.
        """
        now_s = time.monotonic() if now_s is None else now_s
        with self._lock:
            counts = self._counts
            if counts and run.n_epochs < counts[-1][1]:
                counts.clear()
            counts.append((now_s, run.n_epochs))
            while now_s - counts[0][0] > _PACE_WINDOW_S:
                counts.popleft()
            seconds, n_new = now_s - counts[0][0], run.n_epochs - counts[0][1]
        if run.state.is_held and seconds >= _LEAST_WINDOW_S:
            return n_new / seconds
        return run.n_epochs / run.seconds if run.n_epochs and run.seconds > 0 else None

    def _read_on(self, store: Database) -> None:
        since = self._epochs[-1].id if self._epochs else 0
        self._epochs += read_accuracies(store, self.run_id, since)


def follow(run_id: str) -> FollowedRun:
    """Return what all tabs share of a run."""
    return _follow(session.settings().database, run_id)


def _count_epochs(fits: Sequence[FitRow]) -> int:
    return sum(fit.n_epochs for fit in fits)


@st.cache_resource(show_spinner=False, max_entries=16)
def _follow(database: str, run_id: str) -> FollowedRun:  # noqa: ARG001 - part of the key
    return FollowedRun(run_id)
