"""Jobs of other kinds than searches: asked for, claimed, carried out, put to rest and woken."""

from threading import Event

import pytest
from jobs_for_tests import KINDS
from stored_runs import add_run, lose_worker

from mnist_core.ground.errors import RunError, RunLostError
from mnist_core.ground.settings import Settings
from mnist_core.store import RunState, Store
from mnist_core.store.work import JobWork
from mnist_core.work.jobs import carry_out_job


@pytest.fixture
def store(url):
    opened = Store(url)
    yield opened
    opened.close()


@pytest.fixture
def settings(tmp_path, url):
    return Settings(home=tmp_path, database=url)


def carry_out(store, settings, job_id, stop=None):
    return carry_out_job(store, store.claim_job(job_id), settings, stop, KINDS)


def test_a_job_is_carried_out_to_its_end_with_epochs_and_outcome(store, settings):
    job_id = store.add_job("count", {"most": 3}, name="to three", dataset_name="digits.mat")

    ended = carry_out(store, settings, job_id)

    assert (ended.state, ended.progress, ended.outcome) == (RunState.DONE, 1.0, {"counted": 3})
    assert (ended.name, ended.settings, ended.dataset_name) == ("to three", {"most": 3}, "digits.mat")
    assert [row.record.epoch for row in store.read_epochs(job_id)] == [1, 2, 3]


def test_jobs_and_searches_do_not_mix(store):
    run_id, job_id = add_run(store), store.add_job("count", {"most": 3}, name="to three")

    assert [run.id for run in store.list_runs()] == [run.id for run in store.read_queue()] == [run_id]
    assert [job.id for job in store.list_waiting_jobs()] == [job_id]
    assert store.claim_job(run_id) is None
    assert store.claim_run().id == run_id
    assert not store.has_work()
    with pytest.raises(RunError, match="There is no job"):
        store.get_job(run_id)


def test_a_job_is_claimed_once(store):
    job_id = store.add_job("count", {"most": 3}, name="to three")

    assert store.claim_job(job_id).state is RunState.RUNNING
    assert store.claim_job(job_id) is None
    assert store.list_waiting_jobs() == []


@pytest.mark.parametrize(
    ("ask", "state", "waits"),
    [
        (Store.request_pause, RunState.PAUSED, False),
        (Store.request_cancel, RunState.CANCELLED, False),
        (None, RunState.INTERRUPTED, True),
    ],
)
def test_a_job_that_is_to_stop_does_so_when_it_looks(store, settings, ask, state, waits):
    job = store.claim_job(store.add_job("count", {"most": 3}, name="to three"))
    stop = Event()
    stop.set() if ask is None else ask(store, job.id)

    ended = carry_out_job(store, job, settings, stop, KINDS)

    assert (ended.state, ended.is_waiting) == (state, waits)


def test_what_a_user_can_mend_is_the_reason_of_a_failed_job(store, settings):
    ended = carry_out(store, settings, store.add_job("refuse", {}, name="no"))

    assert ended.state is RunState.FAILED
    assert ended.message == "It needs data, but there is none: open some."


def test_a_bug_shows_and_fails_the_job(store, settings):
    job_id = store.add_job("break_down", {}, name="no")

    with pytest.raises(ZeroDivisionError):
        carry_out(store, settings, job_id)

    assert "a bug in the lab" in store.get_job(job_id).message


def test_a_kind_that_is_not_known_fails_with_those_that_are(store, settings):
    ended = carry_out(store, settings, store.add_job("dance", {}, name="no"))

    assert "must be one of count, refuse" in ended.message


def test_a_job_rests_until_the_next_wish_wakes_it(store, settings):
    job_id = store.add_job("follow", {}, name="obedient", wishes={"until": 1, "lr": 0.1})
    assert carry_out(store, settings, job_id).message == "rests at 1"
    assert store.get_job(job_id).state is RunState.PAUSED

    store.wish(job_id, until=2)

    woken = store.get_job(job_id)
    assert (woken.is_waiting, woken.wishes, woken.n_wishes) == (True, {"until": 2, "lr": 0.1}, 1)
    assert carry_out(store, settings, job_id).message == "rests at 2"


def test_a_job_does_not_rest_before_a_wish_that_it_has_not_seen(store):
    job = store.claim_job(store.add_job("follow", {}, name="obedient", wishes={"until": 1}))
    store.wish(job.id, until=2)

    assert not store.rest_job(job.id, job.n_wishes, "rests")
    assert store.get_job(job.id).state is RunState.RUNNING
    assert store.rest_job(job.id, job.n_wishes + 1, "rests")


def test_the_job_of_a_dead_process_waits_for_another_and_is_lost_for_the_first(store, settings, url):
    job = store.claim_job(store.add_job("count", {"most": 3}, name="to three"))
    lose_worker(store, job.id)
    other = Store(url)

    assert other.claim_job(job.id).id == job.id

    with pytest.raises(RunLostError):
        store.note_progress(job.id, "still here")
    with pytest.raises(RunLostError):
        JobWork(store, job, settings, Event()).look()
    other.close()


def test_epochs_that_are_done_again_are_forgotten_first(store, settings):
    job_id = store.add_job("count", {"most": 3}, name="to three")
    carry_out(store, settings, job_id)
    store.trim_job_epochs(job_id, 1)

    assert [row.record.epoch for row in store.read_epochs(job_id)] == [1]


def test_a_job_that_is_done_takes_no_wish(store, settings):
    job_id = store.add_job("count", {"most": 1}, name="to one")
    carry_out(store, settings, job_id)

    with pytest.raises(RunError, match="not done"):
        store.wish(job_id, most=2)
