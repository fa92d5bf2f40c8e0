"""Named arrays to a data set: which variable is what, and how it lies.

To read a new kind of file, write a function that takes the arrays and returns a `_Reading`, or None
where they are not its kind, and add a `Rule` to `RULES`; the first rule that knows the arrays reads
them. Raise `LayoutError` for arrays that are a rule's kind but not sound.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from io import BufferedIOBase
from math import isqrt
from pathlib import Path
from typing import Any

import numpy as np

from mnist_core.arrays import Images, Labels
from mnist_core.dataset import Dataset, Origin, compute_fingerprint
from mnist_core.errors import LayoutError
from mnist_core.matfile import read_mat

_IMAGES, _LABELS = "input_images", "output_labels"
_BYTE = 255  # the greatest value of a pixel that is stored as a byte
_LEAST_PEAK = 128  # a set of byte images reaches its upper half; 0 to 16, say, is another scale
_N_DIGITS = 10


@dataclass(frozen=True, eq=False)
class _Reading:
    """What a rule made of the arrays; everything but the file's name."""

    images: Images
    labels: Labels
    value_range: tuple[float, float]
    warnings: tuple[str, ...]


@dataclass(frozen=True)
class Rule:
    """One way in which files hold digit images.

    Attributes
    ----------
    name : str
        What the page and the command call the layout.
    needs : str
        What a file of this kind has, the end of a sentence.
    read : callable
        Arrays to a reading, or None where they are not of this kind.
    """

    name: str
    needs: str
    read: Callable[[Mapping[str, Any]], _Reading | None]


def read_dataset(source: Path | BufferedIOBase, name: str | None = None) -> Dataset:
    """Read a `.mat` file as a data set.

    Parameters
    ----------
    source : Path or binary file
        The file, or its bytes open for reading.
    name : str or None
        What the data set is called; None takes the name of the path.

    Raises
    ------
    MatFileError
        If it is no readable `.mat` file.
    LayoutError
        If no rule knows its variables, or they are not sound.
    """
    name = name or (source.name if isinstance(source, Path) else "the file")
    return recognise_layout(read_mat(source, name), name)


def recognise_layout(arrays: Mapping[str, Any], name: str) -> Dataset:
    """Find the digit images and their labels among named arrays.

    Parameters
    ----------
    arrays : mapping of str to ndarray
        Variables of a file.
    name : str
        What the data set is called.

    Raises
    ------
    LayoutError
        If no rule knows the arrays, or they are not sound.
    """
    for rule in RULES:
        try:
            reading = rule.read(arrays)
        except LayoutError as error:
            raise LayoutError(f"{name}: {error}") from error
        if reading is not None:
            return _make_dataset(reading, rule.name, arrays, name)
    needs = "; or ".join(rule.needs for rule in RULES)
    raise LayoutError(f"{name} needs {needs}, but has {_list_names(arrays)}: rename or add them.")


def describe_variables(arrays: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """Describe each variable by its name, and its shape and type in words."""
    return tuple((key, f"{_shape(value)} {np.asarray(value).dtype}") for key, value in arrays.items())


def _make_dataset(reading: _Reading, layout: str, arrays: Mapping[str, Any], name: str) -> Dataset:
    origin = Origin(
        layout=layout,
        variables=describe_variables(arrays),
        value_range=reading.value_range,
        warnings=reading.warnings,
    )
    fingerprint = compute_fingerprint(reading.images, reading.labels)
    return Dataset(name, reading.images, reading.labels, fingerprint, origin)


def _read_paper(arrays: Mapping[str, Any]) -> _Reading | None:
    """Read the paper's file: a row an image, a column a pixel, the rows of the image one by one."""
    if _IMAGES not in arrays or _LABELS not in arrays:
        return None
    pixels, digits = arrays[_IMAGES], arrays[_LABELS]
    side = _find_side(pixels)
    labels = _read_labels(digits)
    if len(labels) != len(pixels):
        raise LayoutError(
            f"{_IMAGES} needs one label an image, but has {len(pixels):,} images and {_LABELS} "
            f"{len(labels):,} labels: save both from the same set."
        )
    least, greatest = _find_range(pixels)
    images = np.ascontiguousarray(pixels, dtype=np.float32).reshape(len(pixels), side, side)
    if greatest <= 1:
        return _Reading(images, labels, (least, greatest), ())
    # The copy above is ours: the caller's array stays as it is, unless it was float32 already.
    images = images / np.float32(_BYTE)
    warning = f"Pixel values ran from {least:g} to {greatest:g} and were divided by {_BYTE}."
    return _Reading(images, labels, (least, greatest), (warning,))


def _find_side(pixels: np.ndarray) -> int:
    _check_numbers(pixels, _IMAGES)
    n_columns = pixels.shape[1] if pixels.ndim == 2 else 0
    side = isqrt(n_columns)
    if len(pixels) == 0 or side < 2 or side**2 != n_columns:
        raise LayoutError(
            f"{_IMAGES} needs a row an image and side x side columns (784 for 28 x 28), "
            f"but is {_shape(pixels)}: reshape it."
        )
    return side


def _find_range(pixels: np.ndarray) -> tuple[float, float]:
    least, greatest = float(pixels.min()), float(pixels.max())
    if not np.isfinite([least, greatest]).all():
        n_odd = int(np.count_nonzero(~np.isfinite(pixels)))
        raise LayoutError(
            f"{_IMAGES} needs a number for every pixel, but {n_odd:,} are NaN or infinite: "
            "replace them or leave those images out."
        )
    if least < 0 or greatest > _BYTE or 1 < greatest < _LEAST_PEAK:
        raise LayoutError(
            f"{_IMAGES} needs values from 0 to 1, or from 0 to {_BYTE}, "
            f"but they run from {least:.9g} to {greatest:.9g}: rescale them."
        )
    if greatest == least:
        raise LayoutError(
            f"{_IMAGES} needs pictures, but every pixel is {least:g}: check how the file was saved."
        )
    return least, greatest


def _read_labels(digits: np.ndarray) -> Labels:
    _check_numbers(digits, _LABELS)
    if digits.ndim > 2 or (digits.ndim == 2 and min(digits.shape) > 1):
        raise LayoutError(
            f"{_LABELS} needs one digit an image, n x 1 or 1 x n, but is {_shape(digits)}: "
            "save the digits themselves, in one column."
        )
    labels = digits.ravel()
    wrong = ~np.isin(labels, np.arange(_N_DIGITS))
    if wrong.any():
        raise LayoutError(
            f"{_LABELS} needs whole digits from 0 to 9, but {np.count_nonzero(wrong):,} are not, "
            f"such as {labels[wrong][0]:g}: mend or leave out those images."
        )
    return labels.astype(np.int64)


def _check_numbers(values: np.ndarray, name: str) -> None:
    if values.dtype.kind not in "fiub":
        kinds = {"O": "a cell array", "V": "a struct", "U": "text", "c": "complex numbers"}
        raise LayoutError(
            f"{name} needs plain numbers, but holds {kinds.get(values.dtype.kind, 'something else')}: "
            "save it as a numeric matrix."
        )


def _shape(value: Any) -> str:
    return " x ".join(str(length) for length in np.shape(value)) or "one value"


def _list_names(arrays: Mapping[str, Any], most: int = 6) -> str:
    names = list(arrays)
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return f"only {', '.join(names[:most])}{more}" if names else "no variables"


RULES: tuple[Rule, ...] = (
    Rule(
        name="paper",
        needs=f"the variables {_IMAGES} (a row an image) and {_LABELS} (its digit)",
        read=_read_paper,
    ),
)
