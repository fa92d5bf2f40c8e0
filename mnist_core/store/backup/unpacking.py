"""A backup, read by who does not trust it: each byte is checked before anything is put in place."""

import hashlib
import os
import shutil
import sqlite3
import struct
import tempfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile

import sqlalchemy as sa

from mnist_core.ground.errors import BackupError, LabError
from mnist_core.ground.replacing import link_file
from mnist_core.store.backup.manifest import HOME, MANIFEST, STORE, Manifest, Mark, read_manifest
from mnist_core.store.backup.row_copy import check_file, check_rows, open_file

_PIECE_BYTES = 2**20
_IS_ENCRYPTED = 0x1
_MOST_MANIFEST_BYTES = 2**28  # a million files
_ROOM_LEFT = 2**26  # bytes of the disk that a restored lab has to write with
# What reading raises for bytes that are not what they should be.
_DAMAGE = (
    BadZipFile,
    zlib.error,
    struct.error,
    sqlite3.Error,
    sa.exc.DatabaseError,
    EOFError,
    ValueError,
    NotImplementedError,
    OverflowError,
)


def check_backup(path: Path) -> Manifest:
    """Read a backup to its end and check each byte, without putting anything in place.

    Raises
    ------
    BackupError
        If it is damaged or newer.
    """
    with tempfile.TemporaryDirectory(prefix="lab-backup-") as scratch:
        return _read(path, Path(scratch), keeps_files=False)


def unpack_backup(path: Path, folder: Path) -> Manifest:
    """Unpack a backup into a folder that is empty: `home` in it, and the store brought up to date.

    Raises
    ------
    BackupError
        If it is damaged or newer; what the folder holds then is of no use.
    """
    return _read(path, folder, keeps_files=True)


def _read(path: Path, folder: Path, *, keeps_files: bool) -> Manifest:
    if not path.is_file():
        raise BackupError(f"{path} must be a file that backup wrote, but there is none: name another.")
    with _telling(path), ZipFile(path) as archive:
        manifest = _read_manifest(archive)
        if keeps_files:
            _check_room(manifest, folder)
        for name, mark in manifest.members.items():
            _take(archive, name, mark, folder / name if keeps_files or name == STORE else None)
        for name, other in manifest.links.items() if keeps_files else ():
            target = folder / HOME / name
            target.parent.mkdir(parents=True, exist_ok=True)
            link_file(folder / HOME / other, target)
        check_file(folder / STORE)
        with open_file(folder / STORE) as store, store.reading() as connection:
            check_rows(connection)
    return manifest


@contextmanager
def _telling(path: Path) -> Iterator[None]:
    """Say in a sentence what is wrong with a backup."""
    try:
        yield
    except BackupError as error:
        raise BackupError(f"{path} cannot be restored, as {error}.") from error
    except LabError as error:
        raise BackupError(f"{path} must hold a store that can be opened, but: {error}") from error
    except OSError as error:
        raise BackupError(
            f"{path} must be read, and its files written beside the lab's, but {error.filename or 'a disk'} "
            f"does not allow it ({error.strerror or error}): make room or mend the rights, then try again."
        ) from error
    except _DAMAGE as error:
        reason = " ".join(str(error).split()) or type(error).__name__
        raise BackupError(
            f"{path} must be a whole backup of the lab, but is damaged or none ({reason}): take another one."
        ) from error


def _read_manifest(archive: ZipFile) -> Manifest:
    for info in archive.infolist():
        if info.flag_bits & _IS_ENCRYPTED or info.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
            raise ValueError(f"{info.filename} is packed in another way")
    if MANIFEST not in archive.namelist() or archive.getinfo(MANIFEST).file_size > _MOST_MANIFEST_BYTES:
        raise ValueError("it has no manifest")
    with archive.open(MANIFEST) as file:
        manifest = read_manifest(file.read(_MOST_MANIFEST_BYTES))
    if sorted(archive.namelist()) != sorted([MANIFEST, *manifest.members]):
        raise ValueError("it holds other files than it names")
    return manifest


def _check_room(manifest: Manifest, folder: Path) -> None:
    needed = sum(mark.size for mark in manifest.members.values()) + _ROOM_LEFT
    free = shutil.disk_usage(folder).free
    if needed > free:
        raise BackupError(
            f"it needs {needed / 1e6:,.0f} MB of room in {folder.parent}, but {free / 1e6:,.0f} MB are "
            "free; make room there"
        )


def _take(archive: ZipFile, name: str, mark: Mark, target: Path | None) -> None:
    if archive.getinfo(name).file_size != mark.size:
        raise ValueError(f"{name} has another length")
    with archive.open(name) as file:
        # No more bytes come than the archive says.
        digest = _copy(iter(partial(file.read, _PIECE_BYTES), b""), target)
    if target is not None:
        os.utime(target, ns=(mark.mtime_ns, mark.mtime_ns))
    if digest != mark.sha256:
        raise ValueError(f"{name} has other bytes")


def _copy(pieces: Iterable[bytes], target: Path | None) -> str:
    """Write pieces to a new file, where one is named, and return the SHA-256 of all."""
    digest = hashlib.sha256()
    with ExitStack() as opened:
        if target is not None:
            target.parent.mkdir(parents=True, exist_ok=True)
            copy = opened.enter_context(target.open("xb"))
        for piece in pieces:
            digest.update(piece)
            if target is not None:
                copy.write(piece)
    return digest.hexdigest()
