"""Live trainings as jobs: asked for, carried out, branched."""

import time
from collections.abc import Mapping
from typing import Any

import torch

from mnist_core.data.dataset import DIGITS
from mnist_core.data.kept import open_dataset
from mnist_core.ground.errors import DataError
from mnist_core.ground.settings import People, Settings
from mnist_core.network.history import EpochRecord
from mnist_core.store import Database, WorkRow, add_job, get_job, rest, wish
from mnist_core.store.allowance import check_work
from mnist_core.store.job import Job
from mnist_core.store.queue import make_id
from mnist_core.training.live.frames import Frames
from mnist_core.training.live.learner import Learner
from mnist_core.training.live.live_plan import TRAINING, LivePlan, Wishes

_LOOK_EVERY_S = 0.1  # how soon a wish is seen while it rests
_REST_S = 120.0  # then its process ends; to begin again takes it some seconds
_SHARED_REST_S = 1.0  # where others wait for its place, and a process is there at once


def add_training(
    store: Database,
    plan: LivePlan,
    dataset_name: str,
    fingerprint: str,
    wishes: Wishes,
    name: str = "",
    job_id: str | None = None,
) -> str:
    """Ask for a live training of a kept data set and return its id; `start_worker` begins it."""
    return add_job(
        store,
        TRAINING,
        plan.values(),
        name=name or plan.network,
        dataset_name=dataset_name,
        fingerprint=fingerprint,
        wishes=wishes.values(),
        job_id=job_id,
    )


def branch_training(store: Database, settings: Settings, parent_id: str, epoch: int) -> str:
    """Ask for a training that goes on from an epoch of another, and return its id; it rests there at first.

    Raises
    ------
    RunError
        If there is no such training, or the epoch is not kept.
    StorageError
        If its folder cannot be written.
    PersonError
        If the person has as many trainings as the lab allows one.
    """
    check_work(store, TRAINING)
    parent, frames = get_job(store, parent_id), open_frames(settings, parent_id)
    _, rates = frames.read_outline(epoch)
    wishes = Wishes(epoch, rates, Wishes.from_values(parent.wishes).pace)
    plan = LivePlan.from_values(parent.settings).branch(parent_id, epoch)
    name = f"{parent.name} from epoch {epoch}"
    branch_id = make_id()
    frames.branch_to(open_frames(settings, branch_id).folder, epoch)
    return add_training(store, plan, parent.dataset_name, parent.fingerprint, wishes, name, branch_id)


def open_frames(settings: Settings, training_id: str) -> Frames:
    """Return the kept epochs of a live training."""
    return Frames(settings.runs_folder / training_id)


def find_classes(job: WorkRow, settings: Settings) -> tuple[str, ...]:
    """Find what the outputs of a live training stand for: digits, where its data is no longer kept."""
    try:
        return open_dataset(job.fingerprint, settings.datasets_folder).class_names
    except DataError:
        return DIGITS


def open_learner(job: WorkRow, settings: Settings, epoch: int | None = None) -> Learner:
    """Bring a live training to memory, where an epoch left it; None takes the last.

    Raises
    ------
    DataError
        If its data set is no longer kept.
    RunError
        If the epoch is not kept.
    """
    dataset = open_dataset(job.fingerprint, settings.datasets_folder)
    return Learner(LivePlan.from_values(job.settings), dataset, open_frames(settings, job.id), epoch)


def carry_out(job: Job) -> Mapping[str, Any] | None:
    """Train epochs as they are wished for, and rest where none is."""
    torch.set_num_threads(1)  # the same sums in the same order on every machine with these versions
    job.tell("reads its images")
    learner = open_learner(job.row, job.settings)
    _tell_epochs(job, learner)
    rests_since: float | None = None
    rest_s = _REST_S if job.settings.people is People.ONE else _SHARED_REST_S
    while True:
        seen = job.look()
        wishes = Wishes.from_values(seen.wishes)
        if wants_more(learner, wishes):
            if rests_since is not None:
                job.tell("trains")
            rests_since = None
            _train(job, learner, wishes)
        elif rests_since is None:
            rests_since = time.monotonic()
            settle(job, learner, wishes)
            job.tell(f"rests at epoch {learner.epoch}")
        elif time.monotonic() - rests_since > rest_s:
            if rest(job.store, seen.id, seen.n_wishes, f"rests at epoch {learner.epoch}"):
                return None
        else:
            job.wait(_LOOK_EVERY_S)


def wants_more(learner: Learner, wishes: Wishes) -> bool:
    """Say whether another epoch is wished for."""
    return learner.epoch < wishes.until and not (wishes.stops_early and learner.is_over)


def train_epoch(job: Job, learner: Learner, wishes: Wishes) -> EpochRecord:
    """Train the next epoch as it is wished for, record it and return its record."""
    learner.train_epoch(wishes.rates_of(learner.epoch + 1))
    job.add_epochs(learner.history[-1:])
    return learner.history[-1]


def settle(job: Job, learner: Learner, wishes: Wishes) -> None:
    """Keep what is needed to go on at once; one that has come to its planned end is its user's from here."""
    learner.keep_state()
    if wishes.stops_early and learner.is_over:
        now = Wishes(learner.epoch, wishes.rates_of(learner.epoch), wishes.pace)
        wish(job.store, job.row.id, **now.values())


def _train(job: Job, learner: Learner, wishes: Wishes) -> None:
    begin = time.monotonic()
    train_epoch(job, learner, wishes)
    if wishes.pace:
        job.wait(max(1 / wishes.pace - (time.monotonic() - begin), 0.0))


def _tell_epochs(job: Job, learner: Learner) -> None:
    """Bring the store to what the disk holds: a kill may have come between the two."""
    job.trim_epochs(learner.epoch)
    job.add_epochs(learner.history)
    job.tell("trains")
