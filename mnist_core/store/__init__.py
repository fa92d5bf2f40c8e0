"""The durable store of runs, their fits and their epochs, and of jobs of other kinds."""

from mnist_core.network.history import REFIT_FOLD
from mnist_core.store.archive import Archive
from mnist_core.store.jobs import JobRow, Jobs
from mnist_core.store.owner import HEARTBEAT_EVERY_S
from mnist_core.store.queue import Queue
from mnist_core.store.rows import (
    BestScore,
    EpochRow,
    FitRow,
    FitState,
    Outcome,
    RunRow,
    RunState,
    now,
)

__all__ = ["HEARTBEAT_EVERY_S", "REFIT_FOLD", "BestScore", "EpochRow", "FitRow", "FitState", "JobRow"]
__all__ += ["Outcome", "RunRow", "RunState", "Store", "now"]


class Store(Queue, Jobs, Archive):
    """Runs on disk: the truth that pages show and worker processes write.

    Users ask by what `Queue` and `Archive` have; a worker takes and writes runs by what `Claims`
    and `Trainings` have, jobs of other kinds by what `Jobs` has; each is a file of its own.
    """
