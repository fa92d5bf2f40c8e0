"""Runs that wait: in order, moved, paused, resumed, and why each waits."""

import time
from dataclasses import asdict

import pytest
import sqlalchemy as sa
from stored_runs import OUTCOME, add_run, begin_run, make_record, set_columns

from mnist_core.ground.errors import RunError
from mnist_core.store import (
    Database,
    WorkState,
    claim,
    describe_wait,
    end,
    get_search,
    move_to_front,
    move_up,
    read_queue,
    record,
    release,
    request_cancel,
    request_pause,
    request_resume,
    set_cluster,
)

MOVES = (move_up, move_to_front)


def order(store: Database) -> list[str]:
    return [run.id for run in read_queue(store)]


def test_runs_wait_in_the_order_in_which_they_were_added(store):
    runs = [add_run(store) for _ in range(3)]
    begun = claim(store).id
    assert [begun, *order(store)] == runs
    assert [run.is_waiting for run in read_queue(store)] == [True, True]
    assert not get_search(store, begun).is_waiting


def test_a_run_that_is_moved_up_changes_places_with_the_one_before_it(store):
    a, b, c = (add_run(store) for _ in range(3))
    move_up(store, c)
    assert order(store) == [a, c, b]


def test_the_first_run_cannot_move_up(store):
    runs = [add_run(store) for _ in range(3)]
    move_up(store, runs[0])
    assert order(store) == runs


def test_a_run_that_is_moved_to_the_front_is_claimed_next(store):
    a, b, c = (add_run(store) for _ in range(3))
    move_to_front(store, c)
    move_to_front(store, b)
    assert order(store) == [b, c, a]
    assert claim(store).id == b


@pytest.mark.parametrize("move", MOVES)
def test_a_run_that_does_not_wait_cannot_be_moved(store, move):
    run_id = begin_run(store)
    with pytest.raises(RunError, match="Only a run that waits can be moved"):
        move(store, run_id)


def test_each_run_says_why_it_waits(store):
    begun, second, third, fourth = (add_run(store, name) for name in ("wide", "b", "c", "d"))
    assert describe_wait(store, get_search(store, begun)) == "waits for the worker to start"

    claim(store)
    record(store, begun, [(0, 0, make_record(1))])
    record(store, begun, scores=[(0, 0, 0.9)])

    assert describe_wait(store, get_search(store, begun)) == ""
    assert describe_wait(store, get_search(store, second)) == "waits for wide, 1 of 4 fits"
    assert describe_wait(store, get_search(store, third)) == "1 run is before it"
    assert describe_wait(store, get_search(store, fourth)) == "2 runs are before it"


def test_a_waiting_run_is_paused_at_once_and_waits_no_more(store):
    run_id = add_run(store)
    request_pause(store, run_id)
    run = get_search(store, run_id)
    assert (run.state, run.is_waiting) == (WorkState.PAUSED, False)
    assert not run.state.is_active
    assert claim(store) is None


def test_a_running_run_is_pausing_until_its_worker_has_stopped(store):
    run_id = begin_run(store)
    request_pause(store, run_id)
    assert get_search(store, run_id).state is WorkState.PAUSING

    end(store, run_id, WorkState.PAUSED, "paused after 3 epochs")
    run = get_search(store, run_id)
    assert (run.state, run.message) == (WorkState.PAUSED, "paused after 3 epochs")
    assert run.ended is not None


def test_a_worker_may_pause_its_run_by_itself(store):
    run_id = begin_run(store)
    end(store, run_id, WorkState.PAUSED, "the disk is full")
    assert get_search(store, run_id).state is WorkState.PAUSED


def test_a_run_that_is_cancelled_while_it_pauses_is_cancelled(store):
    run_id = begin_run(store)
    request_pause(store, run_id)
    request_cancel(store, run_id)
    end(store, run_id, WorkState.PAUSED, "paused")
    assert get_search(store, run_id).state is WorkState.CANCELLED


@pytest.mark.parametrize("n_before", [0, 1, 2])
@pytest.mark.parametrize(
    ("ask", "state"),
    [(request_cancel, WorkState.CANCELLED), (request_pause, WorkState.PAUSED)],
)
def test_a_wish_is_obeyed_in_whose_midst_its_worker_gives_the_run_up(store, url, ask, state, n_before):
    worker = Database(url)
    run_id = begin_run(worker)
    steps = [*[lambda: None] * n_before, lambda: release(worker, run_id, "its worker was stopped")]
    sa.event.listen(store._engine, "checkin", lambda *_: steps.pop(0)() if steps else None)

    ask(store, run_id)
    while steps:  # it had fewer transactions
        steps.pop(0)()

    assert get_search(store, run_id).state is state
    worker.close()


def test_a_pause_that_was_asked_for_twice_is_one_pause(store):
    run_id = begin_run(store)
    request_pause(store, run_id)
    request_pause(store, run_id)
    assert get_search(store, run_id).state is WorkState.PAUSING


@pytest.mark.parametrize("state", [WorkState.DONE, WorkState.FAILED, WorkState.CANCELLED])
def test_a_run_that_has_ended_cannot_be_paused(store, state):
    run_id = begin_run(store)
    end(store, run_id, state, "ended")
    with pytest.raises(RunError, match=f"Only a run that goes on or waits can be paused, .* is {state}"):
        request_pause(store, run_id)


@pytest.mark.parametrize(
    "state", [WorkState.PAUSED, WorkState.INTERRUPTED, WorkState.FAILED, WorkState.CANCELLED]
)
def test_a_run_that_has_stopped_is_resumed_behind_those_that_wait(store, state):
    stopped = begin_run(store)
    record(store, stopped, [(0, 0, make_record(1))])
    end(store, stopped, state, "stopped")
    waiting = add_run(store)
    assert get_search(store, stopped).state.is_resumable

    request_resume(store, stopped)

    assert order(store) == [waiting, stopped]
    run = get_search(store, stopped)
    assert (run.state, run.n_epochs, run.ended) == (WorkState.QUEUED, 1, None)
    assert "goes on from its checkpoint" in run.message


def test_a_done_run_is_never_resumed(store):
    run_id = begin_run(store)
    end(store, run_id, WorkState.DONE, "done", asdict(OUTCOME))
    with pytest.raises(RunError, match=r"Only a run that has stopped can be resumed, .* is done"):
        request_resume(store, run_id)
    assert get_search(store, run_id).found == OUTCOME


@pytest.mark.parametrize("wish", [request_pause, request_resume, *MOVES])
def test_a_wish_for_an_unknown_run_is_refused(store, wish):
    with pytest.raises(RunError, match="nobody"):
        wish(store, "nobody")


@pytest.mark.parametrize("state", [WorkState.PAUSED, WorkState.INTERRUPTED])
def test_a_run_that_has_stopped_is_cancelled_at_once(store, state):
    run_id = begin_run(store)
    end(store, run_id, state, "stopped")
    before = get_search(store, run_id)
    request_cancel(store, run_id)
    run = get_search(store, run_id)
    assert (run.state, run.ended) == (WorkState.CANCELLED, before.ended)


def test_the_time_of_a_run_leaves_its_pauses_out(store):
    run_id = begin_run(store)
    set_columns(store, run_id, started=1000.0)
    end(store, run_id, WorkState.PAUSED, "paused")
    set_columns(store, run_id, ended=1060.0)
    assert get_search(store, run_id).seconds == 60

    request_resume(store, run_id)
    assert get_search(store, run_id).seconds == 60
    claim(store)
    assert 60 <= get_search(store, run_id).seconds < 70


def test_a_run_that_is_queued_after_the_clock_was_set_back_waits_behind_the_others(store):
    first, second = add_run(store), add_run(store)
    for place, run_id in enumerate((first, second)):
        set_columns(store, run_id, queue_position=time.time() + 3600 + place)

    third = add_run(store)
    request_cancel(store, first)
    request_resume(store, first)

    assert [run.id for run in read_queue(store)] == [second, third, first]


def test_a_run_that_waits_or_has_stopped_goes_to_another_cluster_and_no_other(store):
    run_id = add_run(store)
    set_cluster(store, run_id, "tcp://one:8786")
    claim(store, run_id)

    with pytest.raises(
        RunError, match=r"Only a run that waits or has stopped can go .* is running: pause it"
    ):
        set_cluster(store, run_id, "tcp://two:8786")
    with pytest.raises(RunError, match="is none"):
        set_cluster(store, "unknown", "tcp://two:8786")
    end(store, run_id, WorkState.PAUSED, "paused")
    assert get_search(store, run_id).plan.cluster == "tcp://one:8786"
    set_cluster(store, run_id, "tcp://two:8786")
    assert get_search(store, run_id).plan.cluster == "tcp://two:8786"
