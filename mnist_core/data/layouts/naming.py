"""The names of classes: those that labels have, those that the file lists, and those that a user gives."""

from collections.abc import Mapping

import numpy as np

from mnist_core.data.layouts.found import UndecidedError
from mnist_core.ground.arrays import Labels

LETTERS = tuple("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
"""The names of classes that are letters."""

_MOST_CLASSES = 256
_LONGEST_NAME = 64  # characters


def name_values(values: np.ndarray, path: str, given: str | None = None) -> tuple[Labels, tuple[str, ...]]:
    """Make each different label a class.

    Parameters
    ----------
    values : ndarray of shape (n,)
        Labels, numbers or words.
    path : str
        Their variable.
    given : str or None
        Names with commas between, the first for the least label; None takes the labels themselves.

    Raises
    ------
    UndecidedError
        If there are too many different labels, or not a name for each of them.
    """
    different, labels = np.unique(values, return_inverse=True)
    if len(different) > _MOST_CLASSES:
        raise UndecidedError(
            f"{path} needs at most {_MOST_CLASSES} different labels, but has {len(different):,}: "
            "choose others."
        )
    words = tuple(f"{value:g}" if values.dtype.kind == "f" else str(value) for value in different)
    return labels.astype(np.int64), words if given is None else split_names(given, words, path)


def split_names(given: str, words: tuple[str, ...], path: str) -> tuple[str, ...]:
    """Split the names that a user gave for the different labels.

    Raises
    ------
    UndecidedError
        If there is not one name for each, all different.
    """
    names = tuple(name.strip()[:_LONGEST_NAME] for name in given.split(","))
    if len(names) != len(words) or len(set(names)) != len(names) or "" in names:
        shown = ", ".join(words[:20])
        raise UndecidedError(
            f"Each of the {len(words)} different labels of {path} ({shown}) needs a name of its own, but "
            f"{len(set(names) - {''})} different names came: give as many, with commas between."
        )
    return names


def name_mapped(numbers: Labels, names: Mapping[int, str], path: str) -> tuple[Labels, tuple[str, ...]]:
    """Name classes as the file's own list of names does.

    Raises
    ------
    UndecidedError
        If it does not name every label.
    """
    known = np.array(sorted(names), dtype=np.int64)
    odd = ~np.isin(numbers, known)
    if odd.any():
        raise UndecidedError(
            f"{path} needs labels that the file's own list names, but {np.count_nonzero(odd):,} are not, "
            f"such as {numbers[odd][0]}: mend or leave out those images."
        )
    return np.searchsorted(known, numbers).astype(np.int64), tuple(names[int(number)] for number in known)
