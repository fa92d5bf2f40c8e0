"""The process of some work: claims it and carries it out, until it ends, rests or gives way."""

import logging
from collections.abc import Callable
from queue import Queue
from threading import Thread

from mnist_core.ground.errors import RunError, RunLostError
from mnist_core.ground.logs import about, keep_log
from mnist_core.ground.settings import Settings
from mnist_core.store import SEARCH, Database, WorkRow, claim
from mnist_core.store.job import Turn
from mnist_core.work.supervisor import carry_out_work, catch_signals

BEGUN = b"begun"
"""What the process says once the work is its own."""

GIVE_WAY = b"give way"
"""What it is told where others wait."""

_LOG = logging.getLogger("mnist_lab.worker")


def main(
    lines: "Queue[bytes]",
    send: Callable[[bytes], None],
    settings: Settings,
    work_id: str,
    n_processes: int | None,
) -> int:
    """Carry work out, where it waits."""
    keep_log(settings.logs_folder)
    try:
        with catch_signals() as stop:
            turn = Turn(stop, n_processes=n_processes)
            store = Database(settings.database)
            row = claim(store, work_id)
            if row is None:
                _LOG.info("does not wait", extra=about(work=work_id))
                return 0
            send(BEGUN)
            Thread(target=_give_way, args=(lines, row, turn), daemon=True).start()
            _carry_out(store, row, settings, turn)
    except RunError as error:
        _LOG.error("%s", error, extra=about(work=work_id))
        return 1
    return 0


def _give_way(lines: "Queue[bytes]", row: WorkRow, turn: Turn) -> None:
    """Let work give way once that is asked for."""
    lines.get()
    turn.gives_way.set()
    if row.kind != SEARCH:  # a search goes on to its next checkpoint
        turn.stop.set()


def _carry_out(store: Database, row: WorkRow, settings: Settings, turn: Turn) -> None:
    extra = about(work=row.id, person=row.space)
    _LOG.info("%s begins", row.kind, extra=extra)
    try:
        ended = carry_out_work(store, row, settings, turn)
    except RunLostError as error:
        _LOG.warning("%s is lost: %s", row.kind, error, extra=extra)
    else:
        _LOG.info("%s ends: %s, %s", row.kind, ended.state, ended.message, extra=extra)
