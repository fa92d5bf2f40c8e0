"""Fits and epochs: sent again, trimmed, in bulk."""

from dataclasses import replace

import pytest
from stored_runs import begin_run, make_record

from mnist_core.store import (
    FitState,
    WorkState,
    claim,
    end,
    read_epochs,
    read_fits,
    record,
    request_resume,
    trim_fits,
)


def train(store, run_id: str, n_epochs: dict[tuple[int, int], int]) -> None:
    for (candidate, fold), n in n_epochs.items():
        record(store, run_id, [(candidate, fold, make_record(epoch)) for epoch in range(1, n + 1)])


def fits_of(store, run_id: str) -> dict[tuple[int, int], tuple]:
    return {
        (fit.candidate, fit.fold): (fit.state, fit.score, fit.n_epochs) for fit in read_fits(store, run_id)
    }


def test_an_epoch_that_comes_again_replaces_the_first_and_keeps_its_place(store):
    run_id = begin_run(store)
    train(store, run_id, {(0, 0): 2})
    before = read_epochs(store, run_id)

    record(store, run_id, [(0, 0, replace(make_record(1, 0.1), seconds=1.0))])

    after = read_epochs(store, run_id)
    assert [row.id for row in after] == [row.id for row in before]
    assert after[0].record == replace(make_record(1, 0.1), seconds=1.0)
    assert after[1] == before[1]
    (fit,) = read_fits(store, run_id)
    assert (fit.n_epochs, fit.seconds) == (2, pytest.approx(1.25))


def test_an_epoch_that_comes_again_leaves_a_scored_fit_scored(store):
    run_id = begin_run(store)
    train(store, run_id, {(0, 0): 2})
    record(store, run_id, scores=[(0, 0, 0.9)])
    train(store, run_id, {(0, 0): 2})
    assert fits_of(store, run_id) == {(0, 0): (FitState.DONE, 0.9, 2)}


def test_one_epoch_may_come_twice_in_a_call(store):
    run_id = begin_run(store)
    record(store, run_id, [(0, 0, make_record(1, 0.5)), (0, 0, make_record(1, 0.4))])
    assert [row.record.train_loss for row in read_epochs(store, run_id)] == [0.4]


def test_a_round_of_epochs_and_scores_is_recorded_in_one_call_each(store):
    run_id = begin_run(store)
    fits = [(candidate, fold) for candidate in range(2) for fold in range(2)]
    record(store, run_id, [(*fit, make_record(1)) for fit in fits])
    record(store, run_id, scores=[(candidate, fold, 0.5 + candidate / 4) for candidate, fold in fits])
    assert fits_of(store, run_id) == {
        (candidate, fold): (FitState.DONE, 0.5 + candidate / 4, 1) for candidate, fold in fits
    }


def test_nothing_may_be_recorded_too(store):
    run_id = begin_run(store)
    record(store, run_id, [])
    record(store, run_id, scores=[])
    assert read_fits(store, run_id) == []


def test_what_goes_on_from_a_checkpoint_loses_what_came_after_it(store):
    run_id = begin_run(store)
    train(store, run_id, {(0, 0): 3, (0, 1): 3, (1, 0): 4, (1, 1): 2})
    record(store, run_id, scores=[(0, 0, 0.9), (0, 1, 0.8)])

    trim_fits(store, run_id, {(0, 0): 3, (0, 1): 2, (1, 0): 4})

    assert fits_of(store, run_id) == {
        (0, 0): (FitState.DONE, 0.9, 3),
        (0, 1): (FitState.RUNNING, None, 2),
        (1, 0): (FitState.RUNNING, None, 4),
    }
    kept = [(row.candidate, row.fold, row.record.epoch) for row in read_epochs(store, run_id)]
    assert sorted(kept) == [
        *((0, 0, epoch) for epoch in (1, 2, 3)),
        *((0, 1, epoch) for epoch in (1, 2)),
        *((1, 0, epoch) for epoch in (1, 2, 3, 4)),
    ]
    assert [fit.seconds for fit in read_fits(store, run_id)] == [0.75, 0.5, 1.0]


def test_a_run_without_a_checkpoint_loses_all_its_fits_and_no_other_run_does(store):
    mine, other = begin_run(store), begin_run(store)
    for run_id in (mine, other):
        train(store, run_id, {(0, 0): 2, (1, 1): 1})
    trim_fits(store, mine, {})
    assert (read_fits(store, mine), read_epochs(store, mine)) == ([], [])
    assert len(read_epochs(store, other)) == 3


def test_ids_of_removed_epochs_are_not_given_again(store):
    run_id = begin_run(store)
    train(store, run_id, {(0, 0): 3})
    seen = read_epochs(store, run_id)[-1].id
    trim_fits(store, run_id, {(0, 0): 1})
    train(store, run_id, {(0, 0): 2})
    assert [row.record.epoch for row in read_epochs(store, run_id, since=seen)] == [2]


def test_a_run_that_is_resumed_keeps_its_fits_until_it_trims_them(store):
    run_id = begin_run(store)
    train(store, run_id, {(0, 0): 2})
    end(store, run_id, WorkState.CANCELLED, "cancelled")
    request_resume(store, run_id)
    assert claim(store).n_epochs == 2
