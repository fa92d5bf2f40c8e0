"""The detached process: carries out the searches that wait until none does, or the job that it is given."""

import logging
import sys
from threading import Event

from filelock import FileLock, Timeout

from mnist_core.ground.errors import RunError, RunLostError
from mnist_core.ground.logs import about, keep_log
from mnist_core.ground.priority import yield_to_others
from mnist_core.ground.settings import Settings, read_settings
from mnist_core.store import Database, WorkRow, claim
from mnist_core.work.supervisor import carry_out_work, catch_signals

_HANDOVER_S = 5.0  # a worker that ends frees its lock within this
_LOG = logging.getLogger("mnist_lab.worker")


def work_through_queue(settings: Settings, stop: Event) -> None:
    """Carry out the searches that wait, the oldest first, until none does.

    Only one worker lives in a home folder: a second waits a moment, as the first may be about to
    end, and goes when it does not.
    """
    try:
        settings.make_home()
        with FileLock(settings.home / "worker.lock", timeout=_HANDOVER_S):
            store = Database(settings.database)
            while not stop.is_set() and (run := claim(store)) is not None:
                _carry_out(store, run, settings, stop)
    except Timeout:
        _LOG.info("another worker lives and will take what waits")


def work_on_job(settings: Settings, job_id: str, stop: Event) -> None:
    """Carry out a job, where it waits."""
    yield_to_others()
    store = Database(settings.database)
    job = claim(store, job_id)
    if job is None:
        _LOG.info("job %s does not wait", job_id)
    else:
        _carry_out(store, job, settings, stop)


def _carry_out(store: Database, row: WorkRow, settings: Settings, stop: Event) -> None:
    extra = about(person=row.space, work=row.id)
    _LOG.info("%s begins", row.kind, extra=extra)
    try:
        ended = carry_out_work(store, row, settings, stop)
    except RunLostError as error:
        _LOG.warning("%s is lost: %s", row.kind, error, extra=extra)
    else:
        _LOG.info("%s ends: %s, %s", row.kind, ended.state, ended.message, extra=extra)


if __name__ == "__main__":
    keep_log(read_settings().logs_folder)
    with catch_signals() as stop:
        try:
            if len(sys.argv) > 1:
                work_on_job(read_settings(), sys.argv[1], stop)
            else:
                work_through_queue(read_settings(), stop)
        except RunError as error:
            _LOG.error("%s", error)
