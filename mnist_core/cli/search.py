"""The command `search`."""

import argparse
from pathlib import Path
from typing import Any

from mnist_core.cli.say import report, say
from mnist_core.cli.train import add_recipe_arguments, read_recipe
from mnist_core.dataset.kept import keep_dataset
from mnist_core.errors import RunCancelledError, RunError
from mnist_core.grid import Engine, SearchPlan, read_grid
from mnist_core.layouts import read_dataset
from mnist_core.runs import REFIT_FOLD, RunRow, RunState, Store
from mnist_core.runs.ranking import rank_candidates
from mnist_core.search import check_plan
from mnist_core.search.events import Event
from mnist_core.settings import Settings, read_settings
from mnist_core.worker import Places, carry_out_run


def add_search_arguments(command: argparse.ArgumentParser) -> None:
    """Name the options of `search`."""
    command.add_argument("file", type=Path, metavar="FILE", help="a .mat file of digits")
    command.add_argument("--grid", default="paper", metavar="paper|GRID.json", help="default: paper")
    command.add_argument(
        "--engine",
        choices=[engine.value for engine in Engine],
        default=Engine.FUSED.value,
        help="all candidates of a fold side by side, or scikit-learn over skorch (default: fused)",
    )
    command.add_argument("--cv", type=int, default=5, metavar="K", help="outer folds (default: 5)")
    command.add_argument(
        "--workers", type=int, metavar="N", help="processes side by side (default: one a core)"
    )
    command.add_argument(
        "--out",
        type=Path,
        metavar="DIR",
        help="folder for the model and results.csv (default: in the lab's home)",
    )
    add_recipe_arguments(command)


def run_search(arguments: argparse.Namespace) -> None:
    """Run a search to its end in this process's care."""
    settings = read_settings()
    plan = SearchPlan(
        grid=read_grid(arguments.grid),
        recipe=read_recipe(arguments),
        cv=arguments.cv,
        split_seed=arguments.seed,
        limit=arguments.limit,
        engine=Engine(arguments.engine),
        workers=arguments.workers,
    )
    dataset = keep_dataset(read_dataset(arguments.file), settings.datasets_folder)
    check_plan(plan, dataset.labels)
    store = Store(settings.database)
    run = store.claim_run(store.add_run(plan, dataset.name, dataset.fingerprint))
    assert run is not None  # nobody else knows of it
    report(f"run {run.id}: {plan.grid.n_candidates} candidates, {plan.n_fits} fits")
    ended = carry_out_run(
        store, run, _choose_places(arguments.out, run.id, settings), settings, _Progress(plan)
    )
    if ended.state is RunState.CANCELLED:
        raise RunCancelledError(f"Run {run.id} was cancelled; what had finished is in the list of runs.")
    if ended.outcome is None:
        raise RunError(f"Run {run.id} failed: {ended.message}")
    say(_describe_run(store, ended), _sum_up(ended), arguments.json)


class _Progress:
    """Reports the events of a search in words."""

    def __init__(self, plan: SearchPlan) -> None:
        self._candidates = plan.grid.candidates()
        self._n_fits = plan.n_fits
        self._n_done = 0

    def __call__(self, event: Event) -> None:
        if event["kind"] == "phase":
            report(event["text"])
        elif event["kind"] == "fits":
            for fit in event["fits"]:
                self._report_fit(fit["candidate"], fit["fold"], fit["score"])

    def _report_fit(self, candidate: int, fold: int, score: float) -> None:
        if fold != REFIT_FOLD:
            self._n_done += 1
            words = self._candidates[candidate]
            report(f"{self._n_done}/{self._n_fits}  {words}, fold {fold + 1}: {score:.4f}")


def _choose_places(out: Path | None, run_id: str, settings: Settings) -> Places:
    if out is None:
        return Places.of_run(run_id, settings)
    return Places(model_folder=out.resolve() / "model", results_csv=out.resolve() / "results.csv")


def _describe_run(store: Store, run: RunRow) -> dict[str, Any]:
    assert run.outcome is not None
    ranked = sorted(rank_candidates(run.plan, store.read_fits(run.id)), key=lambda item: item.index)
    return {
        "run": run.id,
        "best_params": run.outcome.best,
        "best_score": run.outcome.best_score,
        "n_fits": run.n_fits_done,
        "n_epochs": run.n_epochs,
        "seconds": round(run.seconds, 2),
        "test_accuracy": run.outcome.test_accuracy,
        "model": run.outcome.model,
        "results_csv": run.outcome.results_csv,
        "reload_is_identical": run.outcome.is_identical,
        "candidates": [
            {"params": item.candidate.params(), "mean_test_score": item.mean, "std_test_score": item.std}
            for item in ranked
        ],
    }


def _sum_up(run: RunRow) -> str:
    assert run.outcome is not None
    outcome = run.outcome
    return (
        f"Best of {run.n_fits_done} fits, {run.n_epochs} epochs, {run.seconds:.0f} s: {outcome.candidate}, "
        f"mean accuracy {outcome.best_score:.4f}; retrained it reads {outcome.test_accuracy:.2%} of the "
        f"held-out images; saved to {outcome.model}"
    )
