"""A data set written as a clean file, which opens again as the same data set."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO, cast

import numpy as np

from mnist_core.data.dataset import DIGITS, Dataset
from mnist_core.data.origin import APART, NOTE, TEST_PART
from mnist_core.ground.errors import LabError
from mnist_core.ground.replacing import write_out


def save_dataset(dataset: Dataset, path: Path) -> None:
    """Write a data set as a `.mat` file in the paper's layout, or as a `.npz` file, by the path's ending.

    The file is whole or not there.

    Raises
    ------
    LabError
        If the path ends otherwise.
    StorageError
        If it cannot be written.
    """
    writers: dict[str, Callable[[Dataset, BinaryIO], None]] = {".mat": write_mat, ".npz": write_npz}
    write = writers.get(path.suffix.lower())
    if write is None:
        raise LabError(f"A data set is saved as a .mat or .npz file, but {path.name} is neither: rename it.")
    with write_out(path, "The data set") as stream:
        write(dataset, stream)


def write_mat(dataset: Dataset, stream: BinaryIO) -> None:
    """Write a data set to an open file in the paper's layout.

    `input_images` has an image a row, pixels row by row, 0 to 1; `output_labels` has a label a row. Own
    test images are `test_images` and `test_labels`; `writers` are there where they are known. Classes other
    than the digits are `class_names`, and labels then count from 1. `lab_note` says what need not be
    recognised again.
    """
    from scipy.io import savemat  # noqa: PLC0415 - a tenth of a second, for few

    savemat(cast(Any, stream), _collect(dataset), do_compression=True)


def write_npz(dataset: Dataset, stream: BinaryIO) -> None:
    """Write a data set to an open file as NumPy's arrays: `images`, `labels`, and what else there is.

    `images` is n x side x side, 0 to 1; `labels` are positions in `class_names`; `test_part` has the
    positions of own test images, `writers` a number for who wrote each image.
    """
    parts = {
        "images": dataset.images,
        "labels": dataset.known_labels,
        TEST_PART: dataset.test_part,
        "writers": dataset.writers,
        "class_names": np.array(dataset.class_names),
    }
    arrays: dict[str, Any] = {name: array for name, array in parts.items() if array is not None}
    np.savez_compressed(stream, **arrays)


def _collect(dataset: Dataset) -> dict[str, Any]:
    test = np.zeros(0, np.int64) if dataset.test_part is None else dataset.test_part
    train = np.setdiff1d(np.arange(dataset.n_samples), test)
    values = _collect_part(dataset, train, "input_images", "output_labels", "writers")
    if len(test):
        values |= _collect_part(dataset, test, "test_images", "test_labels", "test_writers")
    known = {"ink": "bright", "values": "unit", "orientation": "upright"}
    if dataset.keeps_writers_apart:
        known["writers"] = APART
    values[NOTE] = json.dumps(known)
    if dataset.class_names != DIGITS:
        values["class_names"] = np.array(dataset.class_names, dtype=object)[:, None]
    return values


def _collect_part(dataset: Dataset, part: np.ndarray, *names: str) -> dict[str, Any]:
    images, labels, writers = names
    pixels = np.asarray(dataset.images[part]).reshape(len(part), -1)
    values: dict[str, Any] = {images: pixels}
    if dataset.known_labels is not None:
        first = 0 if dataset.class_names == DIGITS else 1
        values[labels] = dataset.known_labels[part][:, None].astype(np.float64) + first
    if dataset.writers is not None:
        values[writers] = dataset.writers[part][:, None].astype(np.float64)
    return values
