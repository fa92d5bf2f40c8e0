"""A whole search: the grid, the winner's retraining, its measure, its folder."""

import traceback
from contextlib import closing, nullcontext
from dataclasses import replace

from distributed import Client

from mnist_core.data.dataset import Dataset, Split
from mnist_core.data.kept import find_images, open_dataset
from mnist_core.ground.errors import LabError, judge
from mnist_core.network.grid import Engine
from mnist_core.network.history import REFIT_FOLD
from mnist_core.search.check import check_plan
from mnist_core.search.checkpoints import Checkpoints
from mnist_core.search.crew import connect
from mnist_core.search.fast import make_fast_engine
from mnist_core.search.job import SearchJob
from mnist_core.search.results import SearchEngine, write_results
from mnist_core.search.rounds import Source
from mnist_core.training.one_network import train_model


def try_job(job: SearchJob, client: Client | None) -> int:
    """Carry out a job, tell why where that fails, and return the exit code of its process."""
    try:
        with nullcontext(client) if job.plan.cluster is None else connect(job.plan.cluster) as crew:
            carry_out_job(job, crew)
    except Exception as error:
        if not isinstance(error, LabError):
            traceback.print_exc()
        end, words = judge(error)
        job.sender.send(end, text=words)
        return 1
    return 0


def carry_out_job(job: SearchJob, client: Client | None) -> None:
    """Search the grid, retrain the winner on all training images, measure, save and check it.

    Raises
    ------
    LabError
        If the data or the plan do not allow it.
    """
    dataset = open_dataset(job.fingerprint, job.datasets_folder)
    plan = job.plan.fit_classes(dataset.n_classes)
    job = replace(job, plan=plan)
    split = check_plan(plan, dataset)
    with closing(_make_engine(job, dataset, split, client)) as engine:
        job.sender.send("phase", text="searches the grid")
        search = engine.search()
        write_results(search, job.results_csv)
        best_index = search.best_index
        best = plan.grid.candidates()[best_index]
        words = f"retrains the winner, {best}, on all {len(split.train):,} training images"
        job.sender.send("phase", text=words)
        trained = train_model(
            dataset,
            split,
            plan.limit,
            best,
            plan.recipe,
            job.model_folder,
            train=lambda *_: engine.train(best_index),
        )
        accuracy = trained.model.info.test.accuracy
        job.sender.send("fits", fits=[{"candidate": best_index, "fold": REFIT_FOLD, "score": accuracy}])
        outcome = {
            "best": best.params(),
            "best_score": search.best_score,
            "test_accuracy": accuracy,
            "model": str(job.model_folder),
            "results_csv": str(job.results_csv),
            "is_identical": trained.is_identical,
        }
    job.sender.send("done", outcome=outcome)


def _make_engine(job: SearchJob, dataset: Dataset, split: Split, client: Client | None) -> SearchEngine:
    plan, labels = job.plan, dataset.labels[split.train]
    if plan.engine is Engine.SKLEARN:
        from mnist_core.search.reference import ReferenceEngine  # noqa: PLC0415 - loads skorch

        return ReferenceEngine(plan, dataset.images[split.train], labels, job.sender, job.temp_folder)
    images_path = find_images(job.fingerprint, job.datasets_folder)
    source = (
        Source(images_path, labels, split.train)
        if plan.cluster is None
        else Source(dataset.images[split.train], labels)  # other machines do not see this disk
    )
    return make_fast_engine(source, plan, Checkpoints(job.checkpoint_folder), job.sender.send, client)
