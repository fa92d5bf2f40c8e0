"""Runs whose worker is gone or slow: noticed, taken over once, and kept from the one that lost them."""

import os
import re
import signal
import time
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
from stored_runs import add_run, begin_run, finish, lose_worker, make_record, set_times, start_python

from mnist_core.ground.errors import RunLostError
from mnist_core.store import RunState, Store
from mnist_core.store.owner import Owner
from mnist_core.store.work import beating

CLAIM_AND_WAIT = """
    import sys
    from mnist_core.store import Store

    run = Store(sys.argv[1]).claim_run()
    print(run.id, flush=True)
    sys.stdin.read()
"""
CLAIM_ALL = """
    import sys
    from mnist_core.store import Store

    store = Store(sys.argv[1])
    print("ready", flush=True)
    sys.stdin.readline()
    while (run := store.claim_run()) is not None:
        print(run.id)
"""


@pytest.fixture
def claimed(store, url):
    """Give the id of a run, and the process that owns it."""
    run_id = add_run(store)
    process = start_python(CLAIM_AND_WAIT, url)
    assert process.stdout.readline().strip() == run_id
    yield run_id, process
    process.kill()
    process.communicate()


def kill(process) -> None:
    process.send_signal(signal.SIGKILL)
    process.wait()


@pytest.fixture
def slow(url):
    """Give another worker's store, on the same database."""
    opened = Store(url)
    yield opened
    opened.close()


def lose_run(store: Store, slow: Store) -> str:
    """Let a worker be taken for dead, so that another takes its run."""
    run_id = begin_run(slow)
    slow.add_epochs(run_id, [(0, 0, make_record(1, 0.9))])
    lose_worker(slow, run_id)
    assert store.claim_run().id == run_id
    return run_id


def test_a_run_whose_worker_was_killed_is_interrupted_at_once(store, claimed):
    run_id, process = claimed
    kill(process)
    store.mark_silent_runs()
    run = store.get_run(run_id)
    assert run.state is RunState.INTERRUPTED
    assert run.is_waiting
    assert "its worker is gone" in run.message


def test_a_worker_that_is_dead_but_not_yet_buried_owns_nothing(store, claimed):
    run_id, process = claimed
    process.send_signal(signal.SIGKILL)
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    store.mark_silent_runs()
    assert store.get_run(run_id).state is RunState.INTERRUPTED


def test_a_run_of_a_living_worker_stays_with_it(store, claimed):
    run_id, _ = claimed
    store.mark_silent_runs()
    assert store.get_run(run_id).state is RunState.RUNNING
    assert store.claim_run() is None
    assert not store.has_work()


def test_a_run_of_a_dead_worker_is_taken_before_those_that_wait(store, claimed):
    run_id, process = claimed
    waiting = add_run(store)
    kill(process)
    assert store.has_work()
    assert [store.claim_run().id, store.claim_run().id] == [run_id, waiting]


def test_a_process_that_got_the_number_of_a_dead_worker_is_not_taken_for_it(claimed):
    _, process = claimed
    mine = Owner.of_this_process()
    earlier = Owner(mine.host, process.pid, "=1.00", "any")
    assert earlier.is_known_dead
    assert replace(earlier, host="another host").is_known_dead is False
    assert replace(earlier, started="1764421000.12").is_known_dead is False  # as earlier versions wrote it
    assert Owner.parse(str(earlier)) == earlier


@pytest.mark.skipif(
    not Path("/proc/stat").exists(), reason="the start of a process moves with the clock on Linux"
)
def test_a_worker_lives_on_when_the_clock_of_its_machine_is_set(store, claimed, tmp_path, monkeypatch):
    run_id, process = claimed
    # What Linux says of itself once its clock was set an hour ahead.
    stat = re.sub(
        r"btime (\d+)", lambda found: f"btime {int(found[1]) + 3600}", Path("/proc/stat").read_text()
    )
    (tmp_path / "stat").write_text(stat)
    (tmp_path / str(process.pid)).symlink_to(f"/proc/{process.pid}")
    monkeypatch.setattr(psutil, "PROCFS_PATH", str(tmp_path))

    store.mark_silent_runs()

    assert store.get_run(run_id).state is RunState.RUNNING


@pytest.mark.parametrize("hours", [-1, 1])
def test_a_beat_by_a_clock_that_is_wrong_is_a_sign_of_life(store, url, hours):
    hasty, run_id = Store(url, silent_after_s=0.0), begin_run(store)
    for beat in range(3):
        set_times(store, run_id, heartbeat=time.time() + 3600 * hours + beat)
        hasty.mark_silent_runs()
    assert store.get_run(run_id).state is RunState.RUNNING
    hasty.close()


def test_a_worker_that_is_seen_without_a_beat_for_too_long_is_gone(store, url, claimed):
    run_id, _ = claimed  # it lives and stands still
    hasty = Store(url, silent_after_s=0.0)

    hasty.mark_silent_runs()
    assert store.get_run(run_id).state is RunState.RUNNING  # one look tells nothing
    assert hasty.has_work()
    hasty.mark_silent_runs()

    assert store.get_run(run_id).state is RunState.INTERRUPTED
    hasty.close()


def test_who_waits_for_word_of_a_worker_that_stands_still_sees_its_run_released(url, claimed):
    run_id, _ = claimed
    hasty = Store(url, silent_after_s=0.1)

    hasty.await_word(run_id)

    assert hasty.get_run(run_id).state is RunState.INTERRUPTED
    hasty.close()


def test_who_waits_for_word_of_a_worker_that_lives_hears_of_it(store, url):
    run_id, other = begin_run(store), Store(url)

    with beating(store, run_id):
        other.await_word(run_id)

    assert other.get_run(run_id).state is RunState.RUNNING
    other.close()


@pytest.mark.parametrize(
    ("wish", "state"),
    [(Store.request_pause, RunState.PAUSED), (Store.request_cancel, RunState.CANCELLED)],
)
def test_a_run_that_was_to_stop_when_its_worker_died_has_stopped(store, claimed, wish, state):
    run_id, process = claimed
    wish(store, run_id)
    kill(process)
    assert not store.has_work()
    assert store.claim_run() is None
    assert store.get_run(run_id).state is state


def test_a_worker_that_gives_a_run_up_leaves_it_to_the_next(store, slow):
    waiting = add_run(store)
    store.move_to_front(run_id := add_run(store))
    slow.claim_run()
    slow.release_run(run_id, "its worker was stopped")
    run = store.get_run(run_id)
    assert (run.state, run.message) == (RunState.INTERRUPTED, "its worker was stopped")
    assert [one.id for one in store.read_queue()] == [run_id, waiting]


def test_a_run_that_was_to_be_cancelled_when_its_scheduler_went_is_cancelled(store):
    run_id = begin_run(store)
    store.request_cancel(run_id)
    store.end_run(run_id, RunState.INTERRUPTED, "the scheduler is gone")
    assert store.get_run(run_id).state is RunState.CANCELLED


def test_a_run_that_is_interrupted_for_a_reason_waits_for_its_user(store):
    run_id = begin_run(store)
    store.end_run(run_id, RunState.INTERRUPTED, "the scheduler is gone")
    assert not store.has_work()
    assert store.claim_run() is None


def test_there_is_work_while_a_run_waits(store):
    assert not store.has_work()
    add_run(store)
    assert store.has_work()
    store.claim_run()
    assert not store.has_work()


@pytest.mark.parametrize(
    "write",
    [
        lambda store, run_id: store.beat(run_id, "still here"),
        lambda store, run_id: store.add_epochs(run_id, [(0, 0, make_record(2))]),
        lambda store, run_id: store.end_fits(run_id, [(0, 0, 0.9)]),
        lambda store, run_id: store.trim_fits(run_id, {}),
        lambda store, run_id: store.end_run(run_id, RunState.DONE, "done"),
        lambda store, run_id: store.pause_run(run_id, "paused"),
        lambda store, run_id: store.release_run(run_id, "released"),
    ],
    ids=["beat", "add_epochs", "end_fits", "trim_fits", "end_run", "pause_run", "release_run"],
)
def test_a_worker_that_lost_its_run_learns_so_and_changes_nothing(store, slow, write):
    run_id = lose_run(store, slow)
    before = store.get_run(run_id), store.read_fits(run_id), store.read_epochs(run_id)
    with pytest.raises(RunLostError, match="no longer belongs to this worker"):
        write(slow, run_id)
    assert (store.get_run(run_id), store.read_fits(run_id), store.read_epochs(run_id)) == before


def test_a_worker_may_write_to_a_run_that_it_has_ended(store):
    run_id = begin_run(store)
    store.end_run(run_id, RunState.FAILED, "failed")
    store.beat(run_id)
    assert store.get_run(run_id).state is RunState.FAILED


def test_no_two_processes_take_the_same_run(store, url):
    runs = [add_run(store) for _ in range(20)]
    for run_id in runs[:5]:
        lose_worker(store, store.claim_run(run_id).id)
    workers = [start_python(CLAIM_ALL, url) for _ in range(4)]
    for worker in workers:
        assert worker.stdout.readline() == "ready\n"
    for worker in workers:
        worker.stdin.write("go\n")
        worker.stdin.flush()
    claimed = [run_id for worker in workers for run_id in finish(worker).split()]
    assert sorted(claimed) == sorted(runs)


def test_the_owner_of_a_run_can_be_read_while_it_has_one(store):
    run_id = add_run(store)
    assert store.read_owner(run_id) is None
    store.claim_run(run_id)
    assert store.read_owner(run_id).pid == os.getpid()
    store.release_run(run_id, "gone")
    assert store.read_owner(run_id) is None
