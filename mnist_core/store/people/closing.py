"""The end of an evening: all work stops, all that the lab keeps goes into one file, and then away."""

import time
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa

from mnist_core.ground.errors import RunError
from mnist_core.ground.settings import Settings
from mnist_core.store import Database, WorkRow, request_pause
from mnist_core.store.backup import Manifest, empty_lab
from mnist_core.store.people.roll import get_person
from mnist_core.store.people.standings import list_open_work
from mnist_core.store.tables import PEOPLE

STOP_S = 60.0
"""How long work that is asked to stop may take: it ends the tasks that it has begun."""

_LOOK_EVERY_S = 0.5


def name_archive(settings: Settings, moment: datetime) -> Path:
    """Name the file that an evening, or any moment, is kept in."""
    return settings.home / "backups" / f"lab-{moment:%Y%m%d-%H%M%S}.zip"


def stop_all_work(store: Database, wait_s: float = STOP_S) -> None:
    """Pause the work of everybody, and wait until none is carried out any more.

    Parameters
    ----------
    store : Database
        Of the whole lab.
    wait_s : float
        How long to wait.

    Raises
    ------
    RunError
        If some still goes on then; it stops by itself.
    """
    end = time.monotonic() + wait_s
    while rows := _pause_all(store):
        if time.monotonic() > end:
            raise RunError(
                f"{len(rows)} pieces of work have been asked to stop, but still end what they have begun, "
                f"{rows[0].name} among them: wait a minute, then close the evening again."
            )
        time.sleep(_LOOK_EVERY_S)


def close_evening(
    path: Path, store: Database, settings: Settings, host_id: str = "", wait_s: float = STOP_S
) -> Manifest:
    """Stop all work, write all that the lab keeps as one file, read that again, and take everything away.

    Parameters
    ----------
    path : Path
        The file.
    store : Database
        Of the whole lab.
    settings : Settings
        Name the lab's folders.
    host_id : str
        Who stays on the roll, with an empty space: else nobody could come in to see that all went well.
    wait_s : float
        How long work may take to stop.

    Raises
    ------
    RunError, BackupError
        If work still goes on, or came in between; nothing has changed then, but that work is paused.
    StorageError
        If the file cannot be written; nothing has changed then either.
    """
    stop_all_work(store, wait_s)
    host = get_person(store, host_id)
    manifest = empty_lab(path, settings, store)
    if host is not None:
        store.write(sa.insert(PEOPLE).values(vars(host)))
    return manifest


def _pause_all(store: Database) -> list[WorkRow]:
    """Ask all work to pause, and return what still goes on."""
    for row in list_open_work(store):
        with suppress(RunError):  # it has ended meanwhile, or is about to be cancelled
            request_pause(store, row.id)
    return list_open_work(store)
