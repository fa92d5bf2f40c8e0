"""Runs carried out by real processes: to their end, cancelled, failed, killed."""

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from functools import partial
from pathlib import Path

import psutil
import pytest
from digits import ROOT, make_digits
from processes import processes_of, wait_until
from stored_runs import finish, start_python

from mnist_core.data.dataset import Dataset, Origin, compute_fingerprint
from mnist_core.data.kept import keep_dataset
from mnist_core.network.candidate import Activation
from mnist_core.network.grid import PAPER_GRID, Grid
from mnist_core.network.history import REFIT_FOLD
from mnist_core.network.models import load_model
from mnist_core.network.plan import SearchPlan
from mnist_core.network.recipe import Recipe
from mnist_core.search.following import follow
from mnist_core.search.messages import Records
from mnist_core.search.process import SearchProcess
from mnist_core.search.speed import Speed, measure_speed, read_speed
from mnist_core.store import (
    SEARCH,
    FitState,
    WorkState,
    add_search,
    claim,
    get_search,
    read_epochs,
    read_fits,
    release_silent,
    request_cancel,
    request_pause,
    request_resume,
)
from mnist_core.work.supervisor import carry_out_work, start_worker

pytestmark = pytest.mark.processes

SMALL = SearchPlan(Grid((0.01,), (12,), (6, 8), (Activation.TANH,)), Recipe(max_epochs=2), cv=2, workers=2)
LONG = SearchPlan(PAPER_GRID, Recipe(max_epochs=500, patience=400), cv=2, workers=2)


@pytest.fixture
def store(lab_store):
    return lab_store


@pytest.fixture
def fingerprint(settings):
    images, labels = make_digits(600)
    dataset = Dataset(
        "small.mat", images, labels, compute_fingerprint(images, labels), Origin("paper", (), (0.0, 1.0))
    )
    return keep_dataset(dataset, settings.datasets_folder).fingerprint


def test_a_run_ends_with_its_winner_retrained_saved_and_checked(store, settings, fingerprint):
    run = claim(store, add_search(store, SMALL, "small.mat", fingerprint))

    ended = carry_out_work(store, run, settings)

    assert (ended.state, ended.n_fits_done, ended.n_epochs) == (WorkState.DONE, 4, 8)
    assert ended.found.is_identical
    model = load_model(Path(ended.found.model))
    assert model.info.candidate == ended.found.candidate
    assert model.info.test.accuracy == ended.found.test_accuracy
    refit = [fit for fit in read_fits(store, run.id) if fit.fold == REFIT_FOLD]
    assert [fit.state for fit in refit] == [FitState.DONE]
    assert Path(ended.found.results_csv).read_text().count("\n") == 3


def test_a_run_on_data_that_is_gone_fails_with_the_reason(store, settings):
    run = claim(store, add_search(store, SMALL, "gone.mat", "0123456789abcdef"))

    ended = carry_out_work(store, run, settings)

    assert ended.state is WorkState.FAILED
    assert "No data set 0123456789abcdef is kept here" in ended.message


@pytest.mark.slow
def test_a_detached_worker_is_cancelled_within_two_seconds_and_leaves_no_process(
    store, settings, fingerprint
):
    run_id = add_search(store, LONG, "small.mat", fingerprint)
    start_worker(settings)
    wait_until(lambda: any(fit.state is FitState.DONE for fit in read_fits(store, run_id)))

    request_cancel(store, run_id)

    start = time.monotonic()
    wait_until(lambda: get_search(store, run_id).state is WorkState.CANCELLED)
    assert time.monotonic() - start < 2.0
    assert get_search(store, run_id).n_fits_done >= 1
    wait_until(lambda: not processes_of(settings.home), 10)


@pytest.mark.slow
def test_a_run_is_paused_within_two_seconds_and_resumed_from_its_checkpoint(store, settings, fingerprint):
    plan = replace(SMALL, recipe=Recipe(max_epochs=2500, patience=2500), checkpoint_s=0.1)
    run_id = add_search(store, plan, "small.mat", fingerprint)
    start_worker(settings)
    wait_until(lambda: list(settings.runs_folder.glob("*/checkpoints/*.safetensors")))

    request_pause(store, run_id)

    start = time.monotonic()
    wait_until(lambda: get_search(store, run_id).state is WorkState.PAUSED)
    assert time.monotonic() - start < 2.0
    assert "carries it on" in get_search(store, run_id).message
    wait_until(lambda: not processes_of(settings.home), 10)
    n_epochs = get_search(store, run_id).n_epochs
    request_resume(store, run_id)
    start_worker(settings)
    wait_until(lambda: get_search(store, run_id).state is WorkState.DONE)
    assert get_search(store, run_id).n_epochs == 4 * 2500 > n_epochs > 0
    wait_until(lambda: not list(settings.runs_folder.glob("*/checkpoints")))  # of no use any more


@pytest.mark.slow
def test_a_run_whose_checkpoints_cannot_be_written_is_paused_and_says_why(store, settings, fingerprint):
    run = claim(store, add_search(store, SMALL, "small.mat", fingerprint))
    folder = settings.runs_folder / run.id
    folder.mkdir(parents=True)
    (folder / "checkpoints").write_text("in the way")

    ended = carry_out_work(store, run, settings)

    assert ended.state is WorkState.PAUSED
    assert "needs room for its checkpoints" in ended.message
    (folder / "checkpoints").unlink()
    request_resume(store, run.id)
    assert carry_out_work(store, claim(store, run.id), settings).state is WorkState.DONE


def leads_group(process):
    """Say whether a process is one that was forked to lead a group of its own."""
    return process.ppid() != os.getpid() and os.getpgid(process.pid) == process.pid


@pytest.mark.slow
def test_an_engine_that_is_killed_is_started_again(store, settings, fingerprint):
    plan = replace(SMALL, recipe=Recipe(max_epochs=1000, patience=1000), checkpoint_s=0.3)
    run = claim(store, add_search(store, plan, "small.mat", fingerprint))
    killed = []

    def kill_once(message):
        if isinstance(message, Records) and not killed and len(read_epochs(store, run.id)) > 100:
            engine = next(filter(leads_group, psutil.Process().children(recursive=True)))
            engine.kill()
            killed.append(engine)

    ended = carry_out_work(store, run, settings, kinds={SEARCH: partial(follow, on_message=kill_once)})

    assert killed
    assert (ended.state, ended.n_epochs) == (WorkState.DONE, 4 * 1000)


@pytest.mark.slow
def test_queued_runs_are_carried_out_in_order_by_one_worker(store, settings, fingerprint):
    first, second = (add_search(store, SMALL, "small.mat", fingerprint) for _ in range(2))

    start_worker(settings)
    start_worker(settings)

    wait_until(lambda: get_search(store, second).state is WorkState.DONE)
    assert get_search(store, first).ended <= get_search(store, second).started
    wait_until(lambda: not processes_of(settings.home), 15)


def test_processes_of_a_killed_worker_end_and_its_run_is_marked_interrupted(store, settings, fingerprint):
    run_id = add_search(store, LONG, "small.mat", fingerprint)
    environment = {
        **os.environ,
        "MNIST_LAB_HOME": str(settings.home),
        "MNIST_LAB_DATABASE": settings.database,
    }
    worker = subprocess.Popen([sys.executable, "-m", "mnist_core.work"], cwd=ROOT, env=environment)
    wait_until(lambda: len(read_epochs(store, run_id)) > 3)

    worker.send_signal(signal.SIGKILL)
    worker.wait()

    wait_until(lambda: not processes_of(settings.home), 15)
    release_silent(store)
    assert get_search(store, run_id).state is WorkState.INTERRUPTED


def test_an_engine_that_is_still_starting_ends_when_its_worker_does(tmp_path):
    engine = SearchProcess(LONG, tmp_path / "engine.log")
    wait_until(lambda: engine._child.pid is not None)
    server = psutil.Process(engine._child.pid).parent()
    wait_until(lambda: len(server.children()) > 1)  # its crew comes together

    engine._child._lines.close()  # as when the worker is killed

    wait_until(lambda: not server.children(), 15)
    engine.stop()


@pytest.mark.parametrize("module", ["mnist_core.cli.search", "mnist_core.work.__main__"])
def test_who_starts_an_engine_loads_nothing_that_trains_before(module):
    code = f"""
        import sys
        import {module}

        print({{"torch", "sklearn", "numba", "distributed"}} & sys.modules.keys())
    """
    assert finish(start_python(code)) == "set()"


@pytest.mark.slow
def test_the_speed_of_the_machine_is_measured_once(settings):
    speed = measure_speed(settings)
    (settings.home / "speed.json").write_text(
        '{"seconds_per_image": {"fused": 0.5, "sklearn": 1.5}, "cores": 3, "start_s": 4}'
    )

    again = measure_speed(settings)

    assert 1e-8 < speed.seconds_per_image["fused"] < speed.seconds_per_image["sklearn"] < 0.01
    assert speed.cores >= 1
    assert again == Speed({"fused": 0.5, "sklearn": 1.5}, 3, 4.0)


@pytest.mark.parametrize(
    "words",
    [
        "",
        "{",
        "[]",
        '{"cores": 2}',
        '{"seconds_per_image": {"fused": 0.5, "sklearn": 0.5}, "cores": 2}',
        '{"seconds_per_image": {"fused": 0, "sklearn": 0.5}, "cores": 2, "start_s": 1}',
    ],
)
def test_a_damaged_or_old_measure_of_the_speed_is_none(settings, words):
    settings.home.mkdir(parents=True, exist_ok=True)
    (settings.home / "speed.json").write_text(words)

    assert read_speed(settings) is None


@pytest.mark.slow
def test_the_speed_is_measured_anew_where_its_file_is_damaged(settings):
    settings.home.mkdir(parents=True, exist_ok=True)
    (settings.home / "speed.json").write_text("")

    assert measure_speed(settings) == read_speed(settings)
