"""The store of runs: what it keeps, who may change it, what other tabs and processes see."""

import math
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from stored_runs import OUTCOME, PLAN, add_run, begin_run, lose_worker, make_record

from mnist_core.ground.errors import RunError
from mnist_core.store import REFIT_FOLD, BestScore, FitState, RunState, Store, now
from mnist_core.store.reading import is_waiting

ENDED = (RunState.DONE, RunState.CANCELLED, RunState.FAILED)


def test_a_new_run_waits_with_all_that_it_needs(store):
    run = store.get_run(add_run(store, "wider layers"))
    assert run.state is RunState.QUEUED
    assert run.plan == PLAN
    assert (run.name, run.dataset_name, run.fingerprint) == ("wider layers", "digits.mat", "f" * 16)
    assert (run.n_fits, run.n_fits_done, run.n_epochs) == (4, 0, 0)
    assert run.started is run.ended is run.outcome is None
    assert run.seconds == 0


def test_a_run_without_a_name_is_named_after_its_size_and_data(store):
    assert store.get_run(add_run(store, "")).name == "2 candidates on digits.mat"


def test_runs_are_listed_the_latest_first(store):
    first, second = add_run(store), add_run(store)
    assert [run.id for run in store.list_runs()] == [second, first]


def test_an_unknown_run_is_refused_with_its_name(store):
    with pytest.raises(RunError, match="no run 'nobody'"):
        store.get_run("nobody")


def test_what_is_stored_is_there_for_another_process(store, url):
    run_id = add_run(store)
    other = Store(url)
    assert other.get_run(run_id) == store.get_run(run_id)
    other.close()


def test_the_oldest_waiting_run_is_claimed_first(store):
    first, second = add_run(store), add_run(store)
    assert store.claim_run().id == first
    assert store.claim_run().id == second
    assert store.claim_run() is None


def test_a_claimed_run_is_running_and_alive(store):
    run = store.get_run(begin_run(store))
    assert run.state is RunState.RUNNING
    assert run.heartbeat == run.started
    assert run.state.is_active


def test_a_named_run_is_claimed_before_older_ones(store):
    add_run(store)
    wanted = add_run(store)
    assert store.claim_run(wanted).id == wanted


def test_a_run_that_is_no_longer_waiting_cannot_be_claimed_by_its_name(store):
    cancelled = add_run(store)
    store.request_cancel(cancelled)
    assert store.claim_run(cancelled) is None


def test_no_two_workers_get_the_same_run(store, url):
    runs = {add_run(store) for _ in range(12)}
    stores = [Store(url) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        claimed = list(pool.map(lambda n: stores[n % 4].claim_run().id, range(12)))
    for one in stores:
        one.close()
    assert sorted(claimed) == sorted(runs)


def test_every_epoch_is_kept_in_the_order_in_which_it_ended(store):
    run_id = begin_run(store)
    store.add_epochs(run_id, [(0, 0, make_record(1, 0.9))])
    store.add_epochs(run_id, [(0, 1, make_record(1, 0.8))])
    store.add_epochs(run_id, [(0, 0, make_record(2, 0.7))])
    rows = store.read_epochs(run_id)
    assert [(row.candidate, row.fold, row.record.epoch) for row in rows] == [(0, 0, 1), (0, 1, 1), (0, 0, 2)]
    assert rows[0].record == make_record(1, 0.9)


def test_only_new_epochs_are_read_when_that_is_asked(store):
    run_id = begin_run(store)
    for epoch in (1, 2, 3):
        store.add_epochs(run_id, [(0, 0, make_record(epoch))])
    seen = store.read_epochs(run_id)[1].id
    assert [row.record.epoch for row in store.read_epochs(run_id, since=seen)] == [3]


def test_only_the_epochs_of_chosen_fits_are_read_when_that_is_asked(store):
    run_id = begin_run(store)
    for candidate, fold in ((0, 0), (0, 1), (1, 0)):
        store.add_epochs(run_id, [(candidate, fold, make_record(1))])
    rows = store.read_epochs(run_id, fits=[(0, 1), (1, 0)])
    assert [(row.candidate, row.fold) for row in rows] == [(0, 1), (1, 0)]
    assert store.read_epochs(run_id, fits=[]) == []


def test_epochs_of_another_run_stay_apart(store):
    mine, other = begin_run(store), begin_run(store)
    store.add_epochs(other, [(0, 0, make_record(1))])
    assert store.read_epochs(mine) == []
    assert store.get_run(mine).n_epochs == 0


def test_a_loss_that_is_no_number_is_kept_as_such(store):
    run_id = begin_run(store)
    store.add_epochs(run_id, [(0, 0, make_record(1, math.nan))])
    (row,) = store.read_epochs(run_id)
    assert math.isnan(row.record.train_loss)
    assert math.isnan(row.record.valid_loss)


def test_a_fit_runs_from_its_first_epoch_until_it_is_scored(store):
    run_id = begin_run(store)
    store.add_epochs(run_id, [(1, 0, make_record(1))])
    store.add_epochs(run_id, [(1, 0, make_record(2))])
    (running,) = store.read_fits(run_id)
    assert (running.state, running.score, running.n_epochs) == (FitState.RUNNING, None, 2)
    assert running.seconds == pytest.approx(0.5)

    store.end_fit(run_id, 1, 0, 0.87)
    (done,) = store.read_fits(run_id)
    assert (done.state, done.score, done.n_epochs) == (FitState.DONE, 0.87, 2)


def test_the_retraining_is_kept_but_counts_for_no_fit_of_the_grid(store):
    run_id = begin_run(store)
    for fold in (0, REFIT_FOLD):
        store.add_epochs(run_id, [(0, fold, make_record(1))])
        store.end_fit(run_id, 0, fold, 0.9)
    run = store.get_run(run_id)
    assert (run.n_fits_done, run.n_epochs) == (1, 1)
    assert [fit.fold for fit in store.read_fits(run_id)] == [REFIT_FOLD, 0]


def test_the_best_score_is_the_mean_of_the_candidate_that_leads(store):
    scored, _ = begin_run(store), begin_run(store)
    for candidate, fold, score in ((0, 0, 0.5), (0, 1, 0.7), (1, 0, 0.99)):
        store.add_epochs(scored, [(candidate, fold, make_record(1))])
        store.end_fit(scored, candidate, fold, score)
    store.add_epochs(scored, [(0, REFIT_FOLD, make_record(1))])
    store.end_fit(scored, 0, REFIT_FOLD, 1.0)
    # The second lacks a fold, so it does not lead yet, as in the ranking.
    best = store.read_best_scores()
    assert list(best) == [scored]
    assert best[scored] == BestScore(0.6, 2)


def test_a_waiting_run_that_is_cancelled_ends_at_once(store):
    run_id = add_run(store)
    store.request_cancel(run_id)
    run = store.get_run(run_id)
    assert run.state is RunState.CANCELLED
    assert run.ended is not None


def test_a_running_run_that_is_cancelled_is_stopping_until_its_process_says_so(store):
    run_id = begin_run(store)
    store.request_cancel(run_id)
    assert store.get_run(run_id).state is RunState.CANCELLING

    store.end_run(run_id, RunState.CANCELLED, "cancelled; what had finished is kept")
    assert store.get_run(run_id).state is RunState.CANCELLED


def test_a_run_that_is_done_holds_what_it_found(store):
    run_id = begin_run(store)
    store.end_run(run_id, RunState.DONE, "done", OUTCOME)
    run = store.get_run(run_id)
    assert run.outcome == OUTCOME
    assert run.outcome.candidate == PLAN.grid.candidates()[1]
    assert not run.state.is_active


@pytest.mark.parametrize("state", ENDED)
def test_a_run_that_has_ended_stays_as_it_is(store, state):
    run_id = begin_run(store)
    store.end_run(run_id, state, "the first word")
    before = store.get_run(run_id)

    store.request_cancel(run_id)
    store.end_run(run_id, RunState.DONE, "too late", OUTCOME)
    store.mark_silent_runs()
    assert store.get_run(run_id) == before


def test_a_beat_says_what_a_run_does_now(store):
    run_id = begin_run(store)
    store.beat(run_id, "retrains the winner")
    store.beat(run_id)
    assert store.get_run(run_id).message == "retrains the winner"


def test_a_run_whose_process_is_gone_is_interrupted_at_its_last_beat(store):
    run_id = begin_run(store)
    lose_worker(store, run_id)
    store.mark_silent_runs()
    run = store.get_run(run_id)
    assert run.state is RunState.INTERRUPTED
    assert run.ended == run.heartbeat


def test_a_run_that_was_to_stop_when_its_process_went_is_cancelled(store):
    run_id = begin_run(store)
    store.request_cancel(run_id)
    lose_worker(store, run_id)
    store.mark_silent_runs()
    assert store.get_run(run_id).state is RunState.CANCELLED


def test_a_run_that_waits_is_never_taken_for_silent(store):
    run_id = add_run(store)
    store.mark_silent_runs()
    assert store.get_run(run_id).state is RunState.QUEUED


def test_the_time_of_a_run_stands_still_when_it_has_ended(store):
    run_id = begin_run(store)
    store.end_run(run_id, RunState.CANCELLED, "enough")
    run = store.get_run(run_id)
    assert run.seconds == (run.ended - run.started).total_seconds()


def test_times_are_utc(store):
    run = store.get_run(begin_run(store))
    assert run.created.utcoffset() == timedelta(0)
    assert abs(now() - run.created) < timedelta(seconds=30)


def test_a_reader_does_not_wait_for_a_writer(tmp_path):
    store = Store(f"sqlite:///{tmp_path / 'lab.db'}")
    run_id = add_run(store)
    writer = sqlite3.connect(tmp_path / "lab.db", isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    assert store.get_run(run_id).state is RunState.QUEUED
    writer.execute("ROLLBACK")
    writer.close()
    store.close()


def test_the_folder_of_the_store_is_made(tmp_path):
    path = tmp_path / "new" / "deep" / "lab.db"
    Store(f"sqlite:///{path}").close()
    assert path.exists()


@pytest.mark.parametrize("url", ["nonsense", "unknown://host/db", "mysql://host/db"])
def test_a_url_that_names_no_database_is_refused_with_the_setting_to_mend(url):
    with pytest.raises(RunError, match="MNIST_LAB_DATABASE must be a URL"):
        Store(url)


def test_a_file_that_is_no_database_is_refused_in_one_sentence(tmp_path: Path):
    path = tmp_path / "lab.db"
    path.write_text("no database at all, but long enough to be taken for one by its first page" * 20)
    with pytest.raises(RunError, match="is damaged or no database at all"):
        Store(f"sqlite:///{path}")


def test_a_stamp_changes_with_whatever_a_page_shows_of_a_run(store):
    run_id = begin_run(store)
    stamps = [store.read_stamp(run_id)]
    for change in (
        lambda: store.add_epochs(run_id, [(0, 0, make_record(1))]),
        lambda: store.end_fit(run_id, 0, 0, 0.5),
        lambda: store.beat(run_id, "another message"),
        lambda: store.rename_run(run_id, "another name"),
        lambda: store.request_pause(run_id),
        lambda: store.pause_run(run_id, "paused"),
    ):
        change()
        stamps.append(store.read_stamp(run_id))
    assert len(set(stamps)) == len(stamps)
    assert store.read_stamp(run_id) == stamps[-1]


def test_the_stamp_of_a_run_that_waits_tells_of_what_is_before_it_and_no_other_does(store):
    first, second = begin_run(store), add_run(store)
    waiting, held = store.read_stamp(second), store.read_stamp(first)
    add_run(store)
    assert store.read_stamp(first) == held
    store.add_epochs(first, [(0, 0, make_record(1))])
    assert store.read_stamp(second) != waiting
    assert is_waiting(waiting, second)
    assert not is_waiting(held, first)


def test_what_is_not_there_has_an_empty_stamp(store):
    assert store.read_stamp("nothing") == ()
