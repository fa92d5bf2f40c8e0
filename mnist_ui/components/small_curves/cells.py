"""The cells of a grid of small learning curves: how they lie, and what each shows."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import product
from typing import Any

from mnist_core.network.candidate import Candidate
from mnist_core.network.grid import Grid
from mnist_ui.charts.grid_places import find_place, lay_sheet, list_places
from mnist_ui.charts.live import LEAST_ERROR, MOST_ERROR, to_error

MOST_CELLS = 5_000  # more take seconds to send
_LEAST_BEST = 0.5  # accuracy that the axis reaches at least: the first guesses do not fill a cell
# The axes grow in steps: each step draws every cell anew.
_EPOCHS_A_STEP, _ERROR_A_STEP = 5, 0.002


class Kind(StrEnum):
    """Where a network stands."""

    WAITS = "waits"
    TRAINS = "trains"
    HALTED = "halted"
    STOPPED = "stopped"
    DROPPED = "dropped"


@dataclass(frozen=True)
class Cell:
    """One network.

    Attributes
    ----------
    index : int
        Its candidate's place in the grid.
    kind : Kind
        Where it stands.
    points : str
        Its curve in a square of 100: x grows with the square root of the epochs, y falls with the accuracy.
    score : str
        Its accuracy now, in percent.
    note : str
        The epoch that it is at, or at which it stopped.
    words : str
        All of that for the tooltip.
    best : bool
        Whether it leads the ranking.
    """

    index: int
    kind: Kind
    points: str
    score: str
    note: str
    words: str
    best: bool


@dataclass(frozen=True)
class Axes:
    """The last epoch and the least error that a cell has room for."""

    last_epoch: int
    least_error: float

    def place(self, number: int, accuracy: float) -> str:
        """Place an epoch, counted from 0, in a square of 100."""
        height = math.log(to_error(accuracy) / self.least_error) / math.log(MOST_ERROR / self.least_error)
        # Most networks stop early, few go on for long: a square root has room for both.
        return f"{100 * math.sqrt(number / (self.last_epoch - 1)):.1f},{100 * height:.1f}"


def find_axes(curves: Sequence[Sequence[float]]) -> Axes:
    """Find what the cells must reach to, by the accuracies of all trainings."""
    last_epoch = _EPOCHS_A_STEP * math.ceil(max([1, *map(len, curves)]) / _EPOCHS_A_STEP)
    error = to_error(max([_LEAST_BEST, *map(max, curves)]))
    return Axes(last_epoch, max(LEAST_ERROR, _ERROR_A_STEP * math.floor(error / _ERROR_A_STEP)))


def lay_out(grid: Grid) -> list[Candidate]:
    """Return the candidates in the order of the cells: rows, then columns."""
    if grid.drawn is not None:
        return grid.candidates()
    places = list_places(grid)

    def find(candidate: Candidate) -> tuple[int, ...]:
        row, column = find_place(grid, candidate)
        return (
            grid.activation.index(candidate.activation),
            places.rows.index(row),
            places.rates.index(candidate.lr),
            places.columns.index(column),
        )

    return sorted(grid.candidates(), key=find)


def describe_layout(grid: Grid) -> dict[str, Any]:
    """Describe the heads of columns and rows of the grid's cells."""
    if grid.drawn is not None:
        sheet = lay_sheet(grid.n_candidates)
        return {
            "words": "as drawn",
            "columns": [{"name": "", "values": list(sheet.columns)}],
            "rows": [{"name": "", "value": row} for row in sheet.rows],
        }
    places = list_places(grid)
    return {
        "words": places.words,
        "columns": [{"name": f"lr {lr:g}", "values": list(places.columns)} for lr in places.rates],
        "rows": [
            {"name": activation.label, "value": row}
            for activation, row in product(grid.activation, places.rows)
        ],
    }
