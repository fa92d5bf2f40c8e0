"""The detached worker: carries out the queued runs until none waits, or the job that it is given."""

import logging
import sys
from contextlib import ExitStack
from threading import Event

from filelock import FileLock, Timeout

from mnist_core.ground.errors import LabError, RunError, RunLostError, StorageError
from mnist_core.ground.priority import yield_to_others
from mnist_core.ground.settings import Settings, read_settings
from mnist_core.store import Database, WorkRow, WorkState, claim, end, get_search
from mnist_core.work import Places, carry_out_run, catch_signals
from mnist_core.work.jobs import carry_out_job

_HANDOVER_S = 5.0  # a worker that ends frees its lock within this
_LOG = logging.getLogger("mnist_lab.worker")


def work(settings: Settings, stop: Event) -> None:
    """Carry out the queued runs, the oldest first, until none waits.

    Only one worker lives in a home folder: a second waits a moment, as the first may be about to
    end, and goes when it does not.
    """
    try:
        settings.make_home()
        with FileLock(settings.home / "worker.lock", timeout=_HANDOVER_S):
            store = Database(settings.database)
            while not stop.is_set() and (run := claim(store)) is not None:
                _LOG.info("run %s begins", run.id)
                try:
                    ended = _carry_out(store, run, settings, stop)
                except RunLostError as error:
                    _LOG.warning("%s", error)
                else:
                    _LOG.info("run %s: %s, %s", run.id, ended.state, ended.message)
    except Timeout:
        _LOG.info("another worker lives and will take what waits")
    except StorageError as error:
        _LOG.error("%s", error)


def _carry_out(store: Database, run: WorkRow, settings: Settings, stop: Event) -> WorkRow:
    """Carry out a run that was claimed; where its results cannot be written, it is paused and says why."""
    with ExitStack() as held:
        try:
            held.enter_context(Places.of_run(run, settings).held())
        except LabError as error:
            end(store, run.id, WorkState.PAUSED, str(error))
            return get_search(store, run.id)
        return carry_out_run(store, run, settings, stop=stop)


def work_on_job(settings: Settings, job_id: str, stop: Event) -> None:
    """Carry out a job, where it waits."""
    yield_to_others()
    try:
        store = Database(settings.database)
        job = claim(store, job_id)
        if job is None:
            _LOG.info("job %s does not wait", job_id)
            return
        _LOG.info("job %s begins", job_id)
        ended = carry_out_job(store, job, settings, stop)
        _LOG.info("job %s: %s, %s", job_id, ended.state, ended.message)
    except RunError as error:
        _LOG.error("%s", error)


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    with catch_signals() as stop:
        if len(sys.argv) > 1:
            work_on_job(read_settings(), sys.argv[1], stop)
        else:
            work(read_settings(), stop)
