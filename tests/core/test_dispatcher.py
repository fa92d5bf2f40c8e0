"""A real worker with work of several people: all have their turn, and nothing is lost."""

import os
import signal
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import replace
from threading import Event, Thread

import pytest
from digits import make_digits
from processes import wait_until

from mnist_core.data.dataset import Dataset, Origin, compute_fingerprint
from mnist_core.data.kept import keep_dataset
from mnist_core.ground.settings import People, Settings
from mnist_core.network.candidate import Activation, Candidate
from mnist_core.network.grid import Grid
from mnist_core.network.plan import SearchPlan
from mnist_core.network.recipe import Recipe
from mnist_core.store import (
    Database,
    WorkState,
    add_search,
    claim,
    get_job,
    get_search,
    read_epochs,
    read_fits,
    read_owner,
    request_cancel,
)
from mnist_core.training.live.live_plan import LivePlan, Rates, Wishes
from mnist_core.training.live.watched import add_training
from mnist_core.work.dispatcher import Dispatcher
from mnist_core.work.supervisor import carry_out_work

pytestmark = pytest.mark.processes

GRID = Grid((0.01,), (12,), (6, 8), (Activation.TANH,))
SHORT = SearchPlan(GRID, Recipe(max_epochs=2), cv=2)
LONG = SearchPlan(GRID, Recipe(max_epochs=600, patience=600), cv=2, checkpoint_s=0.3)
ENDLESS = replace(LONG, recipe=Recipe(max_epochs=10**5, patience=10**5))


@pytest.fixture
def class_settings(tmp_path):
    home = tmp_path / "lab"
    return Settings(home, f"sqlite:///{home / 'lab.db'}", people=People.NAMES, places=1, slice_s=2.0)


@pytest.fixture
def store(class_settings):
    store = Database(class_settings.database)
    yield store
    store.close()


@pytest.fixture
def dataset():
    images, labels = make_digits(600)
    fingerprint = compute_fingerprint(images, labels)
    return Dataset("small.mat", images, labels, fingerprint, Origin("paper", (), (0.0, 1.0)))


@contextmanager
def dispatching(settings: Settings):
    """Let a dispatcher work beside the test, and end it."""
    stop, store = Event(), Database(settings.database)
    thread = Thread(target=Dispatcher(settings, store).run, args=(stop,))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(30)
        store.close()
    assert not thread.is_alive()


def ask(store: Database, settings: Settings, space: str, plan: SearchPlan, dataset: Dataset) -> str:
    keep_dataset(dataset, settings.of(space).datasets_folder, settings.pool_folder)
    return add_search(store.of(space), plan, dataset.name, dataset.fingerprint)


def scores(store: Database, run_id: str) -> dict[tuple[int, int], tuple[float | None, int]]:
    return {(fit.candidate, fit.fold): (fit.score, fit.n_epochs) for fit in read_fits(store, run_id)}


def begins(store: Database, run_id: str) -> Callable[[], bool]:
    return lambda: bool(read_epochs(store, run_id))


@pytest.mark.slow
def test_each_person_sees_epochs_before_the_longest_search_ends_and_it_loses_nothing(
    store, class_settings, dataset
):
    long = ask(store, class_settings, "a", LONG, dataset)
    with dispatching(class_settings):
        wait_until(begins(store, long))
        shorts = [ask(store, class_settings, space, SHORT, dataset) for space in "bc"]
        for run_id in shorts:
            wait_until(lambda run_id=run_id: get_search(store, run_id).state is WorkState.DONE)
        assert get_search(store, long).state is not WorkState.DONE
        wait_until(lambda: get_search(store, long).state is WorkState.DONE)
    alone = claim(store, ask(store, class_settings, "d", LONG, dataset))

    ended = carry_out_work(store, alone, class_settings)

    assert get_search(store, long).turn > 1  # it gave way and came back
    assert scores(store, long) == scores(store, alone.id)
    epochs = [(row.candidate, row.fold, row.record.epoch) for row in read_epochs(store, long)]
    assert len(epochs) == len(set(epochs)) == len(read_epochs(store, alone.id))
    assert get_search(store, long).found.test_accuracy == ended.found.test_accuracy


def test_a_training_waits_for_a_place_beside_the_searches_of_others(store, class_settings, dataset):
    searches = [ask(store, class_settings, space, ENDLESS, dataset) for space in "ab"]
    with dispatching(replace(class_settings, slice_s=60.0)):
        wait_until(begins(store, searches[0]))
        plan = LivePlan(Candidate(0.01, 12, 6, Activation.TANH), Recipe(seed=3, batch_size=32))
        keep_dataset(dataset, class_settings.of("c").datasets_folder, class_settings.pool_folder)
        training = add_training(
            store.of("c"), plan, dataset.name, dataset.fingerprint, Wishes(3, Rates(0.01))
        )
        held = [run_id for run_id in (*searches, training) if read_owner(store, run_id) is not None]
        assert held == searches[:1]
        for run_id in searches:
            request_cancel(store, run_id)
        wait_until(lambda: len(read_epochs(store, training)) == 3)
        request_cancel(store, training)
        wait_until(lambda: get_job(store, training).state is WorkState.CANCELLED)


@pytest.mark.slow
def test_work_whose_process_was_killed_goes_on_in_another(store, class_settings, dataset):
    plan = replace(LONG, recipe=Recipe(max_epochs=300, patience=300))
    run_id = ask(store, class_settings, "a", plan, dataset)
    with dispatching(class_settings):
        wait_until(begins(store, run_id))
        killed = read_owner(store, run_id)
        os.kill(killed.pid, signal.SIGKILL)

        wait_until(lambda: get_search(store, run_id).state is WorkState.DONE)

    assert get_search(store, run_id).n_epochs == 4 * 300
    assert get_search(store, run_id).turn == 2


def test_a_worker_that_is_ended_leaves_its_work_waiting(store, class_settings, dataset):
    run_id = ask(store, class_settings, "a", ENDLESS, dataset)
    with dispatching(class_settings):
        wait_until(begins(store, run_id))

    run = get_search(store, run_id)

    assert (run.state, run.is_waiting) == (WorkState.INTERRUPTED, True)
    assert run.message.startswith("stopped")
