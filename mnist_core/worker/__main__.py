"""The detached worker: carries out the queued runs until none waits."""

import logging
from threading import Event

from filelock import FileLock, Timeout

from mnist_core.errors import RunLostError, StorageError
from mnist_core.runs import Store
from mnist_core.settings import Settings, read_settings
from mnist_core.worker import carry_out_run, catch_signals

_HANDOVER_S = 5.0  # a worker that ends frees its lock within this
_LOG = logging.getLogger("mnist_lab.worker")


def work(settings: Settings, stop: Event) -> None:
    """Carry out the queued runs, the oldest first, until none waits.

    Only one worker lives in a home folder: a second waits a moment, as the first may be about to
    end, and goes when it does not.
    """
    settings.home.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(settings.home / "worker.lock", timeout=_HANDOVER_S):
            store = Store(settings.database)
            while not stop.is_set() and (run := store.claim_run()) is not None:
                _LOG.info("run %s begins", run.id)
                try:
                    ended = carry_out_run(store, run, settings, stop=stop)
                except RunLostError as error:
                    _LOG.warning("%s", error)
                else:
                    _LOG.info("run %s: %s, %s", run.id, ended.state, ended.message)
    except Timeout:
        _LOG.info("another worker lives and will take what waits")
    except StorageError as error:
        _LOG.error("%s", error)


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    with catch_signals() as stop:
        work(read_settings(), stop)
