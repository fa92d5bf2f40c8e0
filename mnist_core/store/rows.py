"""What the store holds: runs, fits, epochs, and how far each has come."""

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from mnist_core.network.candidate import Candidate
from mnist_core.network.grid import SearchPlan
from mnist_core.network.history import EpochRecord


class RunState(StrEnum):
    """Where a run stands; only done is for ever, as nothing that had finished is lost before it."""

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
        """Whether it belongs to a worker, which may be about to stop."""
        return self in (RunState.RUNNING, RunState.PAUSING, RunState.CANCELLING)

    @property
    def is_active(self) -> bool:
        """Whether a worker carries it out, or will."""
        return self is RunState.QUEUED or self.is_held

    @property
    def is_resumable(self) -> bool:
        """Whether it has stopped and can go on from where it was."""
        return not self.is_active and self is not RunState.DONE


class FitState(StrEnum):
    """Where one training stands."""

    RUNNING = "running"
    DONE = "done"


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
class RunRow:
    """A run as the store has it; times are UTC.

    Attributes
    ----------
    started, ended : datetime or None
        Of its latest stretch of work; a run that was resumed has had others.
    worked_seconds : float
        What its earlier stretches took.
    queue_position : float or None
        Where it stands among the runs that wait for a worker; None where it waits for none. An
        interrupted run that waits is one whose worker is gone: the next worker takes it.
    tags : tuple of str
        What its user filed it under.
    """

    id: str
    name: str
    state: RunState
    plan: SearchPlan
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
    outcome: Outcome | None
    worked_seconds: float = 0.0
    queue_position: float | None = None
    tags: tuple[str, ...] = ()

    @property
    def is_waiting(self) -> bool:
        """Whether the next worker that is free may take it."""
        return self.queue_position is not None

    @property
    def seconds(self) -> float:
        """Return how long it has been carried out, up to its end or its last beat; pauses do not count."""
        if self.started is None:
            return self.worked_seconds
        until = self.ended or (now() if self.state.is_active else self.heartbeat or self.started)
        # Not less than nothing, where the clock was set back.
        return self.worked_seconds + max((until - self.started).total_seconds(), 0.0)


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
