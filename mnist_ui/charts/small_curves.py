"""Every network of a search as one small learning curve, laid out by hyper-parameters."""

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from itertools import product
from statistics import fmean
from typing import Any

import streamlit as st

from mnist_core.grid import Candidate, Grid
from mnist_core.history import REFIT_FOLD
from mnist_core.runs import EpochRow, FitRow, FitState
from mnist_ui.assets import read_assets
from mnist_ui.charts.live import MOST_ERROR, to_error
from mnist_ui.picked import read_picked

MOST_CELLS = 400  # more cannot be told apart on a screen
_LEAST_EPOCHS = 5  # of the axis: the first epochs do not fill a cell
_LEAST_BEST = 0.5  # accuracy that the axis reaches at least: the first guesses do not fill a cell


_figure = st.components.v2.component(
    "lab_small_curves",
    html='<div class="frame"><div class="grid" role="group"></div></div>',
    css=read_assets("small_cells.css"),
    js=read_assets("arrow_keys.js", "small_cells.js", "small_curves.js"),
)


class Kind(StrEnum):
    """Where a network stands."""

    WAITS = "waits"
    TRAINS = "trains"
    HALTED = "halted"
    STOPPED = "stopped"


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


@dataclass(frozen=True)
class SmallCurves:
    """The figure: cells in the order of rows, then columns.

    Attributes
    ----------
    grid : Grid
        The layout: a row an activation and a width of hidden 1, a column a rate and a width of hidden 2.
    cells : tuple of Cell
        Of all candidates.
    axes : Axes
        Those that all cells share.
    """

    grid: Grid
    cells: tuple[Cell, ...]
    axes: Axes

    def say_axes(self) -> str:
        """Say what the cells reach to."""
        accuracy = f"{1 - MOST_ERROR:.0%} to {1 - self.axes.least_error:.1%}"
        return f"epochs 1 to {self.axes.last_epoch}, accuracy {accuracy}"

    def show(self, key: str, selected: int | None, on_pick: Callable[[int], None]) -> None:
        """Draw the figure, or change what differs in the one that stands under this key."""
        data = {
            **describe_layout(self.grid),
            "cells": [asdict(cell) for cell in self.cells],
            "selected": selected,
            "label": "Learning curves of all networks",
        }
        _figure(key=key, data=data, on_picked_change=lambda: _forward(key, on_pick))


def describe_layout(grid: Grid) -> dict[str, list[dict[str, Any]]]:
    """Describe the heads of columns and rows of the grid's cells."""
    values = [str(value) for value in grid.hidden2]
    return {
        "columns": [{"name": f"lr {lr:g}", "values": values} for lr in grid.lr],
        "rows": [
            {"name": activation.label, "value": str(width)}
            for activation, width in product(grid.activation, grid.hidden1)
        ],
    }


def draw_small_curves(
    grid: Grid,
    epochs: Iterable[EpochRow],
    fits: Sequence[FitRow],
    *,
    fold: int | None = None,
    best: int | None = None,
    is_running: bool = True,
) -> SmallCurves:
    """Draw the validation accuracy of every candidate against its epochs.

    Parameters
    ----------
    grid : Grid
        The candidates.
    epochs : iterable of EpochRow
        In the order in which they ended.
    fits : sequence of FitRow
        Those that have begun; they tell who has stopped.
    fold : int or None
        Which; None draws the mean over the folds.
    best : int or None
        The candidate that leads the ranking.
    is_running : bool
        Whether a worker has the run; else those that have not stopped early stand still.
    """
    curves = group_epochs(epochs, fold)
    axes = find_axes([curve for each in curves.values() for curve in each.values()])
    begun: dict[int, list[FitRow]] = defaultdict(list)
    for fit in fits:
        if fit.fold != REFIT_FOLD and fold in (None, fit.fold):
            begun[fit.candidate].append(fit)
    places = {candidate: index for index, candidate in enumerate(grid.candidates())}
    busy = Kind.TRAINS if is_running else Kind.HALTED
    cells = []
    for candidate in lay_out(grid):
        index = places[candidate]
        over = {fit.fold for fit in begun[index] if fit.state is FitState.DONE}
        kind = Kind.STOPPED if len(over) == len(begun[index]) else busy
        network = _Network(candidate, kind, curves.get(index, {}), over)
        cells.append(network.draw(index, axes, index == best))
    return SmallCurves(grid, tuple(cells), axes)


def find_axes(curves: Sequence[Sequence[float]]) -> Axes:
    """Find what the cells must reach to, by the accuracies of all trainings."""
    last_epoch = max([_LEAST_EPOCHS, *map(len, curves)])
    best = max([_LEAST_BEST, *map(max, curves)])
    return Axes(last_epoch, to_error(best))


def lay_out(grid: Grid) -> list[Candidate]:
    """Return the candidates in the order of the cells: rows, then columns."""
    axes = (grid.activation, grid.hidden1, grid.lr, grid.hidden2)
    return [Candidate(lr, h1, h2, activation) for activation, h1, lr, h2 in product(*axes)]


def group_epochs(epochs: Iterable[EpochRow], fold: int | None) -> Mapping[int, Mapping[int, list[float]]]:
    """Group accuracies by candidate and fold."""
    curves: dict[int, dict[int, list[float]]] = defaultdict(lambda: defaultdict(list))
    for row in epochs:
        if row.fold != REFIT_FOLD and fold in (None, row.fold):
            curves[row.candidate][row.fold].append(row.record.valid_accuracy)
    return curves


@dataclass(frozen=True)
class _Network:
    """A candidate with its curves by fold, and the folds that are over."""

    candidate: Candidate
    kind: Kind
    curves: Mapping[int, Sequence[float]]
    over: set[int]

    def draw(self, index: int, axes: Axes, best: bool) -> Cell:
        if not self.curves:
            return Cell(index, Kind.WAITS, "", "", "", f"{self.candidate}: not begun", best=False)
        mean = _average(self.curves, self.over)
        points = " ".join(axes.place(number, accuracy) for number, accuracy in enumerate(mean))
        note = str(round(fmean(len(curve) for curve in self.curves.values())))
        words = f"{self.candidate}: {self._say()}, accuracy {mean[-1]:.2%}"
        return Cell(index, self.kind, points, f"{100 * mean[-1]:.1f}", note, words, best)

    def _say(self) -> str:
        lengths = sorted(len(curve) for curve in self.curves.values())
        span = str(lengths[0]) if lengths[0] == lengths[-1] else f"{lengths[0]} to {lengths[-1]}"
        if self.kind is Kind.STOPPED:
            return f"stopped at epoch {span}"
        stopped = f", {len(self.over)} of {len(self.curves)} folds stopped" if self.over else ""
        return f"{_DOING[self.kind]} epoch {span}{stopped}"


_DOING = {Kind.TRAINS: "trains, at", Kind.HALTED: "not over, at"}


def _average(curves: Mapping[int, Sequence[float]], over: set[int]) -> list[float]:
    """Average the folds epoch by epoch; one that has stopped counts on with its last value."""
    longest = max(len(curve) for curve in curves.values())
    return [
        fmean(
            curve[min(epoch, len(curve) - 1)]
            for fold, curve in curves.items()
            if epoch < len(curve) or fold in over
        )
        for epoch in range(longest)
    ]


def _forward(key: str, on_pick: Callable[[int], None]) -> None:
    picked = read_picked(key)
    if isinstance(picked.get("index"), int):
        on_pick(picked["index"])
