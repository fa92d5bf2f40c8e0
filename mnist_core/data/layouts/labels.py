"""Labels as files hold them: numbers, one-hot rows, text; and the class that each of them means."""

import re
from dataclasses import dataclass, replace

import numpy as np

from mnist_core.data.layouts.tree import Leaf
from mnist_core.ground.variables import Cells

MASKED = ", NaN for images of other parts"
"""How the words of labels end that some images have not, as they are of another part."""

_LINE = "a character an image"
_LONGEST_WORD = 64  # characters; longer text names no class
_LONGEST_LINE = 10_000_000  # characters, one an image
_MOST_CLASSES = 256  # a variable with more different values is no label of a class
NUMBER_WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_WORD_DIGITS = {word: digit for digit, word in enumerate(NUMBER_WORDS)}
_NUMBER = re.compile(r"[+-]?\d{1,6}(\.0*)?")


@dataclass(frozen=True, eq=False)
class RawLabels:
    """A label for each image, as the file has it.

    Attributes
    ----------
    path : str
        Of the variable.
    values : ndarray of shape (n,)
        Numbers, or text.
    words : str
        How the variable holds them.
    is_position : bool
        Whether a label is a position from 1 on: the column of a one-hot row, or the place of a class.
    is_test : ndarray of shape (n,) or None
        Which labels come from a variable of test images, where several variables were joined.
    """

    path: str
    values: np.ndarray
    words: str
    is_position: bool = False
    is_test: np.ndarray | None = None

    @property
    def n(self) -> int:
        """Count the labels."""
        return len(self.values)

    @property
    def is_masked(self) -> bool:
        """Whether some of the images have no label, which is then NaN."""
        return self.values.dtype.kind == "f" and bool(np.isnan(self.values).any())

    @property
    def is_joined(self) -> bool:
        """Whether it has, or was joined of, labels that are NaN for images of other parts."""
        return self.words.endswith(MASKED)

    @property
    def is_text(self) -> bool:
        """Whether the labels are words."""
        return self.values.dtype.kind == "U"

    @property
    def is_line(self) -> bool:
        """Whether it is one line of text, which may be any remark."""
        return self.words == _LINE

    @property
    def is_sound(self) -> bool:
        """Whether these are labels of a few classes: words or whole numbers."""
        if self.is_text:
            return len(np.unique(self.values)) <= min(_MOST_CLASSES, self.n)
        values = self.values[~np.isnan(self.values)] if self.is_joined else self.values
        if not np.isfinite(values).all() or (values != np.round(values)).any():
            return False
        n_different = len(np.unique(values))
        return n_different <= _MOST_CLASSES and (n_different < self.n or self.n <= 10)


def read_raw_labels(leaf: Leaf) -> RawLabels | None:
    """Read a variable as labels; None where it is of another kind."""
    if leaf.note:
        raw = _read_array(leaf.path, leaf.value) if isinstance(leaf.value, np.ndarray) else None
        return None if raw is None else replace(raw, words=f"{raw.words}, {leaf.note}")
    value = leaf.value
    if isinstance(value, str):
        return RawLabels(leaf.path, np.array(list(value)), _LINE) if 0 < len(value) < _LONGEST_LINE else None
    if isinstance(value, Cells):
        return _read_cells(leaf.path, value)
    return _read_array(leaf.path, value) if isinstance(value, np.ndarray) and value.size else None


def read_words(values: np.ndarray) -> np.ndarray | None:
    """Read words as the numbers that they name, `"3"` or `"three"`; None where one names none."""
    numbers = []
    for word in np.unique(values):
        text = str(word).strip().lower()
        if not _NUMBER.fullmatch(text) and text not in _WORD_DIGITS:
            return None
        numbers.append(_WORD_DIGITS[text] if text in _WORD_DIGITS else int(float(text)))
    inverse = np.unique(values, return_inverse=True)[1]
    return np.array(numbers, dtype=np.int64)[inverse]


def _read_array(path: str, value: np.ndarray) -> RawLabels | None:
    if value.dtype.kind == "U" and value.dtype.itemsize <= 4 * _LONGEST_WORD:
        return RawLabels(path, np.char.strip(value.ravel()), "a word an image")
    if value.dtype.kind not in "fiub":
        return None
    if value.ndim < 2 or (value.ndim == 2 and min(value.shape) == 1):
        return RawLabels(path, value.ravel(), "a number an image")
    return _read_one_hot(path, value)


def _read_cells(path: str, value: Cells) -> RawLabels | None:
    if not value.items:
        return None
    if all(isinstance(item, str) and len(item) <= _LONGEST_WORD for item in value.items):
        words = np.array([str(item).strip() for item in value.items])
        return RawLabels(path, words, "a cell with a word an image")
    arrays = [item for item in value.items if isinstance(item, np.ndarray) and item.dtype.kind in "fiub"]
    if len(arrays) < len(value.items) or any(array.size != 1 for array in arrays):
        return None
    numbers = np.array([array.item() for array in arrays])
    return RawLabels(path, numbers, "a cell with a number an image")


def _read_one_hot(path: str, value: np.ndarray) -> RawLabels | None:
    """Read rows or columns of which exactly one entry is on, the others off; all NaN is no label."""
    for rows, kind in ((value, "row"), (value.T, "column")):
        # A look at a few spares a walk through a matrix of images.
        is_narrow = value.ndim == 2 and 1 < rows.shape[1] <= _MOST_CLASSES
        if is_narrow and rows.dtype.kind == "f" and np.isnan(rows[:, 0]).any():
            found = _read_masked(path, rows, kind)
            if found is not None:
                return found
        if is_narrow and _are_one_hot(rows[:64]) and _are_one_hot(rows):
            words = f"a one-hot {kind} of {rows.shape[1]} an image"
            return RawLabels(path, rows.argmax(axis=1) + 1, words, is_position=True)
    return None


def _read_masked(path: str, rows: np.ndarray, kind: str) -> RawLabels | None:
    """Read one-hot rows of which some are NaN, for images of another part."""
    is_none = np.isnan(rows).all(axis=1)
    if is_none.all() or not _are_one_hot(rows[~is_none]):
        return None
    values = np.where(is_none, np.nan, np.nan_to_num(rows).argmax(axis=1) + 1.0)
    return RawLabels(path, values, f"a one-hot {kind} of {rows.shape[1]} an image{MASKED}", is_position=True)


def _are_one_hot(rows: np.ndarray) -> bool:
    on, off = rows.max(), rows.min()
    is_on = rows == on
    return bool(on > off and (is_on.sum(axis=1) == 1).all() and (is_on | (rows == off)).all())
