"""The names of classes: those that labels have, those that the file lists, and those that a user gives."""

from collections.abc import Mapping, Sequence

import numpy as np

from mnist_core.data.layouts.found import Group, UndecidedError
from mnist_core.data.layouts.tree import Leaf
from mnist_core.data.layouts.variable_names import is_names_name
from mnist_core.ground.arrays import Labels
from mnist_core.ground.variables import Cells

LETTERS = tuple("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
"""The names of classes that are letters."""

_PRTOOLS = "lablist"  # of PRTools' data sets, in which `nlab` counts its entries from 1
_SPACE, _BEYOND_LETTERS = 32, 0x2000  # codes of characters between them can be read
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


def read_names(leaves: Sequence[Leaf], groups: Sequence[Group]) -> dict[int, str]:
    """Read what the file calls its labels: a table of labels and characters, or a list of words."""
    for leaf in leaves:
        if is_names_name(leaf.path):
            names = _read_table(leaf) or _read_list(leaf, groups)
            if names:
                return names
    return {}


def _read_table(leaf: Leaf) -> dict[int, str]:
    """Read rows of a label and the codes of its characters, as EMNIST has them."""
    table = leaf.value
    if not isinstance(table, np.ndarray) or table.dtype.kind not in "iuf" or table.ndim != 2:
        return {}
    codes = table[:, 1:]
    is_sound = np.isfinite(table).all() and (np.abs(table) < _BEYOND_LETTERS).all()
    if not 2 <= table.shape[1] <= 4 or not is_sound or (codes <= _SPACE).any():
        return {}
    return {int(row[0]): "".join(chr(int(code)) for code in dict.fromkeys(row[1:])) for row in table}


def _read_list(leaf: Leaf, groups: Sequence[Group]) -> dict[int, str]:
    """Read a list of words, the first for the least label; of PRTools also one of numbers."""
    value: object = leaf.value
    items: Sequence[object] = value.items if isinstance(value, Cells) else ()
    kinds = "iufU" if leaf.name == _PRTOOLS else "U"
    if isinstance(value, np.ndarray) and value.dtype.kind in kinds:
        items = [f"{one:g}" if value.dtype.kind != "U" else str(one).strip() for one in value.ravel()]
    if not items or not all(isinstance(item, str) for item in items):
        return {}
    raws = [group.labels for group in groups if group.labels is not None]
    if not raws or any(raw.is_text or raw.n == len(items) for raw in raws):  # a name an image is of its file
        return {}
    least, greatest = (int(end(end(raw.values) for raw in raws)) for end in (min, max))
    # Who keeps words in an array counts from 0, as long as that may be; in cells and in PRTools from 1.
    is_from_0 = least == 0 or (
        isinstance(value, np.ndarray) and leaf.name != _PRTOOLS and greatest < len(items)
    )
    start = 0 if is_from_0 else 1
    if not start <= greatest < start + len(items):
        return {}
    return {start + place: str(item) for place, item in enumerate(items)}
