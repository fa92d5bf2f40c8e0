"""Files of real digits: every format, and the layouts that differ in what a file is made of."""

from io import BytesIO
from typing import Any, cast

import numpy as np
from scipy.io import savemat
from scipy.sparse import csc_array

from benchmarks.fuzzing.hdf5 import write_matlab73
from benchmarks.fuzzing.matlab import write_matlab4, write_matlab5
from benchmarks.fuzzing.octave import write_octave_binary, write_octave_text


def make_layouts(images: np.ndarray, labels: np.ndarray) -> dict[str, dict[str, Any]]:
    """Name the variables of several layouts of the same images.

    Parameters
    ----------
    images : ndarray of shape (n, side, side), float32
        From 0 to 1.
    labels : ndarray of shape (n,), int64
        The digits.
    """
    rows = images.reshape(len(images), -1).astype(np.float64)
    column = labels.reshape(-1, 1).astype(np.float64)
    as_bytes = np.round(rows * 255).astype(np.uint8)
    cube = np.round(images * 255).astype(np.uint8).transpose(1, 2, 0)
    part = {"images": as_bytes, "labels": column, "writers": column + 1}
    return {
        "paper": {"input_images": rows, "output_labels": column},
        "pixels_first": {"data": as_bytes.T, "label": column.T, "mldata_descr_ordering": ["label", "data"]},
        "classes": {f"train{digit}": as_bytes[labels == digit] for digit in range(10)},
        "one_hot": {"fea": rows.astype(np.float32), "gnd": np.eye(10)[labels]},
        "structs": {"dataset": {"train": part, "test": part, "mapping": np.arange(20.0).reshape(10, 2)}},
        "cube": {
            "training": {"images": cube, "labels": column, "count": 1.0 * len(images), "note": "28 x 28"}
        },
        "cells": {"digits": list(images.astype(np.float64)), "names": [str(label) for label in labels]},
        "logical": {"X": rows > 0.5, "y": np.where(column == 0, 10, column)},
    }


def make_files(images: np.ndarray, labels: np.ndarray) -> dict[str, bytes]:
    """Make a file of each layout in each format that can hold it."""
    files: dict[str, bytes] = {}
    for name, variables in make_layouts(images, labels).items():
        files[f"{name}, MATLAB 5"] = write_matlab5(variables)
        files[f"{name}, MATLAB 5, big-endian"] = write_matlab5(variables, ">")
        files[f"{name}, MATLAB 7"] = write_matlab5(variables, is_compressed=True)
        files[f"{name}, MATLAB 7.3"] = write_matlab73(variables)
        files[f"{name}, Octave binary"] = write_octave_binary(variables)
        files[f"{name}, Octave binary, big-endian"] = write_octave_binary(variables, ">")
        files[f"{name}, Octave text"] = write_octave_text(variables)
        if all(isinstance(value, np.ndarray) and value.dtype.kind != "b" for value in variables.values()):
            files[f"{name}, MATLAB 4"] = write_matlab4(variables)
            files[f"{name}, MATLAB 4, big-endian"] = write_matlab4(variables, ">")
    return files | _make_scipys_own(images, labels)


def _make_scipys_own(images: np.ndarray, labels: np.ndarray) -> dict[str, bytes]:
    rows = images.reshape(len(images), -1).astype(np.float64)
    variables = {"X": csc_array(rows), "y": labels.reshape(-1, 1), "note": "sparse", "z": rows[:2] + 1j}
    files = {}
    for form, is_compressed in (("4", False), ("5", False), ("5", True)):
        stream = BytesIO()
        savemat(cast(Any, stream), variables, format=cast(Any, form), do_compression=is_compressed)
        files[f"sparse, MATLAB {form}{', compressed' if is_compressed else ''}"] = stream.getvalue()
    return files
