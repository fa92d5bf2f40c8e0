"""What the store holds: work of every kind, fits, epochs, and how far each has come."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from functools import cached_property, lru_cache
from typing import Any

from mnist_core.network.candidate import Candidate
from mnist_core.network.history import EpochRecord
from mnist_core.network.plan import SearchPlan, Strategy

SEARCH = "search"
"""The kind of work that a search is; its settings are a `SearchPlan`, its outcome is an `Outcome`."""


class WorkState(StrEnum):
    """Where work stands; only done is for ever, as nothing that had finished is lost before it."""

    QUEUED = "queued"
    RUNNING = "running"
    PAUSING = "pausing"
    CANCELLING = "cancelling"
    PAUSED = "paused"
    INTERRUPTED = "interrupted"
    FAILED = "failed"
    CANCELLED = "cancelled"
    DONE = "done"

    @property
    def is_held(self) -> bool:
        """Whether it belongs to a process, which may be about to stop."""
        return self in (WorkState.RUNNING, WorkState.PAUSING, WorkState.CANCELLING)

    @property
    def is_active(self) -> bool:
        """Whether a process carries it out, or will."""
        return self is WorkState.QUEUED or self.is_held

    @property
    def is_resumable(self) -> bool:
        """Whether it has stopped and can go on from where it was."""
        return not self.is_active and self is not WorkState.DONE


HELD = [state for state in WorkState if state.is_held]
RESUMABLE = [state for state in WorkState if state.is_resumable]


class FitState(StrEnum):
    """Where one training stands."""

    RUNNING = "running"
    DONE = "done"
    DROPPED = "dropped"


@dataclass(frozen=True)
class Outcome:
    """What a search found.

    Attributes
    ----------
    best : dict
        The winner's hyper-parameters, as `Candidate.params` gives them.
    best_score : float
        Its mean accuracy over the folds.
    test_accuracy : float
        Of the retrained winner on the held-out images.
    model : str
        The folder that it was saved to.
    results_csv : str
        The file with scikit-learn's `cv_results_`.
    is_identical : bool
        Whether the saved model, loaded again, gave the same outputs bit by bit.
    """

    best: dict[str, Any]
    best_score: float
    test_accuracy: float
    model: str
    results_csv: str
    is_identical: bool

    @property
    def candidate(self) -> Candidate:
        """Return the winner."""
        return Candidate.from_params(self.best)


@dataclass(frozen=True)
class WorkRow:
    """Work of any kind as the store has it; times are UTC.

    Attributes
    ----------
    kind : str
        `SEARCH`, or what else names the function that carries it out.
    settings : dict
        What was asked for at its beginning; plain JSON values.
    wishes : dict
        What its user wants of it now; plain JSON values.
    n_wishes : int
        How often that has changed.
    progress : float or None
        How far it has come, 0 to 1; None where it does not tell.
    started, ended : datetime or None
        Of its latest stretch of work; what was resumed has had others.
    outcome : dict or None
        What it came to; plain JSON values.
    owner : str or None
        Who carries it out, or did so last.
    worked_seconds : float
        What its earlier stretches took.
    queue_position : float or None
        Where it stands among what waits for a process; None where it waits for none. What is interrupted
        and waits is what was lost with its process: the next one takes it.
    tags : tuple of str
        What its user filed it under.
    space : str
        Whose it is.
    turn : int
        When it was begun last, counted over all work; 0 where it never was.
    is_published : bool
        Whether others may look at it.
    n_fits_dropped : int
        Fits of a race that go no further.
    """

    id: str
    kind: str
    name: str
    state: WorkState
    settings: dict[str, Any]
    wishes: dict[str, Any]
    n_wishes: int
    progress: float | None
    dataset_name: str
    fingerprint: str
    n_fits: int
    n_fits_done: int
    n_epochs: int
    created: datetime
    started: datetime | None
    ended: datetime | None
    heartbeat: datetime | None
    message: str
    outcome: dict[str, Any] | None
    owner: str | None
    worked_seconds: float
    queue_position: float | None
    tags: tuple[str, ...]
    space: str = ""
    is_published: bool = False
    turn: int = 0
    n_fits_dropped: int = 0

    @cached_property
    def plan(self) -> SearchPlan:
        """Return what a search was asked for."""
        return _parse_plan(json.dumps(self.settings))

    @property
    def found(self) -> Outcome | None:
        """Return what a search found; None where it has not."""
        return Outcome(**self.outcome) if self.outcome else None

    @property
    def share_settled(self) -> float:
        """Return the share of a search's fits that have ended, or in a race were dropped."""
        return min((self.n_fits_done + self.n_fits_dropped) / self.n_fits, 1.0) if self.n_fits else 0.0

    def say_fits(self) -> str:
        """Say how many fits of a search have ended; of a race nobody knows before how many will."""
        if self.plan.strategy is not Strategy.RACE:
            return f"{self.n_fits_done:,} of {self.n_fits:,} fits"
        return f"{self.n_fits_done:,} fits, {self.n_fits_dropped:,} dropped"

    @property
    def is_waiting(self) -> bool:
        """Whether the next process that is free may take it."""
        return self.queue_position is not None

    @property
    def seconds(self) -> float:
        """Return how long it has been carried out, up to its end or its last beat; pauses do not count."""
        if self.started is None:
            return self.worked_seconds
        until = self.ended or (now() if self.state.is_active else self.heartbeat or self.started)
        # Not less than nothing, where the clock was set back.
        return self.worked_seconds + max((until - self.started).total_seconds(), 0.0)


@lru_cache(maxsize=256)
def _parse_plan(text: str) -> SearchPlan:
    # Checking a grid takes a millisecond, and pages read the same plans every second.
    return SearchPlan.from_values(json.loads(text))


@dataclass(frozen=True)
class BestScore:
    """The mean accuracy of a run's best candidate, over the folds of it that are scored."""

    mean: float
    n_folds: int

    def say(self, cv: int) -> str:
        """Say it, and on how many folds it is where that is not all of them."""
        return f"{self.mean:.2%}" + ("" if self.n_folds == cv else f" on {self.n_folds} of {cv} folds")


@dataclass(frozen=True)
class FitRow:
    """One training: a fold of a candidate (its index in the grid), or the winner's retraining."""

    candidate: int
    fold: int
    state: FitState
    score: float | None
    n_epochs: int
    seconds: float


@dataclass(frozen=True)
class EpochRow:
    """One epoch of one training; ids grow with time."""

    id: int
    candidate: int
    fold: int
    record: EpochRecord


def now() -> datetime:
    """Return the time, in UTC."""
    return datetime.now(UTC)
