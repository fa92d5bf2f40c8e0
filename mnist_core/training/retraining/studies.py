"""Learning curves and checks of labels as jobs: beside the app, to be stopped, and to go on after a kill."""

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from mnist_core.data.dataset import Dataset, check_inner_split, split_dataset
from mnist_core.data.kept import open_dataset
from mnist_core.ground.replacing import keep_file
from mnist_core.network.candidate import Candidate
from mnist_core.network.models.info import ModelInfo
from mnist_core.network.recipe import Recipe
from mnist_core.store import Database, add_job
from mnist_core.store.job import Job
from mnist_core.training.retraining.label_errors import (
    JUDGE,
    N_FOLDS,
    N_NETWORKS,
    find_suspects,
    make_recipe,
    read_out_of_fold,
)
from mnist_core.training.retraining.learning_curve import (
    N_SEEDS,
    Trial,
    check_sizes,
    choose_recipe,
    choose_sizes,
    grow,
)

GROWTH, LABELS = "learning-curve", "label-errors"
"""The kinds of job."""

MOST_SUSPECTS = 1_000
"""Labels that a job tells of at most, the least likely first."""

_LOOK_EVERY_S = 0.3  # a look at the store takes as long as an epoch on few images
_TRIALS = "trials.json"


def plan_growth(info: ModelInfo, dataset: Dataset) -> dict[str, Any]:
    """Plan the learning curve of a model's network on a data set: the settings of a job.

    Raises
    ------
    DataError
        If the data set cannot be split, or has too few images.
    """
    is_own = dataset.fingerprint == info.data.fingerprint
    seed, limit = (info.data.split_seed, info.data.limit) if is_own else (0, None)
    labels = dataset.labels[split_dataset(dataset, seed, limit).train]
    sizes, recipe = choose_sizes(len(labels)), choose_recipe(info)
    check_sizes(labels, sizes, N_SEEDS, recipe)
    return {
        "candidate": info.candidate.params(),
        "recipe": asdict(recipe),
        "split_seed": seed,
        "limit": limit,
        "sizes": list(sizes),
        "n_seeds": N_SEEDS,
    }


def plan_labels(dataset: Dataset) -> dict[str, Any]:
    """Plan a check of a data set's labels: the settings of a job.

    Raises
    ------
    DataError
        If the data set has no labels, or too few images of a class.
    """
    recipe = make_recipe(dataset.n_classes)
    check_inner_split(dataset.labels, recipe.inner_folds, N_FOLDS)
    kind = {"candidate": JUDGE.params(), "recipe": asdict(recipe)}
    return {**kind, "n_folds": N_FOLDS, "n_networks": N_NETWORKS}


def add_study(store: Database, kind: str, settings: Mapping[str, Any], dataset: Dataset) -> str:
    """Ask for a job of one of the kinds on a kept data set, and return its id."""
    name = f"{kind} of {dataset.name}"
    return add_job(
        store, kind, settings, name=name, dataset_name=dataset.name, fingerprint=dataset.fingerprint
    )


def carry_out_growth(job: Job) -> dict[str, Any]:
    """Train and measure what `plan_growth` planned; what was done before a kill is kept."""
    asked = job.row.settings
    dataset = _open(job)
    trials = read_trials(job.folder)
    sizes, n_seeds = asked["sizes"], asked["n_seeds"]
    whole = sum(sizes) * n_seeds
    trainings = grow(
        dataset,
        split_dataset(dataset, asked["split_seed"], asked["limit"]),
        Candidate.from_params(asked["candidate"]),
        Recipe(**asked["recipe"]),
        sizes,
        n_seeds,
        done=tuple(trials),
        look=_look_now_and_then(job),
    )
    for trial in trainings:
        trials.append(trial)
        _keep_trials(job.folder, trials)
        done = sum(one.size for one in trials) / whole
        job.tell(f"{len(trials)} of {len(sizes) * n_seeds} networks trained", done)
    return {"trials": [asdict(trial) for trial in trials]}


def carry_out_labels(job: Job) -> dict[str, Any]:
    """Check the labels as `plan_labels` planned it."""
    asked = job.row.settings
    dataset, recipe = _open(job), Recipe(**asked["recipe"])
    labels, n_folds = dataset.labels, asked["n_folds"]
    probabilities = read_out_of_fold(
        dataset.images,
        labels,
        Candidate.from_params(asked["candidate"]),
        recipe,
        n_folds=n_folds,
        n_networks=asked["n_networks"],
        begin=lambda fold: job.tell(f"part {fold + 1} of {n_folds}", fold / n_folds),
        look=_look_now_and_then(job),
    )
    suspects = find_suspects(labels, probabilities)
    return {
        "n": len(labels),
        "accuracy": float((probabilities.argmax(axis=1) == labels).mean()),
        "n_suspects": len(suspects),
        "suspects": [asdict(one) for one in suspects[:MOST_SUSPECTS]],
    }


def read_trials(folder: Path) -> list[Trial]:
    """Read the trainings that a job has kept in its folder so far; a damaged file holds none."""
    path = folder / _TRIALS
    if not path.exists():
        return []
    try:
        return [Trial(**values) for values in json.loads(path.read_text(encoding="utf-8"))]
    except (ValueError, TypeError):
        return []


def _keep_trials(folder: Path, trials: Sequence[Trial]) -> None:
    data = json.dumps([asdict(trial) for trial in trials]).encode()
    keep_file(folder / _TRIALS, data, "its trainings")


def _open(job: Job) -> Dataset:
    return open_dataset(job.row.fingerprint, job.settings.datasets_folder)


def _look_now_and_then(job: Job) -> Callable[[], None]:
    last = 0.0

    def look() -> None:
        nonlocal last
        if time.monotonic() - last > _LOOK_EVERY_S:
            job.look()
            last = time.monotonic()

    return look
