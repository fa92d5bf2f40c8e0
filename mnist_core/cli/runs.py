"""The command `runs`."""

import argparse

from mnist_core.cli.say import say
from mnist_core.runs import RunRow, Store
from mnist_core.runs.ranking import rank_candidates
from mnist_core.settings import read_settings


def add_runs_arguments(_: argparse.ArgumentParser) -> None:
    """Name the options of `runs`: none."""


def run_runs(arguments: argparse.Namespace) -> None:
    """List all runs, the latest first."""
    store = Store(read_settings().database)
    store.mark_silent_runs()
    rows = [
        {
            "run": run.id,
            "name": run.name,
            "state": run.state.value,
            "progress": run.n_fits_done / run.n_fits,
            "best_score": _find_best_score(store, run),
            "n_fits": run.n_fits,
            "n_fits_done": run.n_fits_done,
            "message": run.message,
        }
        for run in store.list_runs()
    ]
    lines = [f"{row['run']}  {row['state']:<11}  {row['progress']:4.0%}  {row['name']}" for row in rows]
    say(rows, "\n".join(lines) or "No runs yet: start one with search.", arguments.json)


def _find_best_score(store: Store, run: RunRow) -> float | None:
    if run.outcome is not None:
        return run.outcome.best_score
    ranked = rank_candidates(run.plan, store.read_fits(run.id))
    return ranked[0].mean if ranked else None
