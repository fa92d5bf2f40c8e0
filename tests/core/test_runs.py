"""The store of runs: what it keeps, who may change it, what other tabs and processes see."""

import math
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path

import pytest
from stored_runs import OUTCOME, PLAN, add_run, begin_run, lose_worker, make_record

from mnist_core.ground.errors import RunError
from mnist_core.network.history import REFIT_FOLD
from mnist_core.store import (
    BestScore,
    Database,
    FitState,
    WorkState,
    beat,
    claim,
    end,
    get_search,
    is_waiting,
    list_work,
    now,
    read_best_scores,
    read_epochs,
    read_fits,
    read_stamp,
    record,
    release_silent,
    rename_work,
    request_cancel,
    request_pause,
)

ENDED = (WorkState.DONE, WorkState.CANCELLED, WorkState.FAILED)


def test_a_new_run_waits_with_all_that_it_needs(store):
    run = get_search(store, add_run(store, "wider layers"))
    assert run.state is WorkState.QUEUED
    assert run.plan == PLAN
    assert (run.name, run.dataset_name, run.fingerprint) == ("wider layers", "digits.mat", "f" * 16)
    assert (run.n_fits, run.n_fits_done, run.n_epochs) == (4, 0, 0)
    assert run.started is run.ended is run.found is None
    assert run.seconds == 0


def test_a_run_without_a_name_is_named_after_its_size_and_data(store):
    assert get_search(store, add_run(store, "")).name == "2 candidates on digits.mat"


def test_runs_are_listed_the_latest_first(store):
    first, second = add_run(store), add_run(store)
    assert [run.id for run in list_work(store)] == [second, first]


def test_an_unknown_run_is_refused_with_its_name(store):
    with pytest.raises(RunError, match="no run 'nobody'"):
        get_search(store, "nobody")


def test_what_is_stored_is_there_for_another_process(store, url):
    run_id = add_run(store)
    other = Database(url)
    assert get_search(other, run_id) == get_search(store, run_id)
    other.close()


def test_the_oldest_waiting_run_is_claimed_first(store):
    first, second = add_run(store), add_run(store)
    assert claim(store).id == first
    assert claim(store).id == second
    assert claim(store) is None


def test_a_claimed_run_is_running_and_alive(store):
    run = get_search(store, begin_run(store))
    assert run.state is WorkState.RUNNING
    assert run.heartbeat == run.started
    assert run.state.is_active


def test_a_named_run_is_claimed_before_older_ones(store):
    add_run(store)
    wanted = add_run(store)
    assert claim(store, wanted).id == wanted


def test_a_run_that_is_no_longer_waiting_cannot_be_claimed_by_its_name(store):
    cancelled = add_run(store)
    request_cancel(store, cancelled)
    assert claim(store, cancelled) is None


def test_no_two_workers_get_the_same_run(store, url):
    runs = {add_run(store) for _ in range(12)}
    stores = [Database(url) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        claimed = list(pool.map(lambda n: claim(stores[n % 4]).id, range(12)))
    for one in stores:
        one.close()
    assert sorted(claimed) == sorted(runs)


def test_every_epoch_is_kept_in_the_order_in_which_it_ended(store):
    run_id = begin_run(store)
    record(store, run_id, [(0, 0, make_record(1, 0.9))])
    record(store, run_id, [(0, 1, make_record(1, 0.8))])
    record(store, run_id, [(0, 0, make_record(2, 0.7))])
    rows = read_epochs(store, run_id)
    assert [(row.candidate, row.fold, row.record.epoch) for row in rows] == [(0, 0, 1), (0, 1, 1), (0, 0, 2)]
    assert rows[0].record == make_record(1, 0.9)


def test_only_new_epochs_are_read_when_that_is_asked(store):
    run_id = begin_run(store)
    for epoch in (1, 2, 3):
        record(store, run_id, [(0, 0, make_record(epoch))])
    seen = read_epochs(store, run_id)[1].id
    assert [row.record.epoch for row in read_epochs(store, run_id, since=seen)] == [3]


def test_only_the_epochs_of_chosen_fits_are_read_when_that_is_asked(store):
    run_id = begin_run(store)
    for candidate, fold in ((0, 0), (0, 1), (1, 0)):
        record(store, run_id, [(candidate, fold, make_record(1))])
    rows = read_epochs(store, run_id, fits=[(0, 1), (1, 0)])
    assert [(row.candidate, row.fold) for row in rows] == [(0, 1), (1, 0)]
    assert read_epochs(store, run_id, fits=[]) == []


def test_epochs_of_another_run_stay_apart(store):
    mine, other = begin_run(store), begin_run(store)
    record(store, other, [(0, 0, make_record(1))])
    assert read_epochs(store, mine) == []
    assert get_search(store, mine).n_epochs == 0


def test_a_loss_that_is_no_number_is_kept_as_such(store):
    run_id = begin_run(store)
    record(store, run_id, [(0, 0, make_record(1, math.nan))])
    (row,) = read_epochs(store, run_id)
    assert math.isnan(row.record.train_loss)
    assert math.isnan(row.record.valid_loss)


def test_a_fit_runs_from_its_first_epoch_until_it_is_scored(store):
    run_id = begin_run(store)
    record(store, run_id, [(1, 0, make_record(1))])
    record(store, run_id, [(1, 0, make_record(2))])
    (running,) = read_fits(store, run_id)
    assert (running.state, running.score, running.n_epochs) == (FitState.RUNNING, None, 2)
    assert running.seconds == pytest.approx(0.5)

    record(store, run_id, scores=[(1, 0, 0.87)])
    (done,) = read_fits(store, run_id)
    assert (done.state, done.score, done.n_epochs) == (FitState.DONE, 0.87, 2)


def test_the_retraining_is_kept_but_counts_for_no_fit_of_the_grid(store):
    run_id = begin_run(store)
    for fold in (0, REFIT_FOLD):
        record(store, run_id, [(0, fold, make_record(1))])
        record(store, run_id, scores=[(0, fold, 0.9)])
    run = get_search(store, run_id)
    assert (run.n_fits_done, run.n_epochs) == (1, 1)
    assert [fit.fold for fit in read_fits(store, run_id)] == [REFIT_FOLD, 0]


def test_the_best_score_is_the_mean_of_the_candidate_that_leads(store):
    scored, _ = begin_run(store), begin_run(store)
    for candidate, fold, score in ((0, 0, 0.5), (0, 1, 0.7), (1, 0, 0.99)):
        record(store, scored, [(candidate, fold, make_record(1))])
        record(store, scored, scores=[(candidate, fold, score)])
    record(store, scored, [(0, REFIT_FOLD, make_record(1))])
    record(store, scored, scores=[(0, REFIT_FOLD, 1.0)])
    # The second lacks a fold, so it does not lead yet, as in the ranking.
    best = read_best_scores(store)
    assert list(best) == [scored]
    assert best[scored] == BestScore(0.6, 2)


def test_a_waiting_run_that_is_cancelled_ends_at_once(store):
    run_id = add_run(store)
    request_cancel(store, run_id)
    run = get_search(store, run_id)
    assert run.state is WorkState.CANCELLED
    assert run.ended is not None


def test_a_running_run_that_is_cancelled_is_stopping_until_its_process_says_so(store):
    run_id = begin_run(store)
    request_cancel(store, run_id)
    assert get_search(store, run_id).state is WorkState.CANCELLING

    end(store, run_id, WorkState.CANCELLED, "cancelled; what had finished is kept")
    assert get_search(store, run_id).state is WorkState.CANCELLED


def test_a_run_that_is_done_holds_what_it_found(store):
    run_id = begin_run(store)
    end(store, run_id, WorkState.DONE, "done", asdict(OUTCOME))
    run = get_search(store, run_id)
    assert run.found == OUTCOME
    assert run.found.candidate == PLAN.grid.candidates()[1]
    assert not run.state.is_active


@pytest.mark.parametrize("state", ENDED)
def test_a_run_that_has_ended_stays_as_it_is(store, state):
    run_id = begin_run(store)
    end(store, run_id, state, "the first word")
    before = get_search(store, run_id)

    request_cancel(store, run_id)
    end(store, run_id, WorkState.DONE, "too late", asdict(OUTCOME))
    release_silent(store)
    assert get_search(store, run_id) == before


def test_a_beat_says_what_a_run_does_now(store):
    run_id = begin_run(store)
    beat(store, run_id, "retrains the winner")
    beat(store, run_id)
    assert get_search(store, run_id).message == "retrains the winner"


def test_a_run_whose_process_is_gone_is_interrupted_at_its_last_beat(store):
    run_id = begin_run(store)
    lose_worker(store, run_id)
    release_silent(store)
    run = get_search(store, run_id)
    assert run.state is WorkState.INTERRUPTED
    assert run.ended == run.heartbeat


def test_a_run_that_was_to_stop_when_its_process_went_is_cancelled(store):
    run_id = begin_run(store)
    request_cancel(store, run_id)
    lose_worker(store, run_id)
    release_silent(store)
    assert get_search(store, run_id).state is WorkState.CANCELLED


def test_a_run_that_waits_is_never_taken_for_silent(store):
    run_id = add_run(store)
    release_silent(store)
    assert get_search(store, run_id).state is WorkState.QUEUED


def test_the_time_of_a_run_stands_still_when_it_has_ended(store):
    run_id = begin_run(store)
    end(store, run_id, WorkState.CANCELLED, "enough")
    run = get_search(store, run_id)
    assert run.seconds == (run.ended - run.started).total_seconds()


def test_times_are_utc(store):
    run = get_search(store, begin_run(store))
    assert run.created.utcoffset() == timedelta(0)
    assert abs(now() - run.created) < timedelta(seconds=30)


def test_a_reader_does_not_wait_for_a_writer(tmp_path):
    store = Database(f"sqlite:///{tmp_path / 'lab.db'}")
    run_id = add_run(store)
    writer = sqlite3.connect(tmp_path / "lab.db", isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    assert get_search(store, run_id).state is WorkState.QUEUED
    writer.execute("ROLLBACK")
    writer.close()
    store.close()


def test_the_folder_of_the_store_is_made(tmp_path):
    path = tmp_path / "new" / "deep" / "lab.db"
    Database(f"sqlite:///{path}").close()
    assert path.exists()


@pytest.mark.parametrize("url", ["nonsense", "unknown://host/db", "mysql://host/db"])
def test_a_url_that_names_no_database_is_refused_with_the_setting_to_mend(url):
    with pytest.raises(RunError, match="MNIST_LAB_DATABASE must be a URL"):
        Database(url)


def test_a_file_that_is_no_database_is_refused_in_one_sentence(tmp_path: Path):
    path = tmp_path / "lab.db"
    path.write_text("no database at all, but long enough to be taken for one by its first page" * 20)
    with pytest.raises(RunError, match="is damaged or no database at all"):
        Database(f"sqlite:///{path}")


def test_a_stamp_changes_with_whatever_a_page_shows_of_a_run(store):
    run_id = begin_run(store)
    stamps = [read_stamp(store, run_id)]
    for change in (
        lambda: record(store, run_id, [(0, 0, make_record(1))]),
        lambda: record(store, run_id, scores=[(0, 0, 0.5)]),
        lambda: beat(store, run_id, "another message"),
        lambda: rename_work(store, run_id, "another name"),
        lambda: request_pause(store, run_id),
        lambda: end(store, run_id, WorkState.PAUSED, "paused"),
    ):
        change()
        stamps.append(read_stamp(store, run_id))
    assert len(set(stamps)) == len(stamps)
    assert read_stamp(store, run_id) == stamps[-1]


def test_the_stamp_of_a_run_that_waits_tells_of_what_is_before_it_and_no_other_does(store):
    first, second = begin_run(store), add_run(store)
    waiting, held = read_stamp(store, second), read_stamp(store, first)
    add_run(store)
    assert read_stamp(store, first) == held
    record(store, first, [(0, 0, make_record(1))])
    assert read_stamp(store, second) != waiting
    assert is_waiting(waiting, second)
    assert not is_waiting(held, first)


def test_what_is_not_there_has_an_empty_stamp(store):
    assert read_stamp(store, "nothing") == ()
