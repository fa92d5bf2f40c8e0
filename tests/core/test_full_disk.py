"""Work on a disk that is full for real: it is paused and says why, once, and goes on when there is room."""

import errno
from dataclasses import replace

import pytest
from disks import fill, make_room, small_disk
from stored_runs import Stop, finish, start_python
from trained import make_model

from mnist_core.data.kept import keep_dataset
from mnist_core.ground.errors import ClusterError, DataError, ModelError, StorageError, judge
from mnist_core.network.candidate import Activation, Candidate
from mnist_core.network.grid import Grid
from mnist_core.network.models import list_models
from mnist_core.network.plan import SearchPlan
from mnist_core.network.recipe import Recipe
from mnist_core.store import Database, WorkState, add_job, add_search, claim, get_job, request_resume
from mnist_core.store.job import Turn
from mnist_core.training.live.live_plan import LivePlan, Rates, Wishes
from mnist_core.training.live.saving import SAVING
from mnist_core.training.live.unwatched import train_keeping
from mnist_core.training.live.watched import add_training, open_frames
from mnist_core.training.retraining.studies import GROWTH, add_study, plan_growth, read_trials
from mnist_core.work.supervisor import carry_out_work

PLAN = LivePlan(Candidate(0.01, 12, 6, Activation.TANH), Recipe(max_epochs=2, batch_size=32))
WISHES = Wishes(2, Rates(0.01))
SEARCH = SearchPlan(Grid((0.01,), (12,), (6,), (Activation.TANH,)), Recipe(max_epochs=2), cv=2, workers=1)
CARRY_OUT = """
    import sys
    from pathlib import Path
    from jobs_for_tests import KINDS
    from mnist_core.ground.errors import StoreTroubleError
    from mnist_core.store import Database, claim
    from mnist_core.ground.settings import Settings
    from mnist_core.work.supervisor import carry_out_work

    store = Database(sys.argv[1])
    job = claim(store, sys.argv[2])
    try:
        carry_out_work(store, job, Settings(Path(sys.argv[3]), sys.argv[1]), kinds=KINDS)
    except StoreTroubleError as error:
        print(error)
"""


@pytest.fixture
def settings(settings, dataset):
    keep_dataset(dataset, settings.datasets_folder)
    return settings


@pytest.fixture
def store(lab_store):
    return lab_store


def begin_training(store, settings, dataset):
    job_id = add_training(store, PLAN, dataset.name, dataset.fingerprint, WISHES)
    return job_id, settings.runs_folder, lambda: open_frames(settings, job_id).last_epoch == 2


def begin_growth(store, settings, dataset):
    planned = plan_growth(make_model(settings.home / "small", dataset).info, dataset)
    job_id = add_study(store, GROWTH, planned | {"sizes": [60], "n_seeds": 1}, dataset)
    return job_id, settings.runs_folder, lambda: len(read_trials(settings.runs_folder / job_id)) == 1


def begin_saving(store, settings, dataset):
    training = train_keeping(store, settings, dataset, PLAN, {}, lambda _: None)
    job_id = add_job(store, SAVING, {"training": training, "epoch": 2, "name": "saved"}, name="saved")
    folder = settings.models_folder
    return job_id, folder, lambda: [path.name for path in list_models([folder])] == ["saved"]


@pytest.mark.parametrize("begin", [begin_training, begin_growth, begin_saving])
def test_a_job_on_a_full_disk_is_paused_says_why_and_goes_on_when_there_is_room(
    store, settings, dataset, begin
):
    job_id, folder, is_there = begin(store, settings, dataset)
    with small_disk(folder):
        fill(folder)

        paused = carry_out_work(store, claim(store, job_id), settings, Turn(Stop()))

        assert (paused.state, paused.is_waiting) == (WorkState.PAUSED, False), paused.message
        assert "No space left on device" in paused.message
        assert "make room" in paused.message
        make_room(folder)
        request_resume(store, job_id)
        carry_out_work(store, claim(store, job_id), settings, Turn(Stop()))
        assert is_there()


@pytest.mark.processes
def test_a_search_whose_results_find_no_room_is_paused_says_why_and_goes_on(store, settings, dataset):
    folder = settings.home / "out"
    run_id = add_search(store, replace(SEARCH, out=str(folder)), dataset.name, dataset.fingerprint)
    with small_disk(folder):
        fill(folder)

        paused = carry_out_work(store, claim(store, run_id), settings)

        assert paused.state is WorkState.PAUSED, paused.message
        assert "needs room for its table" in paused.message
        make_room(folder)
        request_resume(store, run_id)
        assert carry_out_work(store, claim(store, run_id), settings).state is WorkState.DONE


def test_a_job_whose_store_is_full_is_paused_as_soon_as_that_can_be_noted(tmp_path):
    folder = tmp_path / "store"
    url = f"sqlite:///{folder / 'lab.db'}"
    with small_disk(folder):
        store = Database(url)
        job_id = add_job(store, "fill_up", {}, name="greedy")
        process = start_python(CARRY_OUT, url, job_id, str(tmp_path))
        assert process.stdout.readline() == "full\n"
        make_room(folder)

        # Not by `finish`, which misses what came with the first line.
        assert "the disk is full: free some space" in process.stdout.read()
        finish(process)

        job = get_job(store, job_id)
        assert (job.state, job.is_waiting) == (WorkState.PAUSED, False)
        assert "the disk is full: free some space" in job.message
        store.close()


def test_what_a_disk_refused_pauses_whoever_tells_of_it():
    full, strange = OSError(errno.ENOSPC, "No space left on device", "/a/file"), OSError(errno.ENOENT, "gone")
    told = ModelError("The model needs room.")
    told.__cause__ = full

    assert judge(full)[0] == "paused"
    assert "No space left on device, /a/file): make room" in judge(full)[1]
    assert judge(told) == ("paused", "The model needs room.")
    assert judge(StorageError("no room")) == ("paused", "no room")
    assert judge(ClusterError("gone")) == ("interrupted", "gone")
    assert judge(DataError("too few")) == ("failed", "too few")
    assert judge(strange)[1].startswith("a bug in the lab, please report it: FileNotFoundError")
