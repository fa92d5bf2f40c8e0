"""Runs that wait: in order, moved, paused, resumed, and why each waits."""

import time

import pytest
import sqlalchemy as sa
from stored_runs import OUTCOME, add_run, begin_run, make_record, set_times

from mnist_core.ground.errors import RunError
from mnist_core.store import RunState, Store

MOVES = (Store.move_up, Store.move_down, Store.move_to_front)


def order(store: Store) -> list[str]:
    return [run.id for run in store.read_queue()]


def test_runs_wait_in_the_order_in_which_they_were_added(store):
    runs = [add_run(store) for _ in range(3)]
    begun = store.claim_run().id
    assert [begun, *order(store)] == runs
    assert [run.is_waiting for run in store.read_queue()] == [True, True]
    assert not store.get_run(begun).is_waiting


def test_a_run_that_is_moved_up_or_down_changes_places_with_its_neighbour(store):
    a, b, c = (add_run(store) for _ in range(3))
    store.move_up(c)
    assert order(store) == [a, c, b]
    store.move_down(a)
    assert order(store) == [c, a, b]


def test_the_first_run_cannot_move_up_nor_the_last_down(store):
    runs = [add_run(store) for _ in range(3)]
    store.move_up(runs[0])
    store.move_down(runs[-1])
    assert order(store) == runs


def test_a_run_that_is_moved_to_the_front_is_claimed_next(store):
    a, b, c = (add_run(store) for _ in range(3))
    store.move_to_front(c)
    store.move_to_front(b)
    assert order(store) == [b, c, a]
    assert store.claim_run().id == b


@pytest.mark.parametrize("move", MOVES)
def test_a_run_that_does_not_wait_cannot_be_moved(store, move):
    run_id = begin_run(store)
    with pytest.raises(RunError, match="Only a run that waits can be moved"):
        move(store, run_id)


def test_each_run_says_why_it_waits(store):
    begun, second, third, fourth = (add_run(store, name) for name in ("wide", "b", "c", "d"))
    assert store.describe_wait(store.get_run(begun)) == "waits for the worker to start"

    store.claim_run()
    store.add_epochs(begun, [(0, 0, make_record(1))])
    store.end_fit(begun, 0, 0, 0.9)

    assert store.describe_wait(store.get_run(begun)) == ""
    assert store.describe_wait(store.get_run(second)) == "waits for wide, 1 of 4 fits"
    assert store.describe_wait(store.get_run(third)) == "1 run is before it"
    assert store.describe_wait(store.get_run(fourth)) == "2 runs are before it"


def test_a_waiting_run_is_paused_at_once_and_waits_no_more(store):
    run_id = add_run(store)
    store.request_pause(run_id)
    run = store.get_run(run_id)
    assert (run.state, run.is_waiting) == (RunState.PAUSED, False)
    assert not run.state.is_active
    assert store.claim_run() is None


def test_a_running_run_is_pausing_until_its_worker_has_stopped(store):
    run_id = begin_run(store)
    store.request_pause(run_id)
    assert store.get_run(run_id).state is RunState.PAUSING

    store.pause_run(run_id, "paused after 3 epochs")
    run = store.get_run(run_id)
    assert (run.state, run.message) == (RunState.PAUSED, "paused after 3 epochs")
    assert run.ended is not None


def test_a_worker_may_pause_its_run_by_itself(store):
    run_id = begin_run(store)
    store.pause_run(run_id, "the disk is full")
    assert store.get_run(run_id).state is RunState.PAUSED


def test_a_run_that_is_cancelled_while_it_pauses_is_cancelled(store):
    run_id = begin_run(store)
    store.request_pause(run_id)
    store.request_cancel(run_id)
    store.pause_run(run_id, "paused")
    assert store.get_run(run_id).state is RunState.CANCELLED


@pytest.mark.parametrize("n_before", [0, 1, 2])
@pytest.mark.parametrize(
    ("ask", "state"),
    [(Store.request_cancel, RunState.CANCELLED), (Store.request_pause, RunState.PAUSED)],
)
def test_a_wish_is_obeyed_in_whose_midst_its_worker_gives_the_run_up(store, url, ask, state, n_before):
    worker = Store(url)
    run_id = begin_run(worker)
    steps = [*[lambda: None] * n_before, lambda: worker.release_run(run_id, "its worker was stopped")]
    sa.event.listen(store._engine, "checkin", lambda *_: steps.pop(0)() if steps else None)

    ask(store, run_id)
    while steps:  # it had fewer transactions
        steps.pop(0)()

    assert store.get_run(run_id).state is state
    worker.close()


def test_a_pause_that_was_asked_for_twice_is_one_pause(store):
    run_id = begin_run(store)
    store.request_pause(run_id)
    store.request_pause(run_id)
    assert store.get_run(run_id).state is RunState.PAUSING


@pytest.mark.parametrize("state", [RunState.DONE, RunState.FAILED, RunState.CANCELLED])
def test_a_run_that_has_ended_cannot_be_paused(store, state):
    run_id = begin_run(store)
    store.end_run(run_id, state, "ended")
    with pytest.raises(RunError, match=f"Only a run that goes on or waits can be paused, .* is {state}"):
        store.request_pause(run_id)


@pytest.mark.parametrize(
    "state", [RunState.PAUSED, RunState.INTERRUPTED, RunState.FAILED, RunState.CANCELLED]
)
def test_a_run_that_has_stopped_is_resumed_behind_those_that_wait(store, state):
    stopped = begin_run(store)
    store.add_epochs(stopped, [(0, 0, make_record(1))])
    store.end_run(stopped, state, "stopped")
    waiting = add_run(store)
    assert store.get_run(stopped).state.is_resumable

    store.request_resume(stopped)

    assert order(store) == [waiting, stopped]
    run = store.get_run(stopped)
    assert (run.state, run.n_epochs, run.ended) == (RunState.QUEUED, 1, None)
    assert "goes on from its checkpoint" in run.message


def test_a_done_run_is_never_resumed(store):
    run_id = begin_run(store)
    store.end_run(run_id, RunState.DONE, "done", OUTCOME)
    with pytest.raises(RunError, match=r"Only a run that has stopped can be resumed, .* is done"):
        store.request_resume(run_id)
    assert store.get_run(run_id).outcome == OUTCOME


@pytest.mark.parametrize("wish", [Store.request_pause, Store.request_resume, *MOVES])
def test_a_wish_for_an_unknown_run_is_refused(store, wish):
    with pytest.raises(RunError, match="nobody"):
        wish(store, "nobody")


@pytest.mark.parametrize("state", [RunState.PAUSED, RunState.INTERRUPTED])
def test_a_run_that_has_stopped_is_cancelled_at_once(store, state):
    run_id = begin_run(store)
    store.end_run(run_id, state, "stopped")
    before = store.get_run(run_id)
    store.request_cancel(run_id)
    run = store.get_run(run_id)
    assert (run.state, run.ended) == (RunState.CANCELLED, before.ended)


def test_the_time_of_a_run_leaves_its_pauses_out(store):
    run_id = begin_run(store)
    set_times(store, run_id, started=1000.0)
    store.pause_run(run_id, "paused")
    set_times(store, run_id, ended=1060.0)
    assert store.get_run(run_id).seconds == 60

    store.request_resume(run_id)
    assert store.get_run(run_id).seconds == 60
    store.claim_run()
    assert 60 <= store.get_run(run_id).seconds < 70


def test_a_run_that_is_queued_after_the_clock_was_set_back_waits_behind_the_others(store):
    first, second = add_run(store), add_run(store)
    for place, run_id in enumerate((first, second)):
        set_times(store, run_id, queue_position=time.time() + 3600 + place)

    third = add_run(store)
    store.request_cancel(first)
    store.request_resume(first)

    assert [run.id for run in store.read_queue()] == [second, third, first]


def test_a_run_that_waits_or_has_stopped_goes_to_another_cluster_and_no_other(store):
    run_id = add_run(store)
    store.set_cluster(run_id, "tcp://one:8786")
    store.claim_run(run_id)

    with pytest.raises(
        RunError, match=r"Only a run that waits or has stopped can go .* is running: pause it"
    ):
        store.set_cluster(run_id, "tcp://two:8786")
    with pytest.raises(RunError, match="is none"):
        store.set_cluster("unknown", "tcp://two:8786")
    store.pause_run(run_id, "paused")
    assert store.get_run(run_id).plan.cluster == "tcp://one:8786"
    store.set_cluster(run_id, "tcp://two:8786")
    assert store.get_run(run_id).plan.cluster == "tcp://two:8786"
