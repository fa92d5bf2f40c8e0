"""Runs for tests of the store, and processes that work on it side by side."""

import math
import os
import subprocess
import sys
import textwrap
from dataclasses import replace
from threading import Event

import sqlalchemy as sa
from digits import ROOT

from mnist_core.network.candidate import Activation
from mnist_core.network.grid import Grid
from mnist_core.network.history import REFIT_FOLD, EpochRecord
from mnist_core.network.plan import SearchPlan
from mnist_core.store import Database, Outcome, WorkState, add_search, claim, end, record
from mnist_core.store.marks import mark_candidate
from mnist_core.store.owner import Owner
from mnist_core.store.tables import RUNS

PLAN = SearchPlan(
    grid=Grid(lr=(0.1, 0.01), hidden1=(4,), hidden2=(3,), activation=(Activation.TANH,)), cv=2, limit=300
)
OUTCOME = Outcome(
    best=PLAN.grid.candidates()[1].params(),
    best_score=0.9,
    test_accuracy=0.91,
    model="/somewhere/model",
    results_csv="/somewhere/results.csv",
    is_identical=True,
)
SCORES = {(0, 0): 0.7, (1, 0): 0.9, (1, 1): 0.92}
"""Of the fits of a run that `fill_run` has end."""

_WITH_TESTS = {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'tests'}"}


def add_run(store: Database, name: str = "a run") -> str:
    return add_search(store, PLAN, "digits.mat", "f" * 16, name)


def begin_run(store: Database, name: str = "a run") -> str:
    run_id = add_run(store, name)
    claim(store, run_id)
    return run_id


def make_record(epoch: int, loss: float = 0.5) -> EpochRecord:
    return EpochRecord(epoch, train_loss=loss, valid_loss=loss + 0.1, valid_accuracy=0.8, seconds=0.25)


def fill_run(store) -> str:
    """Have a run end with two fits of a candidate, one of another, and the winner's retraining."""
    run_id = begin_run(store, "=1+1")
    for fit, score in SCORES.items():
        losses = (0.5, 0.2, math.nan, 0.2)
        record(store, run_id, [(*fit, make_record(epoch, loss)) for epoch, loss in enumerate(losses, 1)])
        record(store, run_id, scores=[(*fit, score)])
    record(store, run_id, [(1, REFIT_FOLD, make_record(1))])
    mark_candidate(store, run_id, 1, is_flagged=True, note='=HYPERLINK("x")')
    end(store, run_id, WorkState.DONE, "done", vars(OUTCOME))
    return run_id


def set_columns(store: Database, run_id: str, **values: float) -> None:
    """Set columns of a run; times are seconds since 1970."""
    store.write(sa.update(RUNS).where(RUNS.c.id == run_id).values(**values))


def lose_worker(store: Database, run_id: str) -> None:
    """Let a run be one of a process that is known to have ended."""
    dead = replace(Owner.of_this_process(), started="=0.00")  # its number has another process by now
    store.write(sa.update(RUNS).where(RUNS.c.id == run_id).values(owner=str(dead)))


def start_python(code: str, *arguments: str, **options) -> subprocess.Popen[str]:
    """Start a process that runs a piece of Python with the lab at hand."""
    command = [sys.executable, "-c", textwrap.dedent(code), *arguments]
    streams = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen(command, cwd=ROOT, env=_WITH_TESTS, text=True, **{**streams, **options})


def finish(process: subprocess.Popen[str], said: str = "") -> str:
    """Wait for a process to end well and return what it printed."""
    out, errors = process.communicate(said, timeout=60)
    assert process.returncode == 0, errors
    return out.strip()


class Stop(Event):
    """Ends a job once it has found nothing to do: it then waits for a wish."""

    def wait(self, timeout: float | None = None) -> bool:
        self.set()
        return True
