"""The command `runs`."""

import argparse

from mnist_core.cli.say import say
from mnist_core.cli.space import find_settings, open_store
from mnist_core.store import Database, list_work, read_best_scores, read_epochs, release_silent
from mnist_core.training.live.plan import TRAINING, title_training


def add_runs_arguments(command: argparse.ArgumentParser) -> None:
    """Name the options of `runs`."""
    command.add_argument(
        "--trainings", action="store_true", help="list the live trainings, whose epochs are kept, instead"
    )


def run_runs(arguments: argparse.Namespace) -> None:
    """List all runs, or all live trainings, the latest first."""
    store = open_store(find_settings())
    release_silent(store)
    if arguments.trainings:
        _list_trainings(store, arguments.json)
        return
    leading = {run_id: best.mean for run_id, best in read_best_scores(store).items()}
    rows = [
        {
            "run": run.id,
            "name": run.name,
            "state": run.state.value,
            "progress": run.n_fits_done / run.n_fits,
            "best_score": run.found.best_score if run.found else leading.get(run.id),
            "n_fits": run.n_fits,
            "n_fits_done": run.n_fits_done,
            "message": run.message,
        }
        for run in list_work(store)
    ]
    lines = [f"{row['run']}  {row['state']:<11}  {row['progress']:4.0%}  {row['name']}" for row in rows]
    say(rows, "\n".join(lines) or "No runs yet: start one with search.", arguments.json)


def _list_trainings(store: Database, as_json: bool) -> None:
    rows = []
    for job in list_work(store, TRAINING):
        epochs = read_epochs(store, job.id)
        last = epochs[-1].record if epochs else None
        rows.append(
            {
                "training": job.id,
                "name": title_training(job),
                "state": job.state.value,
                "epochs": last.epoch if last else 0,
                "valid_accuracy": last.valid_accuracy if last else None,
                "parent": job.settings["parent"],
                "message": job.message,
            }
        )
    lines = [
        f"{row['training']}  {row['state']:<11}  epoch {row['epochs']:4d}  {row['name']}" for row in rows
    ]
    say(rows, "\n".join(lines) or "No live trainings yet: begin one on the Train page.", as_json)
