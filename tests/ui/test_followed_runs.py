"""Runs as pages follow them."""

import pytest
from stored_runs import begin_run, make_record

from mnist_core.store import Database, get_search, read_fits, record, trim_fits
from mnist_ui.search.followed_runs import FollowedRun


@pytest.fixture
def store(tmp_path):
    opened = Database(f"sqlite:///{tmp_path / 'lab.db'}")
    yield opened
    opened.close()


def add_epochs(store, run_id, epochs):
    record(store, run_id, [(0, 0, make_record(epoch)) for epoch in epochs])


def read(followed, store):
    return [row.epoch for row in followed.read_accuracies(store, read_fits(store, followed.run_id))]


def test_what_is_new_is_read_on(store):
    run_id = begin_run(store)
    followed = FollowedRun(run_id)
    add_epochs(store, run_id, [1, 2])
    assert read(followed, store) == [1, 2]
    add_epochs(store, run_id, [3])
    assert read(followed, store) == [1, 2, 3]


def test_epochs_that_were_taken_back_are_forgotten(store):
    run_id = begin_run(store)
    followed = FollowedRun(run_id)
    add_epochs(store, run_id, [1, 2, 3])
    read(followed, store)
    trim_fits(store, run_id, {(0, 0): 1})
    add_epochs(store, run_id, [2])
    assert read(followed, store) == [1, 2]


def test_the_pace_is_that_of_the_last_seconds(store):
    run_id = begin_run(store)
    followed = FollowedRun(run_id)
    followed.measure_pace(get_search(store, run_id), 100.0)
    add_epochs(store, run_id, [1, 2, 3, 4])
    assert followed.measure_pace(get_search(store, run_id), 108.0) == pytest.approx(0.5)
    assert followed.measure_pace(get_search(store, run_id), 140.0) != pytest.approx(0.1)


def test_a_run_without_epochs_has_no_pace(store):
    run_id = begin_run(store)
    assert FollowedRun(run_id).measure_pace(get_search(store, run_id), 0.0) is None
