"""Data sets that were read once, kept as memory-mapped arrays under their fingerprints."""

import json
import os
import shutil
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from mnist_core.dataset import Dataset, Origin
from mnist_core.errors import DataError

_DETAILS, _IMAGES = "dataset.json", "images.npy"


def keep_dataset(dataset: Dataset, folder: Path) -> Dataset:
    """Keep a data set on disk and return it as memory-mapped arrays that all processes share.

    Parameters
    ----------
    dataset : Dataset
        What was read. One that is kept already is only opened again.
    folder : Path
        Holds one folder a fingerprint; made where absent.

    Raises
    ------
    DataError
        If the folder cannot be written.
    """
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
        labels = np.load(target / "labels.npy", allow_pickle=False)
        origin = _read_origin(details["origin"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DataError(
            f"No data set {fingerprint} is kept here: open its file again on the Data page."
        ) from error
    return Dataset(details["name"], images, labels, fingerprint, origin)


def find_images(fingerprint: str, folder: Path) -> Path:
    """Name the .npy file that holds the images of a kept data set."""
    return folder / fingerprint / _IMAGES


def list_datasets(folder: Path) -> list[tuple[str, str]]:
    """List the kept data sets as (fingerprint, name), the latest first."""
    found = [path for path in folder.glob(f"*/{_DETAILS}") if not path.parent.name.startswith(".")]
    found.sort(key=lambda path: path.stat().st_mtime, reverse=True)
    named = [(path.parent.name, _read_name(path)) for path in found]
    return [(fingerprint, name) for fingerprint, name in named if name is not None]


def _read_name(path: Path) -> str | None:
    try:
        return str(json.loads(path.read_text(encoding="utf-8"))["name"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _is_kept(fingerprint: str, folder: Path) -> bool:
    try:
        open_dataset(fingerprint, folder)
    except DataError:
        return False
    return True


def _write_dataset(dataset: Dataset, folder: Path) -> None:
    beside = Path(tempfile.mkdtemp(prefix=".keeping-", dir=folder))
    target, fresh = folder / dataset.fingerprint, beside / "new"
    try:
        fresh.mkdir()
        np.save(fresh / _IMAGES, dataset.images, allow_pickle=False)
        np.save(fresh / "labels.npy", dataset.labels, allow_pickle=False)
        details = {"name": dataset.name, "origin": asdict(dataset.origin)}
        (fresh / _DETAILS).write_text(json.dumps(details), encoding="utf-8")
        for path in fresh.iterdir():
            with path.open("rb") as written:
                os.fsync(written.fileno())
        if _is_kept(dataset.fingerprint, folder):
            return  # another tab kept the same data meanwhile
        if target.exists():
            target.replace(beside / "damaged")
        fresh.replace(target)
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _read_origin(values: dict[str, Any]) -> Origin:
    return Origin(
        layout=values["layout"],
        variables=tuple((name, words) for name, words in values["variables"]),
        value_range=(values["value_range"][0], values["value_range"][1]),
        orientation=values["orientation"],
        warnings=tuple(values["warnings"]),
    )
