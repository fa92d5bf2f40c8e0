"""The detached process that carries out what waits, of all kinds and all people, until nothing does."""

import logging
from threading import Event

from filelock import FileLock, Timeout

from mnist_core.ground.errors import RunError
from mnist_core.ground.logs import keep_log
from mnist_core.ground.settings import Settings, read_settings
from mnist_core.store import Database
from mnist_core.work.dispatcher import Dispatcher
from mnist_core.work.supervisor import catch_signals

_LOG = logging.getLogger("mnist_lab.worker")


def work_through(settings: Settings, stop: Event) -> None:
    """Carry out what waits; only one worker lives in a home folder, and a second goes at once.

    Who asks for work sees to a worker after that: so one that ends looks again when its lock is free.
    """
    settings.make_home()
    dispatcher = Dispatcher(settings, Database(settings.database))
    try:
        while True:
            with FileLock(settings.worker_lock, timeout=0):
                dispatcher.run(stop)
            if stop.is_set() or not dispatcher.has_work():
                return
    except Timeout:
        _LOG.info("another worker lives and takes what waits")


if __name__ == "__main__":
    keep_log(read_settings().logs_folder)
    with catch_signals() as stop:
        try:
            work_through(read_settings(), stop)
        except RunError as error:
            _LOG.error("%s", error)
