"""Who does which rounds: tasks, their order, their halves."""

from contextlib import closing
from dataclasses import replace

import numpy as np
import pytest
from digits import make_digits

from mnist_core.ground.errors import RunStoppedError, StorageError
from mnist_core.ground.settings import Settings
from mnist_core.network.candidate import Activation, Candidate
from mnist_core.network.grid import PAPER_GRID, Grid
from mnist_core.network.plan import SearchPlan
from mnist_core.network.recipe import Recipe
from mnist_core.search.checkpoints import Checkpoints
from mnist_core.search.fast import make_fast_engine, open_fast_engine
from mnist_core.search.following import write_message
from mnist_core.search.rounds import Fold, Source
from mnist_core.search.states import TaskState
from mnist_core.search.tasks import choose_lanes, cut_tasks
from mnist_core.store import add_search, claim, get_search, read_epochs
from mnist_core.store.job import Job, Turn

NOTHING = np.zeros(0, np.int64)
FOLD = Fold("a", 0, NOTHING, NOTHING, NOTHING)
PLAN = SearchPlan(
    Grid((0.01, 0.001), (24, 96), (12,), (Activation.TANH,)),
    Recipe(max_epochs=6, patience=6),
    cv=2,
    workers=1,
)


def search(plan, folder, images, labels, tell=lambda _: None):
    with open_fast_engine(Source(images, labels), plan, Checkpoints(folder), tell, folder) as engine:
        return engine.search().cv_results, engine.train(0)[0].state_dict()


def scores(table):
    return np.stack([table["split0_test_score"], table["split1_test_score"]])


def test_tasks_are_of_one_activation_and_fit_the_limit():
    candidates = PAPER_GRID.candidates()

    tasks = cut_tasks(FOLD, TaskState(0), candidates, lanes=500, recipe=Recipe())

    assert sorted(number for task in tasks for number in task.fresh) == list(range(81))
    for task in tasks:
        assert len({candidates[number].activation for number in task.fresh}) == 1
        assert sum(candidates[number].hidden1 for number in task.fresh) <= 500


def test_a_network_that_is_wider_than_the_limit_is_a_task_by_itself():
    candidates = [Candidate(0.01, 700, 12, Activation.TANH), Candidate(0.01, 24, 12, Activation.TANH)]

    tasks = cut_tasks(FOLD, TaskState(0), candidates, lanes=500, recipe=Recipe())

    assert [task.fresh for task in tasks] == [(0,), (1,)]


def test_a_task_is_limited_by_its_memory_and_shared_out_among_many_slots():
    many = [Candidate(0.01, 96, 12, Activation.TANH)] * 10_000

    assert choose_lanes(many, 5, 2, 784) * 784 * 4 * 3 * 2 <= 64e6
    assert choose_lanes(many[:8], 5, 40, 784) == 96
    assert choose_lanes(many[:8], 5, 0, 784) > 0


def test_short_rounds_come_to_the_same_as_long_ones(tmp_path):
    images, labels = make_digits(400)

    table, weights = search(PLAN, tmp_path / "long", images, labels)
    other, same = search(replace(PLAN, checkpoint_s=0.0), tmp_path / "short", images, labels)

    np.testing.assert_array_equal(scores(table), scores(other))
    assert all((weights[name] == same[name]).all() for name in weights)


@pytest.mark.slow
@pytest.mark.processes
def test_two_workers_come_to_the_same_as_one_also_where_tasks_are_halved(tmp_path):
    images, labels = make_digits(400)
    plan = replace(PLAN, checkpoint_s=0.0, recipe=Recipe(max_epochs=30, patience=30))

    table, weights = search(plan, tmp_path / "one", images, labels)
    other, same = search(replace(plan, workers=2), tmp_path / "two", images, labels)

    np.testing.assert_array_equal(scores(table), scores(other))
    assert all((weights[name] == same[name]).all() for name in weights)


def test_a_network_wider_than_a_stack_is_not_halved_while_another_worker_idles(tmp_path):
    images, labels = make_digits(400)
    grid = Grid((0.01,), (128,), (12,), (Activation.TANH,))
    plan = replace(PLAN, grid=grid, checkpoint_s=0.0, workers=3)  # two folds, so that one idles

    table, weights = search(plan, tmp_path / "three", images, labels)
    other, same = search(replace(plan, workers=1), tmp_path / "one", images, labels)

    assert len(list((tmp_path / "three").glob("*.safetensors"))) == 3  # a fold each, and the winner's
    np.testing.assert_array_equal(scores(table), scores(other))
    assert all((weights[name] == same[name]).all() for name in weights)


def test_another_network_is_retrained_beside_one_that_was_before(tmp_path):
    images, labels = make_digits(400)
    plan = replace(
        PLAN, grid=Grid((0.01,), (96, 104), (12,), (Activation.TANH,)), checkpoint_s=0.0, workers=2
    )
    source, checkpoints = Source(images, labels), Checkpoints(tmp_path)

    with open_fast_engine(source, plan, checkpoints, lambda _: None, tmp_path) as engine:
        engine.train(0)
        network, history = engine.train(1)

    assert (network.hidden1.out_features, len(history)) == (104, 6)


def test_a_search_goes_on_from_its_checkpoints_and_tells_what_it_had(tmp_path):
    images, labels = make_digits(400)
    table, weights = search(PLAN, tmp_path, images, labels)
    told = []

    again, same = search(PLAN, tmp_path, images, labels, told.append)

    assert [records.is_restored for records in told] == [True]
    assert len(told[0].epochs) == 4 * 2 * 6 + 6
    assert len(told[0].scores) == 8
    np.testing.assert_array_equal(scores(table), scores(again))
    assert all((weights[name] == same[name]).all() for name in weights)


@pytest.mark.parametrize("end", [0, 100, -1], ids=["empty", "cut in its header", "cut in its data"])
def test_a_damaged_checkpoint_is_left_out_and_its_networks_are_trained_anew(tmp_path, store, end):
    images, labels = make_digits(400)
    row = claim(store, add_search(store, PLAN, "digits.mat", "f" * 16))
    job, run_id = Job(store, row, Settings(tmp_path, ""), Turn()), row.id
    done = []

    def tell(message):
        write_message(job, message)
        if message.is_restored:
            done.append((get_search(store, run_id).n_fits_done, len(read_epochs(store, run_id))))

    table, _ = search(PLAN, tmp_path, images, labels, tell)
    for path in tmp_path.glob("*.safetensors"):
        path.write_bytes(path.read_bytes()[:end])

    again, _ = search(PLAN, tmp_path, images, labels, tell)

    np.testing.assert_array_equal(scores(table), scores(again))
    assert done == [(0, 0), (0, 0)]  # the store knew of nothing that was not done
    assert get_search(store, run_id).n_fits_done == 8


def test_a_checkpoint_that_cannot_be_written_is_one_sentence(tmp_path):
    (tmp_path / "taken").write_text("a file, no folder")

    with pytest.raises(StorageError, match=r"needs room for its checkpoints in .*taken"):
        Checkpoints(tmp_path / "taken").save("a", b"state")


def test_who_gives_way_while_the_winner_is_retrained_stops_and_goes_on_from_there(tmp_path):
    images, labels = make_digits(400)
    plan, told = replace(PLAN, checkpoint_s=0.0), list[object]()
    source, checkpoints = Source(images, labels), Checkpoints(tmp_path / "stopped")
    engine = make_fast_engine(source, plan, checkpoints, told.append, None, lambda: len(told) > 2)
    with closing(engine), pytest.raises(RunStoppedError):
        engine.train(0)
    with open_fast_engine(source, plan, checkpoints, told.append, tmp_path) as engine:
        weights = engine.train(0)[0].state_dict()
    with open_fast_engine(source, plan, Checkpoints(tmp_path / "whole"), told.append, tmp_path) as engine:
        whole = engine.train(0)[0].state_dict()

    assert all((weights[name] == whole[name]).all() for name in weights)
