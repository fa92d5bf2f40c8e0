"""What the store holds: runs, fits, epochs, and how far each has come."""

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from mnist_core.grid import Candidate, SearchPlan
from mnist_core.history import EpochRecord

REFIT_FOLD = -1  # the fold number under which the winner's retraining is recorded


class RunState(StrEnum):
    """Where a run stands; done, cancelled and failed are for ever."""

    QUEUED = "queued"
    RUNNING = "running"
    CANCELLING = "cancelling"
    DONE = "done"
    CANCELLED = "cancelled"
    FAILED = "failed"
    INTERRUPTED = "interrupted"

    @property
    def is_active(self) -> bool:
        """Whether a worker carries it out, or will."""
        return self in (RunState.QUEUED, RunState.RUNNING, RunState.CANCELLING)


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
    """A run as the store has it; times are UTC."""

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

    @property
    def seconds(self) -> float:
        """Return how long it has been carried out, up to its end or its last beat."""
        if self.started is None:
            return 0.0
        until = self.ended or (now() if self.state.is_active else self.heartbeat or self.started)
        return (until - self.started).total_seconds()


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
