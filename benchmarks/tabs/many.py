"""A home with hundreds of runs on record, and one of thousands of networks."""

from dataclasses import asdict, replace

import numpy as np
import sqlalchemy as sa

from mnist_core.data.dataset import Dataset
from mnist_core.ground.settings import SHIPPED_MODELS
from mnist_core.network.grid import Grid
from mnist_core.network.plan import SearchPlan
from mnist_core.store import SEARCH, Database, FitState, Outcome, WorkState, add_job
from mnist_core.store.tables import EPOCHS, FITS, RUNS

_LEAST_EPOCHS, _MOST_EPOCHS = 8, 30
_AT_ONCE = 20_000  # rows
_LARGE = 50_000  # a number that no other run has

LARGE_GRID = Grid.from_values(
    {
        "lr": [0.1, 0.05, 0.02, 0.01, 0.005, 0.002, 0.001, 0.0005, 0.0002, 0.0001],
        "hidden1": [24, 48, 96, 128, 192],
        "hidden2": [12, 24, 36, 48, 64],
        "activation": ["sigmoid", "relu", "tanh", "linear"],
    }
)
"""A thousand candidates: with five folds 5,000 networks."""


def add_runs(store: Database, dataset: Dataset, n: int) -> None:
    """Add runs of the paper's grid that have ended, with their fits."""
    for number in range(n):
        plan = replace(SearchPlan(), split_seed=number % 7)
        _add_run(store, plan, dataset, number, f"Run {number} of the paper's grid", has_epochs=False)


def add_large_run(store: Database, dataset: Dataset) -> str:
    """Add a run of 5,000 networks with all their epochs, and return its id."""
    plan = SearchPlan(grid=LARGE_GRID)
    return _add_run(store, plan, dataset, _LARGE, "A thousand candidates", has_epochs=True)


def _add_run(
    store: Database, plan: SearchPlan, dataset: Dataset, number: int, name: str, *, has_epochs: bool
) -> str:
    random = np.random.default_rng(plan.n_candidates + plan.split_seed)
    # An id of its own: hundreds that are made within a second may get one twice.
    run_id = add_job(
        store,
        SEARCH,
        plan.values(),
        name=name,
        dataset_name=dataset.name,
        fingerprint=dataset.fingerprint,
        n_fits=plan.n_fits,
        job_id=f"20260101-{number:06d}-{number:04x}",
    )
    scores = random.normal(0.9, 0.05, (plan.n_candidates, plan.cv)).clip(0.1, 0.985)
    lengths = random.integers(_LEAST_EPOCHS, _MOST_EPOCHS, scores.shape)
    fits = [
        {
            "run_id": run_id,
            "candidate": candidate,
            "fold": fold,
            "state": FitState.DONE.value,
            "score": float(scores[candidate, fold]),
            "n_epochs": int(lengths[candidate, fold]),
            "seconds": 0.05 * int(lengths[candidate, fold]),
        }
        for candidate, fold in np.ndindex(scores.shape)
    ]
    best = plan.candidates()[int(scores.mean(axis=1).argmax())]
    mean, model = float(scores.mean(axis=1).max()), str(SHIPPED_MODELS / "paper")
    outcome = asdict(Outcome(best.params(), mean, 0.97, model, "", True))
    with store.writing() as connection:
        connection.execute(sa.insert(FITS), fits)
        ended = {"state": WorkState.DONE.value, "queue_position": None, "outcome": outcome}
        times = {"started": RUNS.c.created, "ended": RUNS.c.created + 60, "message": "done"}
        connection.execute(sa.update(RUNS).where(RUNS.c.id == run_id).values(**ended, **times))
        if has_epochs:
            epochs = [row for fit in fits for row in _list_epochs(fit)]
            epochs.sort(key=lambda row: row["epoch"])
            for begin in range(0, len(epochs), _AT_ONCE):
                connection.execute(sa.insert(EPOCHS), epochs[begin : begin + _AT_ONCE])
    return run_id


def _list_epochs(fit: dict) -> list[dict]:
    """List the epochs of a fit, which learns as networks do."""
    of_fit = {name: fit[name] for name in ("run_id", "candidate", "fold")}
    return [
        {
            **of_fit,
            "epoch": epoch,
            "train_loss": 1 / epoch,
            "valid_loss": 1.1 / epoch,
            "valid_accuracy": fit["score"] * (1 - 0.6 / epoch),
            "seconds": 0.05,
        }
        for epoch in range(1, fit["n_epochs"] + 1)
    ]
