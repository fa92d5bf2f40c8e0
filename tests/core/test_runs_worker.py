"""Whole searches through the worker, on each database: to their end, and after a death in the middle."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest
from digits import ROOT, make_digits
from processes import processes_of, wait_until

from mnist_core.data.dataset import Dataset, Origin, compute_fingerprint
from mnist_core.data.kept import keep_dataset
from mnist_core.ground.settings import Settings
from mnist_core.network.candidate import Activation
from mnist_core.network.grid import Grid
from mnist_core.network.models import load_model
from mnist_core.network.plan import SearchPlan
from mnist_core.network.recipe import Recipe
from mnist_core.store import WorkState, add_search, get_search, has_work, read_epochs, request_cancel
from mnist_core.work.supervisor import start_worker

pytestmark = pytest.mark.processes

SMALL = SearchPlan(Grid((0.01,), (12,), (6, 8), (Activation.TANH,)), Recipe(max_epochs=2), cv=2, workers=2)
LONGER = SearchPlan(
    Grid((0.01,), (12,), (6, 8), (Activation.TANH,)), Recipe(max_epochs=60, patience=60), cv=2, workers=2
)


@pytest.fixture
def settings(tmp_path, url):
    return Settings(home=tmp_path / "lab", database=url)


@pytest.fixture
def fingerprint(settings):
    images, labels = make_digits(600)
    dataset = Dataset(
        "small.mat", images, labels, compute_fingerprint(images, labels), Origin("paper", (), (0.0, 1.0))
    )
    return keep_dataset(dataset, settings.datasets_folder).fingerprint


def test_a_search_runs_to_its_end(store, settings, fingerprint):
    run_id = add_search(store, SMALL, "small.mat", fingerprint)
    start_worker(settings)
    wait_until(lambda: not get_search(store, run_id).state.is_active)

    run = get_search(store, run_id)
    assert (run.state, run.n_fits_done, run.n_epochs) == (WorkState.DONE, 4, 8), run.message
    assert load_model(Path(run.found.model)).info.candidate == run.found.candidate
    wait_until(lambda: not processes_of(settings.home), 15)


@pytest.mark.slow
def test_a_run_whose_worker_was_killed_is_carried_to_its_end_by_the_next(store, settings, fingerprint):
    run_id = add_search(store, LONGER, "small.mat", fingerprint)
    environment = {"MNIST_LAB_HOME": str(settings.home), "MNIST_LAB_DATABASE": settings.database}
    command = [sys.executable, "-m", "mnist_core.work"]
    worker = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **environment})
    wait_until(lambda: len(read_epochs(store, run_id)) > 3)
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    wait_until(lambda: has_work(store), 15)

    start_worker(settings)

    wait_until(lambda: get_search(store, run_id).state is WorkState.DONE)
    run = get_search(store, run_id)
    assert run.n_fits_done == 4
    ends = [(row.candidate, row.fold, row.record.epoch) for row in read_epochs(store, run_id)]
    assert len(ends) == len(set(ends))
    wait_until(lambda: not processes_of(settings.home), 15)


@pytest.mark.slow
def test_what_trains_leaves_the_worker_and_the_app_the_first_place(store, settings, fingerprint):
    run_id = add_search(store, LONGER, "small.mat", fingerprint)
    start_worker(settings)
    wait_until(lambda: read_epochs(store, run_id))
    niceness = dict(map(read_niceness, processes_of(settings.home)))
    trains = [nice for words, nice in niceness.items() if "forkserver" in words]
    assert trains
    assert min(trains) > max(nice for words, nice in niceness.items() if "mnist_core.work" in words)
    request_cancel(store, run_id)
    wait_until(lambda: not processes_of(settings.home), 15)


def read_niceness(pid):
    process = psutil.Process(pid)
    return " ".join(process.cmdline()), process.nice()
