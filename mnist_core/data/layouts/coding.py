"""What labels mean: the digits themselves, 10 for the digit 0, one more than the digit, or names."""

import re
from collections.abc import Mapping, Sequence

import numpy as np

from mnist_core.data.dataset import DIGITS
from mnist_core.data.layouts.found import UndecidedError
from mnist_core.data.layouts.labels import RawLabels, read_words
from mnist_core.data.layouts.understanding import Decision, decide
from mnist_core.ground.arrays import Images, Labels, Part

_CODINGS = {
    "digits": "a label is the digit",
    "ten-is-zero": "a label is the digit, 10 the digit 0",
    "one-is-zero": "a label is one more than the digit",
    "names": "each different label is a class of that name",
}
# Mean ink of the digits 0 to 9 in MNIST's training images. A 1 has the least in any hand and a 0 the
# most, however images lie, so the ink tells where a count of the classes begins.
_INK = np.array([0.173, 0.076, 0.149, 0.141, 0.121, 0.129, 0.137, 0.115, 0.150, 0.123])
_LEAST_SPREAD, _LEAST_FIT = 0.25, 0.5  # of that ink: MNIST has a spread of 0.75
_CLEAR = 0.15  # by how much more one way agrees with that ink than the other
_LARGEST = 2**31  # of a label that is a number
_MOST_CLASSES = 256
_LEAST_SHARE = 0.1  # of the images of a usual class that a class beyond the ten digits must have


def read_classes(
    raws: Sequence[RawLabels], images: Images, names: Mapping[int, str], choice: str | None
) -> tuple[Labels, tuple[str, ...], Decision]:
    """Read the classes that labels stand for.

    Parameters
    ----------
    raws : sequence of RawLabels
        Of the parts of a file, one after the other.
    images : ndarray of shape (n, side, side), float32
        The images, bright ink on dark.
    names : mapping of int to str
        What the file calls its labels; empty where it does not say.
    choice : str or None
        The coding, where the user chose.

    Returns
    -------
    ndarray of shape (n,), int64
        Positions in the class names.
    tuple of str
        The class names.
    Decision
        `coding`.

    Raises
    ------
    UndecidedError
        If labels are fractional, missing or out of range.
    """
    path, has_chosen = raws[0].path, choice is not None
    values = np.concatenate([raw.values for raw in raws]) if len(raws) > 1 else raws[0].values
    numbers = read_words(values) if values.dtype.kind == "U" else values
    if numbers is None or (choice == "names" and values.dtype.kind == "U"):
        why = f"The labels of {path} are words, and each different one is a class."
        return *_name_words(values, path), decide("coding", "names", why, _CODINGS, has_chosen)
    numbers = _check_whole(numbers, path)
    if names and choice in (None, "names"):
        why = f"The file says what the labels of {path} stand for."
        return *_name_mapped(numbers, names, path), decide("coding", "names", why, _CODINGS, has_chosen)
    coding, why = (choice, "you chose so") if choice in _CODINGS else _find_coding(numbers, raws[0], images)
    decision = decide("coding", coding, f"In {path}, {_CODINGS[coding]}: {why}.", _CODINGS, has_chosen)
    if coding == "names":
        return *_name_numbers(numbers, path), decision
    return _decode(numbers, coding, path), DIGITS, decision


def _check_whole(values: np.ndarray, path: str) -> Labels:
    odd = np.zeros(len(values), bool)
    if values.dtype.kind == "f":
        odd = ~(np.abs(values) <= _LARGEST) | (values != np.round(values))
    if odd.any():
        raise UndecidedError(
            f"{path} needs whole digits from 0 to 9, but {np.count_nonzero(odd):,} are not, "
            f"such as {values[odd][0]:g}: mend or leave out those images."
        )
    return values.astype(np.int64)


def _find_coding(numbers: Labels, raw: RawLabels, images: Images) -> tuple[str, str]:
    different = np.unique(numbers)
    if not raw.is_position and different.min() >= 0 and different.max() <= 9:
        return "digits", "they run from 0 to 9"
    if different.min() >= 1 and (different.max() == 10 or (raw.is_position and different.max() < 10)):
        return _find_start(numbers, images, raw)
    if _are_more_classes(numbers, different):
        return "names", f"there are {len(different)} of them"
    return "digits", "labels are digits"


def _are_more_classes(numbers: Labels, different: Part) -> bool:
    """Whether there are classes beyond the digits; a stray number is a mistake."""
    least, greatest = int(different[0]), int(different[-1])
    if (
        least not in (0, 1)
        or len(different) != greatest - least + 1
        or not 10 < len(different) <= _MOST_CLASSES
    ):
        return False
    counts = np.bincount(numbers - least)
    return bool(counts.min() >= max(2, _LEAST_SHARE * np.median(counts)))


def _find_start(numbers: Labels, images: Images, raw: RawLabels) -> tuple[str, str]:
    """Find whether a count from 1 to 10 begins or ends with the digit 0, by the ink of the classes."""
    present = np.unique(numbers)
    ink = np.array([images[numbers == number].mean() for number in present])
    fits = [_correlate(ink, _INK[present % 10]), _correlate(ink, _INK[present - 1])]
    # Photographs differ little in ink, and then by chance.
    differs = len(present) > 4 and np.ptp(ink) >= _LEAST_SPREAD * ink.mean() and max(fits) >= _LEAST_FIT
    if differs and abs(fits[0] - fits[1]) >= _CLEAR:
        coding = "ten-is-zero" if fits[0] > fits[1] else "one-is-zero"
        return coding, f"the ink of the classes agrees so ({max(fits):.2f}, else {min(fits):.2f})"
    is_zero_first = raw.is_position or re.search("gnd", raw.path, re.IGNORECASE)
    return ("one-is-zero" if is_zero_first else "ten-is-zero"), "is usual; their ink does not tell"


def _correlate(ink: np.ndarray, expected: np.ndarray) -> float:
    if len(ink) < 2 or ink.std() == 0:
        return 0.0
    return float(np.corrcoef(ink, expected)[0, 1])


def _decode(numbers: Labels, coding: str, path: str) -> Labels:
    first = {"digits": 0, "ten-is-zero": 1, "one-is-zero": 1}[coding]
    odd = (numbers < first) | (numbers > first + 9)
    if odd.any():
        words = f"{first} to {first + 9}"
        raise UndecidedError(
            f"{path} needs whole digits from {words}, but {np.count_nonzero(odd):,} are not, "
            f"such as {numbers[odd][0]}: mend or leave out those images."
        )
    labels: Labels = numbers - 1 if coding == "one-is-zero" else numbers % 10
    return labels


def _name_numbers(numbers: Labels, path: str) -> tuple[Labels, tuple[str, ...]]:
    different, labels = np.unique(numbers, return_inverse=True)
    _check_number(len(different), path)
    return labels.astype(np.int64), tuple(str(number) for number in different)


def _name_words(values: np.ndarray, path: str) -> tuple[Labels, tuple[str, ...]]:
    different, labels = np.unique(values, return_inverse=True)
    _check_number(len(different), path)
    return labels.astype(np.int64), tuple(str(word) for word in different)


def _name_mapped(numbers: Labels, names: Mapping[int, str], path: str) -> tuple[Labels, tuple[str, ...]]:
    known = np.array(sorted(names), dtype=np.int64)
    odd = ~np.isin(numbers, known)
    if odd.any():
        raise UndecidedError(
            f"{path} needs labels that the file's own list names, but {np.count_nonzero(odd):,} are not, "
            f"such as {numbers[odd][0]}: mend or leave out those images."
        )
    return np.searchsorted(known, numbers).astype(np.int64), tuple(names[int(number)] for number in known)


def _check_number(n_classes: int, path: str) -> None:
    if n_classes > _MOST_CLASSES:
        raise UndecidedError(
            f"{path} needs at most {_MOST_CLASSES} different labels, but has {n_classes:,}: choose others."
        )
