"""A lab exchanged for another while it runs: for one of a backup, or at the end of an evening for none."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa

from mnist_core.ground.errors import BackupError, StorageError
from mnist_core.ground.places import hold_place
from mnist_core.ground.settings import Settings
from mnist_core.ground.system import flush_disks
from mnist_core.store.backup.belongings import list_places, open_belongings
from mnist_core.store.backup.manifest import HOME, STORE, Contents, Manifest, count_files
from mnist_core.store.backup.packing import write_backup
from mnist_core.store.backup.row_copy import (
    copy_rows,
    count_rows,
    keep_others_from,
    let_go,
    move_places,
    open_file,
    remove_rows,
)
from mnist_core.store.backup.unpacking import check_backup, unpack_backup
from mnist_core.store.claims import release_silent
from mnist_core.store.database import Database
from mnist_core.store.reading import IS_HELD
from mnist_core.store.tables import RUNS

_BACKUPS = "backups"
_NAMED = 3  # runs at work, in a sentence


@dataclass(frozen=True)
class Restored:
    """What was put in place, and the home folder of what was there before; None where nothing was."""

    manifest: Manifest
    before: Path | None


def restore_backup(path: Path, settings: Settings, store: Database, *, replaces: bool = False) -> Restored:
    """Put a backup in place of what a lab has, all or nothing; the lab may run, but not work.

    Parameters
    ----------
    path : Path
        A file of `write_backup`.
    settings : Settings
        Names the home.
    store : Database
        The lab's, which sees all rows; of any kind, whatever the backup was made of.
    replaces : bool
        Whether a lab that has something is replaced. What it had is kept in a folder of `backups` in its
        home, which is itself a home.

    Raises
    ------
    BackupError
        If the backup is damaged or newer, or the lab works, or has something and is not to be replaced;
        nothing has changed then.
    StorageError
        If something cannot be written; nothing has changed then either.
    """
    with _holding(settings) as scratch:
        _refuse_full(settings, store, path, replaces=replaces)
        manifest = unpack_backup(path, scratch)
        fresh = scratch / HOME
        fresh.mkdir(exist_ok=True)
        flush_disks()
        with open_file(scratch / STORE) as backed_up, backed_up.writing() as rows:
            let_go(rows)
            move_places(rows, manifest.home, settings.home)
            before = _exchange(settings, store, fresh, rows)
    return Restored(manifest, before)


def empty_lab(path: Path, settings: Settings, store: Database) -> Manifest:
    """Write all that a lab keeps as one file, read that again, and then take everything away.

    The rows of the lab itself, its settings, stay.

    Parameters
    ----------
    path : Path
        The file, as of `write_backup`.
    settings : Settings
        Names the home.
    store : Database
        The lab's, which sees all rows.

    Raises
    ------
    BackupError
        If something is at work; nothing has changed then.
    StorageError
        If the file cannot be written; everything is put back then.
    """
    with _holding(settings) as scratch:
        (scratch / HOME).mkdir()
        # First out of reach: what anybody still wrote while it was packed would be in no archive.
        taken = _exchange(settings, store, scratch / HOME, None)
        if taken is None:
            return write_backup(path, settings, store)
        try:
            with open_file(taken / STORE) as rows:
                write_backup(path, replace(settings, home=taken), rows)
            manifest = check_backup(path)
        except BaseException:
            _put_back(settings, store, taken)
            raise
        shutil.rmtree(taken)
        return manifest


def _put_back(settings: Settings, store: Database, taken: Path) -> None:
    with open_file(taken / STORE) as kept, kept.writing() as rows:
        move_places(rows, str(taken), settings.home)
        _exchange(settings, store, taken, rows)
    _discard(taken)


def count_contents(settings: Settings, store: Database) -> Contents:
    """Count what a lab has."""
    with store.reading() as connection:
        counts = count_rows(connection)
    return Contents(**counts, **count_files([name for name, _ in open_belongings(settings)]))


@contextmanager
def _holding(settings: Settings) -> Iterator[Path]:
    """Hold the lab from others that would exchange it, and give a folder beside what it has."""
    settings.make_home()
    with (
        hold_place(settings.home / _BACKUPS),
        tempfile.TemporaryDirectory(prefix=".restore-", dir=settings.home) as scratch,
    ):
        yield Path(scratch)


def _refuse_full(settings: Settings, store: Database, path: Path, *, replaces: bool) -> None:
    has = count_contents(settings, store)
    if not (replaces or has.is_nothing):
        raise BackupError(
            f"{path} would take the place of what the lab in {settings.home} has ({has.say()}): restore it "
            "with --replace, which keeps that in a folder, or name an empty home with MNIST_LAB_HOME."
        )


def _exchange(settings: Settings, store: Database, fresh: Path, rows: sa.Connection | None) -> Path | None:
    """Put files and rows in place of what a lab has, all or nothing, and return where that is then."""
    release_silent(store)
    before = settings.home / _BACKUPS / f"{datetime.now(UTC):%Y%m%d-%H%M%S-%f}"
    try:
        before.mkdir(parents=True)
        with ExitStack() as undone:
            undone.callback(_discard, before)
            with store.writing() as connection:
                keep_others_from(connection)
                _refuse_work(connection)
                has_rows = _keep_rows(connection, before, settings)
                remove_rows(connection, keeps_lab=rows is None)
                if rows is not None:
                    copy_rows(rows, connection)
                places = list_places(settings)
                _move(undone, places, before)
                _move(undone, list_places(replace(settings, home=fresh)), settings.home)
            undone.pop_all()
    except OSError as error:
        raise StorageError(
            f"The lab in {settings.home} cannot be exchanged, as {error.filename2 or error.filename} cannot "
            f"be written ({error.strerror}): make room or mend the rights; nothing has changed."
        ) from error
    except (sa.exc.DataError, sa.exc.IntegrityError) as error:
        raise BackupError(f"The backup has a row that this store does not take ({error.orig}).") from error
    if has_rows or places:
        return before
    _discard(before)
    return None


def _discard(home: Path) -> None:
    """Remove a home that has nothing but its store; one that has more stays."""
    (home / STORE).unlink(missing_ok=True)
    with suppress(OSError):
        home.rmdir()


def _keep_rows(connection: sa.Connection, before: Path, settings: Settings) -> bool:
    """Keep what a lab's store has in a home of its own, and say whether it has anything."""
    with open_file(before / STORE) as kept, kept.writing() as target:
        copy_rows(connection, target)
        move_places(target, str(settings.home), before)
        return any(count_rows(target).values())


def _refuse_work(connection: sa.Connection) -> None:
    held = connection.execute(sa.select(RUNS.c.name).where(IS_HELD).order_by(RUNS.c.created)).scalars().all()
    if held:
        names = ", ".join(held[:_NAMED]) + (", ..." if len(held) > _NAMED else "")
        raise BackupError(
            f"The lab must not be at work meanwhile, but {len(held)} of its runs and trainings are "
            f"({names}): pause or cancel them, then try again."
        )


def _move(undone: ExitStack, paths: list[Path], folder: Path) -> None:
    for path in paths:
        target = folder / path.name
        path.rename(target)
        undone.callback(target.rename, path)
