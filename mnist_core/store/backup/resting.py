"""A lab at rest: all work paused, so that what the lab has can be exchanged."""

import time

from mnist_core.ground.errors import BackupError, RunError
from mnist_core.store.claims import release_silent
from mnist_core.store.database import Database
from mnist_core.store.owner import SILENT_AFTER_S
from mnist_core.store.queue import request_pause
from mnist_core.store.reading import IS_HELD, IS_WAITING, read_rows
from mnist_core.store.rows import WorkState

_WITHIN_S = 2 * SILENT_AFTER_S  # who is gone is known by then
_LOOK_EVERY_S = 0.2


def pause_all_work(store: Database, within_s: float = _WITHIN_S) -> int:
    """Pause everybody's work, what waits too, and wait until no process has any; return how much it was.

    Parameters
    ----------
    store : Database
        The lab's, which sees all rows.
    within_s : float
        How long processes may take to stop.

    Raises
    ------
    BackupError
        If some work goes on longer.
    """
    paused: set[str] = set()
    end = time.monotonic() + within_s
    while rows := read_rows(store, IS_HELD | IS_WAITING):
        if time.monotonic() > end:
            raise BackupError(
                f"The lab has to rest, but {rows[0].name!r} still goes on after {within_s:g} s: cancel it, "
                "or end its process."
            )
        for row in rows:
            if row.is_waiting or row.state is WorkState.RUNNING:
                _pause(store, row.id)
                paused.add(row.id)
        time.sleep(_LOOK_EVERY_S)
        release_silent(store)
    return len(paused)


def _pause(store: Database, work_id: str) -> None:
    try:
        request_pause(store, work_id)
    except RunError:  # it has ended meanwhile
        return
