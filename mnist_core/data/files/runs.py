"""The columns of a table as variables: columns side by side that are called alike are one matrix."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from mnist_core.data.files.dialect import count_words, is_counting

INDEX = "index"
"""What a column is called that counts the rows and has no name."""

_MOST_RUNS = 32  # more kinds of names are none: then all numbers side by side are one matrix
_LONGEST_NAME = 64


@dataclass(frozen=True)
class Run:
    """Columns side by side that are one variable.

    Attributes
    ----------
    name : str
        Of the variable; empty for one that is called as its file.
    begin, end : int
        The columns, from 0.
    is_number : bool
        Whether plain numbers stand in it; what is none is one column alone.
    """

    name: str
    begin: int
    end: int
    is_number: bool

    @property
    def width(self) -> int:
        """Count the columns."""
        return self.end - self.begin


def find_runs(names: Sequence[str] | None, rows: Sequence[Sequence[str]]) -> list[Run]:
    """Find the variables of a table by the names of its columns and its first rows.

    Words in a few places of a column amid others that have numbers are left for the one who reads all.
    """
    columns = list(zip(*rows, strict=True))
    shown = names if names is not None else [""] * len(columns)
    has_index = bool(columns) and is_counting(columns[0])
    stems = [re.sub(r"\d+", "", name) for name in shown]
    n_alike = 2 if names is None else 1  # labels may be at either end
    is_number = [not _is_text(column, place, stems, n_alike) for place, column in enumerate(columns)]
    return group_columns(shown, is_number, has_index)


def group_columns(names: Sequence[str], is_number: Sequence[bool], has_index: bool = False) -> list[Run]:
    """Make columns of numbers side by side that are called alike one variable, and each other one for itself.

    Parameters
    ----------
    names : sequence of str
        Of the columns; empty where they have none.
    is_number : sequence of bool
        Whether plain numbers stand in each.
    has_index : bool
        Whether the first counts the rows.
    """
    keys = [
        (re.sub(r"\d+", "", name), -1 if is_plain and (place or not has_index) else place)
        for place, (name, is_plain) in enumerate(zip(names, is_number, strict=True))
    ]
    if len(list(_group(keys))) > _MOST_RUNS:
        keys = [("", place) for _, place in keys]
    runs = [
        Run(_name_run(names, begin, end, has_index), begin, end, is_number[begin])
        for begin, end in _group(keys)
    ]
    return _name_apart(runs)


def _is_text(column: Sequence[str], place: int, stems: Sequence[str], n_alike: int) -> bool:
    beside = [*stems[max(place - 1, 0) : place], *stems[place + 1 : place + 2]]
    is_amid = beside.count(stems[place]) >= n_alike
    return not any(column) or count_words(column) > (len(column) / 2 if is_amid else 0)


def _group(keys: Sequence[tuple[str, int]]) -> Iterable[tuple[int, int]]:
    begin = 0
    for place in range(1, len(keys) + 1):
        if place == len(keys) or keys[place] != keys[begin]:
            yield begin, place
            begin = place


def _name_run(names: Sequence[str], begin: int, end: int, has_index: bool) -> str:
    if begin == 0 and has_index and not names[0]:
        return INDEX
    stems = {re.sub(r"\d+", "", name) for name in names[begin:end]}
    name = names[begin] if end - begin == 1 else stems.pop() if len(stems) == 1 else ""
    return re.sub(r"\W+", "_", name).strip("_")[:_LONGEST_NAME]


def _name_apart(runs: Sequence[Run]) -> list[Run]:
    """Give every variable a name of its own; the widest without one is called as its file."""
    nameless = [run for run in runs if not run.name]
    widest = max(nameless, key=lambda run: (run.is_number, run.width), default=None)
    apart: dict[str, Run] = {}
    for run in runs:
        name = run.name or (
            "" if run is widest and (len(runs) == 1 or run.width > 1) else f"column{run.begin + 1}"
        )
        name = name if name not in apart else f"{name}_{run.begin + 1}"
        apart[name] = Run(name, run.begin, run.end, run.is_number)
    return list(apart.values())
