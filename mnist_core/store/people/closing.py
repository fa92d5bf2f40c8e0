"""The end of an evening: all work stops, all that the lab keeps goes into one file, and then away."""

from datetime import datetime
from pathlib import Path

import sqlalchemy as sa

from mnist_core.ground.errors import BackupError
from mnist_core.ground.settings import Settings
from mnist_core.store import Database
from mnist_core.store.backup import Manifest, empty_lab, pause_all_work
from mnist_core.store.people.roll import get_person
from mnist_core.store.tables import PEOPLE

STOP_S = 60.0
"""How long work that is asked to stop may take: it ends the tasks that it has begun."""


def name_archive(settings: Settings, moment: datetime) -> Path:
    """Name the file that an evening, or any moment, is kept in."""
    return settings.home / "backups" / f"lab-{moment:%Y%m%d-%H%M%S}.zip"


def close_evening(
    path: Path, store: Database, settings: Settings, host_id: str = "", within_s: float = STOP_S
) -> Manifest:
    """Pause all work, write all that the lab keeps as one file, read that again, and take everything away.

    Parameters
    ----------
    path : Path
        The file; a new one, as what is there may be an evening before.
    store : Database
        Of the whole lab.
    settings : Settings
        Name the lab's folders.
    host_id : str
        Who stays on the roll, with an empty space: else nobody could come in to see that all went well.
    within_s : float
        How long work may take to stop.

    Raises
    ------
    BackupError
        If the file is there already, or work still goes on then, or came in between; nothing has changed but
        that work is paused.
    StorageError
        If the file cannot be written; nothing has changed then either.
    """
    if path.exists():
        raise BackupError(
            f"{path} is there already, and may be all that is left of an evening: name another file."
        )
    pause_all_work(store, within_s)
    host = get_person(store, host_id)
    manifest = empty_lab(path, settings, store)
    if host is not None:
        store.write(sa.insert(PEOPLE).values(vars(host)))
    return manifest
