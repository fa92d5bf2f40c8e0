"""Data sets that were read once, kept as memory-mapped arrays under their fingerprints.

Where people share a lab, each data set is kept once in a pool. A person has a folder with links to its files:
who has none does not see it.
"""

import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

import numpy as np

from mnist_core.data.dataset import DIGITS, Dataset, Origin
from mnist_core.ground.errors import DataError, LayoutError
from mnist_core.ground.replacing import link_file, replace_file

_DETAILS, _IMAGES = "dataset.json", "images.npy"
_POOLED = ".pooled"  # marks what is in the pool for people alone; all else there is the one person's own
_PARTS = {"known_labels": "labels.npy", "test_part": "test_part.npy", "writers": "writers.npy"}


def keep_dataset(dataset: Dataset, folder: Path, pool: Path | None = None) -> Dataset:
    """Keep a data set on disk and return it as memory-mapped arrays that all processes share.

    Parameters
    ----------
    dataset : Dataset
        What was read. Of one that is kept already only the name and the origin are noted anew, where it
        came from another file, or by other choices to the same end.
    folder : Path
        Holds one folder a fingerprint; made where absent.
    pool : Path or None
        Another such folder, whose files those of `folder` are links to; None keeps files of its own.

    Raises
    ------
    DataError
        If the folder cannot be written.
    """
    if pool not in (None, folder):
        _pool_dataset(dataset, pool)
        link_dataset(dataset.fingerprint, pool, folder)
    if (pooled := folder / dataset.fingerprint / _POOLED).exists():
        pooled.unlink(missing_ok=True)
    if not _is_kept(dataset.fingerprint, folder):
        try:
            folder.mkdir(parents=True, exist_ok=True)
            _write_dataset(dataset, folder)
        except OSError as error:
            # Another tab that keeps the same data may have been a moment faster: that is as good.
            if not _is_kept(dataset.fingerprint, folder):
                raise DataError(
                    f"The data set needs room in {folder}, but it cannot be written: {error}."
                ) from error
    kept = open_dataset(dataset.fingerprint, folder)
    if (kept.name, kept.origin) == (dataset.name, dataset.origin):
        return kept
    try:
        _write_details(dataset, folder / dataset.fingerprint)
    except OSError as error:
        raise DataError(f"The data set needs room in {folder}, but it cannot be written: {error}.") from error
    return open_dataset(dataset.fingerprint, folder)


def open_dataset(fingerprint: str, folder: Path) -> Dataset:
    """Open a kept data set in no time: its arrays are mapped, not read.

    Raises
    ------
    DataError
        If no data set is kept under the fingerprint, or its files are damaged.
    """
    target = folder / fingerprint
    try:
        details = json.loads((target / _DETAILS).read_text(encoding="utf-8"))
        images = np.load(target / _IMAGES, mmap_mode="r", allow_pickle=False)
        # Earlier versions kept nothing but images and labels, and did not say so.
        parts = {
            name: np.load(target / _PARTS[name], allow_pickle=False)
            for name in details.get("parts", ["known_labels"])
        }
        return Dataset(
            details["name"],
            images,
            parts.get("known_labels"),
            fingerprint,
            Origin.from_values(details["origin"]),
            tuple(details.get("class_names", DIGITS)),
            parts.get("test_part"),
            parts.get("writers"),
            details.get("keeps_writers_apart", False),
        )
    except (OSError, EOFError, ValueError, KeyError, TypeError, AttributeError, LayoutError) as error:
        raise DataError(
            f"No data set {fingerprint} is kept here: open its file again on the Data page."
        ) from error


def link_dataset(fingerprint: str, kept: Path, folder: Path) -> None:
    """Let another folder have a kept data set too, by links to its files; nothing where it has it.

    The files that it was read from are not among them, as they may hold more than its images.

    Raises
    ------
    DataError
        If it is not kept, or the folder cannot be written.
    """
    if _is_kept(fingerprint, folder):
        return
    open_dataset(fingerprint, kept)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with _replacing(folder / fingerprint) as fresh:
            for name in (_IMAGES, _DETAILS, *_PARTS.values()):
                if (kept / fingerprint / name).exists():
                    link_file(kept / fingerprint / name, fresh / name)
    except OSError as error:
        raise DataError(f"The data set needs room in {folder}, but it cannot be written: {error}.") from error


def remove_dataset(fingerprint: str, folder: Path, pool: Path | None = None) -> None:
    """Remove a kept data set from a folder, and from the pool too where nobody has it any more.

    Raises
    ------
    DataError
        If it is not kept, or cannot be removed.
    """
    open_dataset(fingerprint, folder)
    try:
        if pool == folder and _is_shared(fingerprint, folder):
            (folder / fingerprint / _POOLED).touch()
            return
        _remove_folder(folder / fingerprint)
        if pool and (pool / fingerprint / _POOLED).exists() and not _is_shared(fingerprint, pool):
            _remove_folder(pool / fingerprint)
    except OSError as error:
        raise DataError(f"The data set in {folder} cannot be removed: {error}.") from error


def find_images(fingerprint: str, folder: Path) -> Path:
    """Name the .npy file that holds the images of a kept data set."""
    return folder / fingerprint / _IMAGES


def find_times(fingerprint: str, folder: Path) -> tuple[tuple[str, int], ...]:
    """List the files of a kept data set with the times when they were written, in nanoseconds since 1970."""
    files = (folder / fingerprint).glob("[!.]*.*")
    return tuple(sorted((path.name, path.stat().st_mtime_ns) for path in files))


def list_datasets(folder: Path) -> list[tuple[str, str]]:
    """List the kept data sets as (fingerprint, name), the latest first."""
    found = [
        path
        for path in folder.glob(f"*/{_DETAILS}")
        if not path.parent.name.startswith(".") and not path.with_name(_POOLED).exists()
    ]
    found.sort(key=lambda path: path.stat().st_mtime, reverse=True)
    named = [(path.parent.name, read_name(path.parent.name, folder)) for path in found]
    return [(fingerprint, name) for fingerprint, name in named if name is not None]


def read_name(fingerprint: str, folder: Path) -> str | None:
    """Read what a kept data set is called; None where it is not kept."""
    try:
        return str(json.loads((folder / fingerprint / _DETAILS).read_text(encoding="utf-8"))["name"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _pool_dataset(dataset: Dataset, pool: Path) -> None:
    """Keep a data set in the pool; it is not the one person's by that, unless they have it."""
    is_new = not (pool / dataset.fingerprint).exists()
    if is_new or not _is_kept(dataset.fingerprint, pool):
        keep_dataset(dataset, pool)
    if is_new:
        (pool / dataset.fingerprint / _POOLED).touch()


def _is_shared(fingerprint: str, folder: Path) -> bool:
    return (folder / fingerprint / _IMAGES).stat().st_nlink > 1


def _is_kept(fingerprint: str, folder: Path) -> bool:
    try:
        open_dataset(fingerprint, folder)
    except DataError:
        return False
    return True


def _write_dataset(dataset: Dataset, folder: Path) -> None:
    with _replacing(folder / dataset.fingerprint) as fresh:
        np.save(fresh / _IMAGES, dataset.images, allow_pickle=False)
        for name, array in _list_parts(dataset).items():
            np.save(fresh / _PARTS[name], array, allow_pickle=False)
        _write_details(dataset, fresh)
        for path in fresh.iterdir():
            with path.open("rb") as written:
                os.fsync(written.fileno())


@contextmanager
def _replacing(target: Path) -> Iterator[Path]:
    """Give a new folder to write a data set to, which takes the place of a damaged one."""
    beside = Path(tempfile.mkdtemp(prefix=".keeping-", dir=target.parent))
    fresh = beside / "new"
    try:
        fresh.mkdir()
        yield fresh
        if _is_kept(target.name, target.parent):
            return  # another tab kept the same data meanwhile
        if target.exists():
            target.replace(beside / "damaged")
        fresh.replace(target)
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _write_details(dataset: Dataset, folder: Path) -> None:
    details = {
        "name": dataset.name,
        "origin": asdict(dataset.origin),
        "class_names": dataset.class_names,
        "parts": list(_list_parts(dataset)),
        "keeps_writers_apart": dataset.keeps_writers_apart,
    }
    with replace_file(folder / _DETAILS) as file:
        file.write(json.dumps(details).encode())


def _remove_folder(folder: Path) -> None:
    """Remove a folder so that no half of it is ever seen."""
    gone = Path(tempfile.mkdtemp(prefix=".removing-", dir=folder.parent))
    folder.replace(gone / "old")
    shutil.rmtree(gone, ignore_errors=True)


def _list_parts(dataset: Dataset) -> dict[str, np.ndarray]:
    parts = {name: getattr(dataset, name) for name in _PARTS}
    return {name: array for name, array in parts.items() if array is not None}
