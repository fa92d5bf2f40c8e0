"""Where each candidate of a grid stands, wherever a grid is drawn as rows and columns."""

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from mnist_core.network.candidate import Candidate
from mnist_core.network.grid import Grid

_SHEET_COLUMNS = 10
_LEAST_RATIO = 20  # of the ends of an axis from which on it is logarithmic
NO_VALUE = "–"
"""For a setting that a candidate has not, such as Adam's momentum."""


@dataclass(frozen=True)
class GridPlaces:
    """The rows and columns of a grid, within a block for each activation and rate.

    Widths of two layers span them; of other grids a row is an architecture, a column what else it varies.

    Attributes
    ----------
    rates : tuple of float
        In their order.
    rows, columns : tuple of str
        In theirs.
    words : str
        What the columns are.
    """

    rates: tuple[float, ...]
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    words: str


@lru_cache(maxsize=32)
def list_places(grid: Grid) -> GridPlaces:
    """List the rates, rows and columns of a grid that has all its combinations."""
    places = [find_place(grid, candidate) for candidate in grid.candidates()]
    rows, columns = (tuple(dict.fromkeys(names)) for names in zip(*places, strict=True))
    names = ["hidden 2"] if is_spanned(grid) else [name.replace("_", " ") for name, _ in grid.settings]
    rates = tuple(dict.fromkeys(candidate.lr for candidate in grid.candidates()))
    return GridPlaces(rates, rows, columns, ", ".join(names))


def find_place(grid: Grid, candidate: Candidate) -> tuple[str, str]:
    """Return the row and the column of a candidate."""
    if is_spanned(grid):
        return str(candidate.hidden1), str(candidate.hidden2)
    values = [say_value(read_setting(name, candidate)) for name, _ in grid.settings]
    return candidate.architecture, " ".join(values) or NO_VALUE


def read_setting(name: str, candidate: Candidate) -> Any:
    """Return what a candidate has of a setting; None where it has none of its own."""
    return dict(candidate.settings).get(name)


def is_of_many_sizes(low: float, high: float) -> bool:
    """Say whether values from one to another stand on a logarithmic axis."""
    return low > 0 and high / low >= _LEAST_RATIO


def say_value(value: Any) -> str:
    """Say a value of an axis."""
    if value is None:
        return NO_VALUE
    return str(value) if isinstance(value, str) else f"{value:g}"


def is_spanned(grid: Grid) -> bool:
    """Say whether the widths of two layers span a grid, and nothing else but rates and activations."""
    return grid.drawn is None and not grid.hidden and not grid.settings


@dataclass(frozen=True)
class Sheet:
    """The rows and columns of candidates that were drawn, in the order in which they were.

    Attributes
    ----------
    columns : tuple of str
        Places in a row.
    rows : tuple of str
        The numbers of those that stand in each.
    """

    columns: tuple[str, ...]
    rows: tuple[str, ...]


def lay_sheet(n: int) -> Sheet:
    """Lay out candidates that were drawn."""
    n_columns = min(n, _SHEET_COLUMNS)
    n_rows = math.ceil(n / n_columns) if n else 0
    starts = [row * n_columns + 1 for row in range(n_rows)]
    rows = (f"{start}–{min(start + n_columns - 1, n)}" for start in starts)
    return Sheet(tuple(str(column + 1) for column in range(n_columns)), tuple(rows))
