"""Searches on a real Dask scheduler with real workers, some of which die."""

import shutil
from dataclasses import replace
from threading import Thread

import pytest
from cluster import Cluster
from digits import ROOT, make_digits
from processes import wait_until

from mnist_core.data.dataset import Dataset, Origin, compute_fingerprint
from mnist_core.data.kept import keep_dataset
from mnist_core.network.candidate import Activation
from mnist_core.network.grid import Grid
from mnist_core.network.plan import Engine, SearchPlan
from mnist_core.network.recipe import Recipe
from mnist_core.search import versions
from mnist_core.search.cluster import count_processes
from mnist_core.store import (
    WorkState,
    add_search,
    claim,
    get_search,
    read_fits,
    request_resume,
    set_cluster,
)
from mnist_core.work.supervisor import carry_out_work

pytestmark = pytest.mark.processes

PLAN = SearchPlan(
    Grid((0.01, 0.001), (24,), (12,), (Activation.TANH, Activation.RELU)),
    Recipe(max_epochs=300, patience=300),
    cv=2,
    checkpoint_s=0.3,
)


@pytest.fixture
def store(lab_store):
    return lab_store


@pytest.fixture
def fingerprint(settings):
    images, labels = make_digits(1500)
    dataset = Dataset(
        "small.mat", images, labels, compute_fingerprint(images, labels), Origin("paper", (), (0.0, 1.0))
    )
    return keep_dataset(dataset, settings.datasets_folder).fingerprint


@pytest.fixture
def cluster(tmp_path):
    with Cluster(tmp_path / "cluster") as cluster:
        yield cluster


def begin(store, plan, fingerprint, settings):
    """Carry a run out in a thread of its own; return its id and the thread."""
    run_id = add_search(store, plan, "small.mat", fingerprint)
    return run_id, go_on(store, run_id, settings)


def go_on(store, run_id, settings):
    run = claim(store, run_id)
    thread = Thread(target=carry_out_work, args=(store, run, settings))
    thread.start()
    return thread


def read_scores(store, run_id):
    return {(fit.candidate, fit.fold): (fit.score, fit.n_epochs) for fit in read_fits(store, run_id)}


def search_here(store, fingerprint, settings):
    run_id, thread = begin(store, replace(PLAN, workers=1), fingerprint, settings)
    thread.join()
    assert get_search(store, run_id).state is WorkState.DONE, get_search(store, run_id).message
    return read_scores(store, run_id)


@pytest.mark.slow
def test_a_search_outlives_a_killed_worker_and_a_killed_scheduler(
    store, settings, fingerprint, cluster, tmp_path
):
    first = cluster.add_worker()
    run_id, thread = begin(store, replace(PLAN, cluster=cluster.address), fingerprint, settings)
    wait_until(lambda: list(settings.runs_folder.glob("*/checkpoints/*.safetensors")))

    n_epochs = get_search(store, run_id).n_epochs
    first.kill()
    second = cluster.add_worker()
    wait_until(lambda: get_search(store, run_id).n_epochs > n_epochs)
    assert second.poll() is None

    cluster.scheduler.kill()
    thread.join()
    run = get_search(store, run_id)
    assert run.state is WorkState.INTERRUPTED
    assert "scheduler" in run.message
    assert not run.is_waiting

    with Cluster(tmp_path / "another") as another:
        another.add_worker()
        request_resume(store, run_id)
        set_cluster(store, run_id, another.address)
        go_on(store, run_id, settings).join()

    run = get_search(store, run_id)
    assert run.state is WorkState.DONE, run.message
    assert read_scores(store, run_id) == search_here(store, fingerprint, settings)


@pytest.mark.slow
def test_a_run_waits_for_workers_and_says_so(store, settings, fingerprint, cluster):
    plan = replace(PLAN, recipe=Recipe(max_epochs=2), cluster=cluster.address)
    run_id, thread = begin(store, plan, fingerprint, settings)
    wait_until(lambda: "waits for a worker" in get_search(store, run_id).message)

    cluster.add_worker()
    thread.join()

    assert get_search(store, run_id).state is WorkState.DONE


def test_a_worker_with_another_version_is_refused_with_a_sentence(
    store, settings, fingerprint, cluster, tmp_path
):
    other = tmp_path / "other"
    shutil.copytree(ROOT / "mnist_core", other / "mnist_core", ignore=shutil.ignore_patterns("__pycache__"))
    with (other / "mnist_core" / "engines" / "fused" / "passes.py").open("a") as source:
        source.write("# changed\n")
    cluster.add_worker(python_path=other)

    run_id, thread = begin(store, replace(PLAN, cluster=cluster.address), fingerprint, settings)
    thread.join()

    run = get_search(store, run_id)
    assert run.state is WorkState.INTERRUPTED
    assert "All workers need the versions of this machine" in run.message
    assert "mnist_core" in run.message


def test_noise_and_recipe_count_among_what_computes(tmp_path, monkeypatch):
    room = tmp_path / "mnist_core"
    shutil.copytree(ROOT / "mnist_core", room, ignore=shutil.ignore_patterns("__pycache__", "*.npz"))
    monkeypatch.setattr(versions, "_PACKAGE", room)
    describe = versions.describe_versions.__wrapped__
    before = describe()

    changed = {}
    for name in ("engines/noise.py", "network/recipe.py", "search/states.py"):
        with (room / name).open("a") as source:
            source.write("# changed\n")
        changed[name] = describe()["mnist_core"]
    (room / "insight" / "__init__.py").write_text("# changed")

    assert len({before["mnist_core"], *changed.values()}) == 4
    assert describe()["mnist_core"] == changed["search/states.py"]


@pytest.mark.parametrize(("device", "n_processes"), [("compiled", 3), ("cpu", 1)])
def test_a_device_takes_one_process(device, n_processes, monkeypatch):
    monkeypatch.setenv("MNIST_LAB_DEVICE", device)
    plan = SearchPlan(workers=3)

    assert count_processes(plan) == n_processes
    assert count_processes(replace(plan, engine=Engine.SKLEARN)) == 3


@pytest.mark.slow
def test_a_scheduler_that_is_not_there_is_named(store, settings, fingerprint):
    plan = replace(PLAN, cluster="tcp://127.0.0.1:9")
    run_id, thread = begin(store, plan, fingerprint, settings)
    thread.join()

    run = get_search(store, run_id)
    assert run.state is WorkState.INTERRUPTED
    assert "needs a Dask scheduler at tcp://127.0.0.1:9" in run.message
