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
    is_text : bool
        Whether words stand in it, then in one column alone.
    """

    name: str
    begin: int
    end: int
    is_text: bool

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
    is_text = [_is_text(column, place, stems, n_alike) for place, column in enumerate(columns)]
    keys = [
        (stem, place if text or (has_index and place == 0) else -1)
        for place, (stem, text) in enumerate(zip(stems, is_text, strict=True))
    ]
    if len(list(_group(keys))) > _MOST_RUNS:
        keys = [("", place) for _, place in keys]
    runs = [
        Run(_name_run(shown, begin, end, has_index), begin, end, is_text[begin])
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
    widest = max(nameless, key=lambda run: (not run.is_text, run.width), default=None)
    apart: dict[str, Run] = {}
    for run in runs:
        name = run.name or (
            "" if run is widest and (len(runs) == 1 or run.width > 1) else f"column{run.begin + 1}"
        )
        name = name if name not in apart else f"{name}_{run.begin + 1}"
        apart[name] = Run(name, run.begin, run.end, run.is_text)
    return list(apart.values())
