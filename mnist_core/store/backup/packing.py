"""A backup, written: the store as of one moment, then the files that its rows name."""

import hashlib
import os
import tempfile
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import BinaryIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

from mnist_core.ground.errors import BackupError
from mnist_core.ground.replacing import write_out
from mnist_core.ground.settings import Settings
from mnist_core.ground.system import keep_to_owner
from mnist_core.store.backup.belongings import open_belongings
from mnist_core.store.backup.manifest import (
    FORMAT,
    HOME,
    LAB,
    MANIFEST,
    STORE,
    Contents,
    Manifest,
    Mark,
    count_files,
)
from mnist_core.store.backup.row_copy import copy_rows, count_rows, freeze, open_file
from mnist_core.store.database import Database
from mnist_core.store.schema import REVISIONS

_PIECE_BYTES = 2**20
_SAMPLE_BYTES = 2**16  # tells whether a file can be made smaller
_WORTH_IT = 0.9  # of its size; weights and most .mat files stay above
_FAST = 1  # zlib's level: images to a tenth at 280 MB/s, a level of 6 to a twelfth at 110 MB/s


def write_backup(path: Path, settings: Settings, store: Database) -> Manifest:
    """Write all that a lab keeps as one file, while others go on with it.

    Parameters
    ----------
    path : Path
        The file, written whole or not at all.
    settings : Settings
        Names the home.
    store : Database
        The lab's, which sees all rows.

    Returns
    -------
    Manifest
        What it holds.

    Raises
    ------
    StorageError
        If it cannot be written.
    BackupError
        If a file of the home cannot be read.
    """
    settings.make_home()
    with write_out(path, "The backup") as file:
        keep_to_owner(file)  # it holds everybody's drawings, and what codes are checked by
        with tempfile.TemporaryDirectory(prefix=".backup-", dir=path.parent) as scratch:
            # Before the files: what a row names was there before it, a model as well as a data set.
            rows = Path(scratch) / STORE
            counts = snapshot_rows(store, rows)
            with ZipFile(file, "w", compresslevel=_FAST) as archive:
                return _pack(archive, rows, counts, settings)


def snapshot_rows(store: Database, path: Path) -> dict[str, int]:
    """Copy all rows of one moment into a new file, and count them."""
    with store.reading() as source, open_file(path) as target, target.writing() as connection:
        freeze(source)
        copy_rows(source, connection)
        return count_rows(connection)


def _pack(archive: ZipFile, rows: Path, counts: dict[str, int], settings: Settings) -> Manifest:
    with rows.open("rb") as store:
        store_mark = _add(archive, STORE, store)
    files: dict[str, Mark] = {}
    links: dict[str, str] = {}
    first_names: dict[tuple[int, ...], str] = {}
    for name, file in open_belongings(settings):
        status = os.fstat(file.fileno())
        # Its number alone would not tell: a file that was removed meanwhile has given its own to another.
        key = (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns)
        first = first_names.setdefault(key, name) if status.st_nlink > 1 else name
        if first == name:
            files[name] = _add(archive, HOME + name, file)
        else:
            links[name] = first
    manifest = Manifest(
        format=FORMAT,
        lab=LAB,
        revision=REVISIONS[-1],
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        home=str(settings.home),
        contents=Contents(**counts, **count_files([*files, *links])),
        store=store_mark,
        files=files,
        links=links,
    )
    archive.writestr(MANIFEST, manifest.write(), ZIP_DEFLATED)
    return manifest


def _add(archive: ZipFile, name: str, file: BinaryIO) -> Mark:
    digest, size = hashlib.sha256(), 0
    start = file.read(_SAMPLE_BYTES)
    shrinks = len(zlib.compress(start, _FAST)) < _WORTH_IT * len(start)
    archive.compression = ZIP_DEFLATED if shrinks else ZIP_STORED
    with archive.open(name, "w", force_zip64=True) as member:
        for piece in chain((start,), _read_pieces(file, name)):
            digest.update(piece)
            size += len(piece)
            member.write(piece)
    return Mark(size, digest.hexdigest(), os.fstat(file.fileno()).st_mtime_ns)


def _read_pieces(file: BinaryIO, name: str) -> Iterator[bytes]:
    try:
        while piece := file.read(_PIECE_BYTES):
            yield piece
    except OSError as error:
        raise BackupError(
            f"The backup has to read all of the lab's home, but cannot read {name} ({error.strerror}): check "
            "its disk."
        ) from error
