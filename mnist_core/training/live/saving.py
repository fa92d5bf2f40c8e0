"""An epoch of a live training saved as a model folder."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

from mnist_core.data.dataset import split_dataset
from mnist_core.data.kept import open_dataset
from mnist_core.ground.errors import RunError
from mnist_core.ground.settings import Settings
from mnist_core.network.recipe import Keep
from mnist_core.store import WorkRow, get_job
from mnist_core.store.job import Job
from mnist_core.training.live.frames import Frames
from mnist_core.training.live.live_plan import LivePlan, Rates
from mnist_core.training.live.watched import open_frames, open_learner
from mnist_core.training.one_network import Made, TrainedModel, keep_model, write_command

SAVING = "live-model"
"""The kind of the job that saves a model; its settings are `training`, `epoch` and `name`."""


def save_epoch(job: WorkRow, settings: Settings, epoch: int, folder: Path) -> TrainedModel:
    """Save an epoch of a live training as a model: its very weights, measured once on held-out images.

    Raises
    ------
    RunError
        If the epoch is not kept, or is 0.
    DataError
        If the data set is no longer kept.
    ModelError
        If the folder cannot be written.
    """
    if epoch < 1:
        raise RunError(
            "A model needs at least one epoch, but epoch 0 has learned nothing: choose a later one."
        )
    dataset = open_dataset(job.fingerprint, settings.datasets_folder)
    plan, frames = LivePlan.from_values(job.settings), open_frames(settings, job.id)
    learner = open_learner(job, settings, epoch)
    changes = list_changes(frames, epoch)
    first = changes.pop(1)
    candidate = replace(plan.candidate, lr=first.lr)
    # The command must end with the weights of this very epoch.
    ending = replace(plan.recipe, max_epochs=epoch, patience=epoch, keep=Keep.LAST)
    recipe = replace(ending, weight_decay=first.weight_decay)
    extra = ["--keep-epochs", *(word for item in changes.items() for word in ("--change", say_change(*item)))]
    command = write_command(dataset, candidate, recipe, plan.limit, folder, extra=extra)
    made = Made(candidate, recipe, "live", learner.network, learner.history, command)
    return keep_model(made, dataset, split_dataset(dataset, recipe.seed, plan.limit), plan.limit, folder)


def list_changes(frames: Frames, epoch: int) -> dict[int, Rates]:
    """List the rates of the first epoch, and of each that was trained with others than the one before."""
    changes: dict[int, Rates] = {}
    before = None
    for one in range(1, epoch + 1):
        _, rates = frames.read_outline(one)
        if rates != before:
            changes[one] = before = rates
    return changes


def say_change(epoch: int, rates: Rates) -> str:
    """Say from which epoch on which rates hold, as the command `train` takes it."""
    return f"{epoch}:lr={rates.lr!r},weight_decay={rates.weight_decay!r}"


def carry_out(job: Job) -> Mapping[str, Any]:
    """Save a model as a job asks for it."""
    torch.set_num_threads(1)  # the same sums in the same order on every machine with these versions
    asked = job.row.settings
    training = get_job(job.store, asked["training"])
    job.tell("trains again from the last state that is kept")
    trained = save_epoch(training, job.settings, asked["epoch"], job.settings.models_folder / asked["name"])
    test = trained.model.info.test
    return {"model": asked["name"], "test_accuracy": test.accuracy, "is_identical": trained.is_identical}
