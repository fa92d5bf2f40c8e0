"""Jobs of other kinds than searches: asked for, claimed, carried out, put to rest and woken."""

from threading import Event

import pytest
from jobs_for_tests import KINDS
from stored_runs import add_run, lose_worker

from mnist_core.ground.errors import RunError, RunLostError
from mnist_core.ground.settings import Settings
from mnist_core.network.history import REFIT_FOLD
from mnist_core.store import (
    Database,
    WorkState,
    add_job,
    beat,
    claim,
    get_job,
    list_waiting,
    list_work,
    read_epochs,
    read_queue,
    request_cancel,
    request_pause,
    rest,
    trim_fits,
    wish,
)
from mnist_core.store.job import Job, Turn
from mnist_core.work.supervisor import carry_out_work


@pytest.fixture
def settings(tmp_path, url):
    return Settings(home=tmp_path, database=url)


def carry_out(store, settings, job_id):
    return carry_out_work(store, claim(store, job_id), settings, kinds=KINDS)


def test_a_job_is_carried_out_to_its_end_with_epochs_and_outcome(store, settings):
    job_id = add_job(store, "count", {"most": 3}, name="to three", dataset_name="digits.mat")

    ended = carry_out(store, settings, job_id)

    assert (ended.state, ended.progress, ended.outcome) == (WorkState.DONE, 1.0, {"counted": 3})
    assert (ended.name, ended.settings, ended.dataset_name) == ("to three", {"most": 3}, "digits.mat")
    assert [row.record.epoch for row in read_epochs(store, job_id)] == [1, 2, 3]


def test_jobs_and_searches_do_not_mix(store):
    run_id, job_id = add_run(store), add_job(store, "count", {"most": 3}, name="to three")

    assert [run.id for run in list_work(store)] == [run.id for run in read_queue(store)] == [run_id]
    assert [work.id for work in list_waiting(store)] == [job_id, run_id]
    assert claim(store).id == run_id
    assert [job.id for job in list_waiting(store)] == [job_id]
    with pytest.raises(RunError, match="There is no job"):
        get_job(store, run_id)


def test_a_job_is_claimed_once(store):
    job_id = add_job(store, "count", {"most": 3}, name="to three")

    assert claim(store, job_id).state is WorkState.RUNNING
    assert claim(store, job_id) is None
    assert list_waiting(store) == []


@pytest.mark.parametrize(
    ("ask", "state", "waits"),
    [
        (request_pause, WorkState.PAUSED, False),
        (request_cancel, WorkState.CANCELLED, False),
        (None, WorkState.INTERRUPTED, True),
    ],
)
def test_a_job_that_is_to_stop_does_so_when_it_looks(store, settings, ask, state, waits):
    job = claim(store, add_job(store, "count", {"most": 3}, name="to three"))
    stop = Event()
    stop.set() if ask is None else ask(store, job.id)

    ended = carry_out_work(store, job, settings, Turn(stop), KINDS)

    assert (ended.state, ended.is_waiting) == (state, waits)


def test_what_a_user_can_mend_is_the_reason_of_a_failed_job(store, settings):
    ended = carry_out(store, settings, add_job(store, "refuse", {}, name="no"))

    assert ended.state is WorkState.FAILED
    assert ended.message == "It needs data, but there is none: open some."


def test_a_bug_shows_and_fails_the_job(store, settings):
    job_id = add_job(store, "break_down", {}, name="no")

    with pytest.raises(ZeroDivisionError):
        carry_out(store, settings, job_id)

    assert "a bug in the lab" in get_job(store, job_id).message


def test_a_kind_that_is_not_known_fails_with_those_that_are(store, settings):
    ended = carry_out(store, settings, add_job(store, "dance", {}, name="no"))

    assert "must be one of count, refuse" in ended.message


def test_a_job_rests_until_the_next_wish_wakes_it(store, settings):
    job_id = add_job(store, "follow", {}, name="obedient", wishes={"until": 1, "lr": 0.1})
    assert carry_out(store, settings, job_id).message == "rests at 1"
    assert get_job(store, job_id).state is WorkState.PAUSED

    wish(store, job_id, until=2)

    woken = get_job(store, job_id)
    assert (woken.is_waiting, woken.wishes, woken.n_wishes) == (True, {"until": 2, "lr": 0.1}, 1)
    assert carry_out(store, settings, job_id).message == "rests at 2"


def test_a_job_does_not_rest_before_a_wish_that_it_has_not_seen(store):
    job = claim(store, add_job(store, "follow", {}, name="obedient", wishes={"until": 1}))
    wish(store, job.id, until=2)

    assert not rest(store, job.id, job.n_wishes, "rests")
    assert get_job(store, job.id).state is WorkState.RUNNING
    assert rest(store, job.id, job.n_wishes + 1, "rests")


def test_the_job_of_a_dead_process_waits_for_another_and_is_lost_for_the_first(store, settings, url):
    job = claim(store, add_job(store, "count", {"most": 3}, name="to three"))
    lose_worker(store, job.id)
    other = Database(url)

    assert claim(other, job.id).id == job.id

    with pytest.raises(RunLostError):
        beat(store, job.id, "still here")
    with pytest.raises(RunLostError):
        Job(store, job, settings, Turn()).look()
    other.close()


def test_epochs_that_are_done_again_are_forgotten_first(store, settings):
    job_id = add_job(store, "count", {"most": 3}, name="to three")
    carry_out(store, settings, job_id)
    trim_fits(store, job_id, {(0, REFIT_FOLD): 1})

    assert [row.record.epoch for row in read_epochs(store, job_id)] == [1]


def test_a_job_that_is_done_takes_no_wish(store, settings):
    job_id = add_job(store, "count", {"most": 1}, name="to one")
    carry_out(store, settings, job_id)

    with pytest.raises(RunError, match="not done"):
        wish(store, job_id, most=2)
