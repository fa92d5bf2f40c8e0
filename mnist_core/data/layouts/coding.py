"""What labels mean: the digits themselves, 10 for the digit 0, one more than the digit, letters, or names."""

from collections.abc import Mapping, Sequence

import numpy as np

from mnist_core.data.dataset import DIGITS, Choices
from mnist_core.data.layouts.found import UndecidedError
from mnist_core.data.layouts.labels import RawLabels, read_words
from mnist_core.data.layouts.naming import LETTERS, name_mapped, name_values
from mnist_core.data.layouts.understanding import Decision, decide
from mnist_core.data.orientation import recognise_orientation
from mnist_core.ground.arrays import Images, Labels, Part

CODINGS = {
    "digits": "a label is the digit",
    "ten-is-zero": "a label is the digit, 10 the digit 0",
    "one-is-zero": "a label is one more than the digit",
    "letters": "a label is the place of a letter, 1 or 0 an A",
    "names": "each different label is a class of that name",
}
"""What labels can mean, by the values of `Choices.coding`."""

DIGIT_CODINGS = {"digits": 0, "ten-is-zero": 1, "one-is-zero": 1}
"""The codings of digits, and the least label of each."""

LEAST_READ = 0.2
"""The share of images that must be read as their labels say, for labels to be called digits."""

# Mean ink of the digits 0 to 9 in MNIST's training images. A 1 has the least in any hand and a 0 the
# most, however images lie, so the ink tells where a count of the classes begins.
_INK = np.array([0.173, 0.076, 0.149, 0.141, 0.121, 0.129, 0.137, 0.115, 0.150, 0.123])
_LEAST_SPREAD, _LEAST_FIT = 0.25, 0.5  # of that ink: MNIST has a spread of 0.75
_SAME = 1e-6  # as images that were standardised one by one differ in ink
_CLEAR = 0.15  # by how much more one way agrees with that ink than the other
_TIMES = 2  # as many images are read as one way to take labels says than as any other
_LARGEST = 2**31  # of a label that is a number
_MOST_CLASSES = 256
_LEAST_SHARE = 0.1  # of the images of a usual class that a class beyond the ten digits must have


def read_classes(
    raws: Sequence[RawLabels], images: Images, names: Mapping[int, str], choices: Choices
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
    choices : Choices
        The coding and the names of the classes, where the user chose.

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
        If labels are fractional, missing or out of range, or may mean two things.
    """
    path, choice = raws[0].path, choices.coding
    values = join_values(raws)
    if choices.class_names is not None:
        why = f"It was said what the classes of {path} are called."
        try:
            return *name_values(values, path, choices.class_names), _decide("names", why, True)
        except UndecidedError as error:
            raise _refuse(str(error), "names") from error
    numbers = read_words(values) if values.dtype.kind == "U" else values
    if numbers is None or (choice == "names" and values.dtype.kind == "U"):
        why = f"The labels of {path} are words, and each different one is a class."
        return *name_values(values, path), _decide("names", why, choice is not None)
    numbers = _check_whole(numbers, path)
    if names and choice in (None, "names"):
        why = f"The file says what the labels of {path} stand for."
        return *name_mapped(numbers, names, path), _decide("names", why, choice is not None)
    coding, why = (choice, "it was said so") if choice is not None else _find_coding(numbers, raws[0], images)
    decision = _decide(coding, f"In {path}, {CODINGS[coding]}: {why}.", choice is not None)
    if coding == "names":
        labels, words = name_values(numbers, path)
        # Digits that somebody said are none must not pass for digits where models are compared.
        is_mistaken = set(words) <= set(DIGITS)
        return labels, tuple(f"class {word}" if is_mistaken else word for word in words), decision
    if coding == "letters":
        return _place_letters(numbers, path), LETTERS, decision
    return _decode(numbers, coding, path), DIGITS, decision


def read_fitting(raws: Sequence[RawLabels], images: Images) -> tuple[Labels, tuple[str, ...], Decision]:
    """Read labels that do not fit as they were taken as those digits that the images are read as.

    Returns
    -------
    As `read_classes`.

    Raises
    ------
    UndecidedError
        If no digits fit: it is asked what labels mean.
    """
    path, values = raws[0].path, join_values(raws)
    numbers = read_words(values) if values.dtype.kind == "U" else values.astype(np.int64)
    assert numbers is not None  # labels were taken as digits before
    coding, why = _read_coding(numbers, images, path)
    return _decode(numbers, coding, path), DIGITS, _decide(coding, f"In {path}, {CODINGS[coding]}: {why}.")


def join_values(raws: Sequence[RawLabels]) -> np.ndarray:
    """Join the labels of all parts, as the file has them."""
    if len(raws) == 1:
        return raws[0].values
    values = [raw.values for raw in raws]
    is_mixed = len({one.dtype.kind == "U" for one in values}) > 1
    return np.concatenate([one.astype(str) for one in values] if is_mixed else values)


def _ask_meaning(path: str, why: str) -> UndecidedError:
    sentence = (
        f"The labels of {path} need a meaning: {why}. Choose it with --coding {', '.join(CODINGS)}, or name "
        "the classes with --class-names NAME,NAME."
    )
    return UndecidedError(
        sentence, [_decide(None, f"What do the labels of {path} mean? {why[0].upper()}{why[1:]}.")]
    )


def _decide(value: str | None, reason: str, is_chosen: bool = False) -> Decision:
    return decide("coding", value, reason, CODINGS, is_chosen)


def _refuse(sentence: str, coding: str) -> UndecidedError:
    """Refuse labels that are none of a coding; another can still be chosen."""
    return UndecidedError(sentence, [_decide(coding, sentence)])


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
    least, greatest = int(different[0]), int(different[-1])
    if not raw.is_position and least >= 0 and greatest <= 9:
        return "digits", "they run from 0 to 9"
    if least >= 1 and (greatest == 10 or (raw.is_position and greatest < 10)):
        return _find_start(numbers, images, raw)
    n = len(different)
    if n == len(LETTERS) and least in (0, 1) and greatest - least + 1 == n:
        return "letters", f"they run from {least} to {greatest}, as many as letters"
    if _are_other_classes(numbers, different):
        return "names", f"there are {n} of them, {_list_some(different)}"
    return "digits", "labels are digits"


def _list_some(different: Part) -> str:
    """List labels, or those at the ends of many."""
    if len(different) <= 4:
        return ", ".join(str(one) for one in different)
    return f"{different[0]} to {different[-1]}"


def _are_other_classes(numbers: Labels, different: Part) -> bool:
    """Whether there are classes beside the digits; a stray number among digits is a mistake."""
    least, greatest = int(different[0]), int(different[-1])
    is_run = least in (0, 1) and len(different) == greatest - least + 1 and len(different) > len(DIGITS)
    n_digits = np.count_nonzero((different >= 0) & (different < len(DIGITS)))
    if not is_run and 2 * n_digits > len(different):
        return False
    counts = np.unique(numbers, return_counts=True)[1]
    return len(different) <= _MOST_CLASSES and bool(counts.min() >= max(2, _LEAST_SHARE * np.median(counts)))


def _find_start(numbers: Labels, images: Images, raw: RawLabels) -> tuple[str, str]:
    """Find whether a count from 1 to 10 begins or ends with the digit 0: by ink, else by a reader."""
    present = np.unique(numbers)
    ink = np.array([images[numbers == number].mean() for number in present])
    fits = [_correlate(ink, _INK[present % 10]), _correlate(ink, _INK[present - 1])]
    # Photographs differ little in ink, and then by chance.
    differs = len(present) > 4 and np.ptp(ink) >= _LEAST_SPREAD * ink.mean() and max(fits) >= _LEAST_FIT
    if differs and abs(fits[0] - fits[1]) >= _CLEAR:
        coding = "ten-is-zero" if fits[0] > fits[1] else "one-is-zero"
        return coding, f"the ink of the classes agrees so ({max(fits):.2f}, else {min(fits):.2f})"
    return _read_coding(numbers, images, raw.path)


def _read_coding(numbers: Labels, images: Images, path: str) -> tuple[str, str]:
    """Find which digits labels mean by reading the images; ask where they do not tell."""
    possible = [coding for coding in DIGIT_CODINGS if not _find_odd(numbers, coding).any()]
    read = {coding: recognise_orientation(images, _decode(numbers, coding, path)) for coding in possible}
    shares = sorted(((read[coding].share, coding) for coding in possible), reverse=True)
    shares.append((0.0, ""))
    (most, best), (less, _), *_ = shares
    if most >= LEAST_READ and most >= _TIMES * less:
        return best, f"so {most:.0%} of {read[best].n} images are read as their labels say, else {less:.0%}"
    said = " and ".join(f"{read[coding].share:.0%} where {CODINGS[coding]}" for coding in possible)
    n = max(one.n for one in read.values())
    raise _ask_meaning(path, f"of {n} images too few are read as they say, {said}")


def _correlate(ink: np.ndarray, expected: np.ndarray) -> float:
    if len(ink) < 2 or ink.std() < _SAME:
        return 0.0
    return float(np.corrcoef(ink, expected)[0, 1])


def _decode(numbers: Labels, coding: str, path: str) -> Labels:
    first = DIGIT_CODINGS[coding]
    odd = _find_odd(numbers, coding)
    if odd.any():
        words = f"{first} to {first + 9}"
        raise _refuse(
            f"{path} needs whole digits from {words}, but {np.count_nonzero(odd):,} are not, "
            f"such as {numbers[odd][0]}: mend or leave out those images.",
            coding,
        )
    labels: Labels = numbers - 1 if coding == "one-is-zero" else numbers % 10
    return labels


def _find_odd(numbers: Labels, coding: str) -> np.ndarray:
    """Say of each label whether it is none of a coding of digits."""
    first = DIGIT_CODINGS[coding]
    odd: np.ndarray = (numbers < first) | (numbers >= first + len(DIGITS))
    return odd


def _place_letters(numbers: Labels, path: str) -> Labels:
    first = int(numbers.min() > 0)
    odd = (numbers < first) | (numbers >= first + len(LETTERS))
    if odd.any():
        raise _refuse(
            f"{path} needs labels from 1 to {len(LETTERS)} for letters, but {np.count_nonzero(odd):,} are "
            f"not, such as {numbers[odd][0]}: choose something else that labels mean.",
            "letters",
        )
    return numbers - first
