"""Runs side by side: what they planned differently, and what came out."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from mnist_core.network.grid import Axis
from mnist_core.network.plan import SearchPlan
from mnist_core.network.ranges import Range
from mnist_core.store.ranking import RankedCandidate
from mnist_core.store.rows import WorkRow

NONE = "—"
"""Where there is nothing to say."""

_AXES = {
    "lr": "Learning rates",
    "hidden1": "Hidden 1",
    "hidden2": "Hidden 2",
    "hidden": "Hidden layers",
    "activation": "Activations",
}
_RECIPE = {
    "max_epochs": "Epochs at most",
    "patience": "Patience",
    "keep": "Weights kept",
    "batch_size": "Batch size",
    "weight_decay": "Weight decay",
    "input_dropout": "Input dropout",
    "input_noise": "Input noise",
    "inner_folds": "Inner folds",
    "optimizer": "Optimizer",
    "momentum": "Momentum",
    "seed": "Seed",
}


def find_differences(runs: Sequence[WorkRow]) -> dict[str, tuple[str, ...]]:
    """Find what some runs planned differently: by the words for it what each of them has, in their order."""
    plans = [describe_plan(run) for run in runs]
    rows = {words: tuple(plan[words] for plan in plans) for words in plans[0]}
    return {words: values for words, values in rows.items() if len(set(values)) > 1}


def describe_plan(run: WorkRow) -> dict[str, str]:
    """Say all that a run was asked for, each part by the words for it."""
    plan, axes, recipe = run.plan, run.plan.grid.axes(), asdict(run.plan.recipe)
    return {
        "Data set": run.dataset_name,
        "Fingerprint": run.fingerprint,
        "Images": "all" if plan.limit is None else f"{plan.limit:,}",
        "Strategy": _say_strategy(plan),
        **{words: _say_axis(axes.get(axis, ())) for axis, words in _AXES.items()},
        "Folds": str(plan.cv),
        **{words: _say_axis(axes.get(name, (recipe[name],))) for name, words in _RECIPE.items()},
        "Split seed": str(plan.split_seed),
        "Engine": plan.engine.value,
        "Processes": "one a core" if plan.workers is None else str(plan.workers),
        "Cluster": plan.cluster or "this machine",
    }


def _say_axis(several: Axis) -> str:
    if isinstance(several, Range):
        return str(several)
    return ", ".join(map(_say_one, several)) or NONE


def _say_one(value: Any) -> str:
    if isinstance(value, tuple):
        return "-".join(map(str, value))
    return f"{value:,}" if isinstance(value, int) else str(value)


def _say_strategy(plan: SearchPlan) -> str:
    return plan.strategy.value + (f", {plan.n_trials:,} candidates" if plan.strategy.draws else "")


def say_score(best: RankedCandidate, cv: int) -> str:
    """Say the mean accuracy of a candidate with its standard error, and on how many folds if not on all."""
    error = f" ± {best.standard_error * 100:.2f}" if best.n_folds_done > 1 else ""
    folds = f" on {best.n_folds_done} of {cv} folds" if best.n_folds_done < cv else ""
    return f"{best.mean:.2%}{error}{folds}"
