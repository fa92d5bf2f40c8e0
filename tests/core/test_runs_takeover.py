"""Runs whose worker is gone or slow: noticed, taken over once, and kept from the one that lost them."""

import os
import re
import signal
import time
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
from stored_runs import add_run, begin_run, finish, lose_worker, make_record, set_columns, start_python

from mnist_core.ground.errors import RunLostError
from mnist_core.store import (
    Database,
    WorkState,
    await_word,
    beat,
    claim,
    end,
    get_search,
    has_work,
    move_to_front,
    read_epochs,
    read_fits,
    read_owner,
    read_queue,
    record,
    release,
    release_silent,
    request_cancel,
    request_pause,
    trim_fits,
)
from mnist_core.store.job import beating
from mnist_core.store.owner import Owner

CLAIM_AND_WAIT = """
    import sys
    from mnist_core.store import Database, claim

    run = claim(Database(sys.argv[1]))
    print(run.id, flush=True)
    sys.stdin.read()
"""
CLAIM_ALL = """
    import sys
    from mnist_core.store import Database, claim

    store = Database(sys.argv[1])
    print("ready", flush=True)
    sys.stdin.readline()
    while (run := claim(store)) is not None:
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
    opened = Database(url)
    yield opened
    opened.close()


def lose_run(store: Database, slow: Database) -> str:
    """Let a worker be taken for dead, so that another takes its run."""
    run_id = begin_run(slow)
    record(slow, run_id, [(0, 0, make_record(1, 0.9))])
    lose_worker(slow, run_id)
    assert claim(store).id == run_id
    return run_id


def test_a_run_whose_worker_was_killed_is_interrupted_at_once(store, claimed):
    run_id, process = claimed
    kill(process)
    release_silent(store)
    run = get_search(store, run_id)
    assert run.state is WorkState.INTERRUPTED
    assert run.is_waiting
    assert "its worker is gone" in run.message


def test_a_worker_that_is_dead_but_not_yet_buried_owns_nothing(store, claimed):
    run_id, process = claimed
    process.send_signal(signal.SIGKILL)
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    release_silent(store)
    assert get_search(store, run_id).state is WorkState.INTERRUPTED


def test_a_run_of_a_living_worker_stays_with_it(store, claimed):
    run_id, _ = claimed
    release_silent(store)
    assert get_search(store, run_id).state is WorkState.RUNNING
    assert claim(store) is None
    assert not has_work(store)


def test_a_run_of_a_dead_worker_is_taken_before_those_that_wait(store, claimed):
    run_id, process = claimed
    waiting = add_run(store)
    kill(process)
    assert has_work(store)
    assert [claim(store).id, claim(store).id] == [run_id, waiting]


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

    release_silent(store)

    assert get_search(store, run_id).state is WorkState.RUNNING


@pytest.mark.parametrize("hours", [-1, 1])
def test_a_beat_by_a_clock_that_is_wrong_is_a_sign_of_life(store, url, hours):
    hasty, run_id = Database(url, silent_after_s=0.0), begin_run(store)
    for second in range(3):
        set_columns(store, run_id, heartbeat=time.time() + 3600 * hours + second)
        release_silent(hasty)
    assert get_search(store, run_id).state is WorkState.RUNNING
    hasty.close()


def test_a_worker_that_is_seen_without_a_beat_for_too_long_is_gone(store, url, claimed):
    run_id, _ = claimed  # it lives and stands still
    hasty = Database(url, silent_after_s=0.0)

    release_silent(hasty)
    assert get_search(store, run_id).state is WorkState.RUNNING  # one look tells nothing
    assert has_work(hasty)
    release_silent(hasty)

    assert get_search(store, run_id).state is WorkState.INTERRUPTED
    hasty.close()


def test_who_waits_for_word_of_a_worker_that_stands_still_sees_its_run_released(url, claimed):
    run_id, _ = claimed
    hasty = Database(url, silent_after_s=0.1)

    await_word(hasty, run_id)

    assert get_search(hasty, run_id).state is WorkState.INTERRUPTED
    hasty.close()


def test_who_waits_for_word_of_a_worker_that_lives_hears_of_it(store, url):
    run_id, other = begin_run(store), Database(url)

    with beating(store, run_id):
        await_word(other, run_id)

    assert get_search(other, run_id).state is WorkState.RUNNING
    other.close()


@pytest.mark.parametrize(
    ("wish", "state"),
    [(request_pause, WorkState.PAUSED), (request_cancel, WorkState.CANCELLED)],
)
def test_a_run_that_was_to_stop_when_its_worker_died_has_stopped(store, claimed, wish, state):
    run_id, process = claimed
    wish(store, run_id)
    kill(process)
    assert not has_work(store)
    assert claim(store) is None
    assert get_search(store, run_id).state is state


def test_a_worker_that_gives_a_run_up_leaves_it_to_the_next(store, slow):
    waiting = add_run(store)
    move_to_front(store, run_id := add_run(store))
    claim(slow)
    release(slow, run_id, "its worker was stopped")
    run = get_search(store, run_id)
    assert (run.state, run.message) == (WorkState.INTERRUPTED, "its worker was stopped")
    assert [one.id for one in read_queue(store)] == [run_id, waiting]


def test_a_run_that_was_to_be_cancelled_when_its_scheduler_went_is_cancelled(store):
    run_id = begin_run(store)
    request_cancel(store, run_id)
    end(store, run_id, WorkState.INTERRUPTED, "the scheduler is gone")
    assert get_search(store, run_id).state is WorkState.CANCELLED


def test_a_run_that_is_interrupted_for_a_reason_waits_for_its_user(store):
    run_id = begin_run(store)
    end(store, run_id, WorkState.INTERRUPTED, "the scheduler is gone")
    assert not has_work(store)
    assert claim(store) is None


def test_there_is_work_while_a_run_waits(store):
    assert not has_work(store)
    add_run(store)
    assert has_work(store)
    claim(store)
    assert not has_work(store)


@pytest.mark.parametrize(
    "write",
    [
        lambda store, run_id: beat(store, run_id, "still here"),
        lambda store, run_id: record(store, run_id, [(0, 0, make_record(2))]),
        lambda store, run_id: record(store, run_id, scores=[(0, 0, 0.9)]),
        lambda store, run_id: trim_fits(store, run_id, {}),
        lambda store, run_id: end(store, run_id, WorkState.DONE, "done"),
        lambda store, run_id: end(store, run_id, WorkState.PAUSED, "paused"),
        lambda store, run_id: release(store, run_id, "released"),
    ],
    ids=["beat", "add_epochs", "end_fits", "trim_fits", "end_run", "pause_run", "release_run"],
)
def test_a_worker_that_lost_its_run_learns_so_and_changes_nothing(store, slow, write):
    run_id = lose_run(store, slow)
    before = get_search(store, run_id), read_fits(store, run_id), read_epochs(store, run_id)
    with pytest.raises(RunLostError, match="no longer belongs to this worker"):
        write(slow, run_id)
    assert (get_search(store, run_id), read_fits(store, run_id), read_epochs(store, run_id)) == before


def test_a_worker_may_write_to_a_run_that_it_has_ended(store):
    run_id = begin_run(store)
    end(store, run_id, WorkState.FAILED, "failed")
    beat(store, run_id)
    assert get_search(store, run_id).state is WorkState.FAILED


def test_no_two_processes_take_the_same_run(store, url):
    runs = [add_run(store) for _ in range(20)]
    for run_id in runs[:5]:
        lose_worker(store, claim(store, run_id).id)
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
    assert read_owner(store, run_id) is None
    claim(store, run_id)
    assert read_owner(store, run_id).pid == os.getpid()
    release(store, run_id, "gone")
    assert read_owner(store, run_id) is None
