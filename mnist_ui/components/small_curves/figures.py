"""The figures of small learning curves that grow with a run."""

import math
import secrets
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from statistics import fmean
from threading import Lock
from typing import Any

from mnist_core.network.candidate import Candidate
from mnist_core.network.grid import Grid
from mnist_core.network.history import REFIT_FOLD
from mnist_core.store import FitRow, FitState
from mnist_core.store.epochs import EpochAccuracy
from mnist_ui.components.small_curves import SmallCurves
from mnist_ui.components.small_curves.cells import Axes, Cell, Kind, find_axes, lay_out

Curves = dict[int, list[float]]  # the accuracy of each epoch, by fold


@dataclass(frozen=True)
class _Drawn:
    """A cell as it was drawn, what it was drawn from, and at which step of its figure."""

    basis: tuple[Any, ...]
    cell: Cell
    step: int


class Figures:
    """The figures of a run, which grow with it: a cell is drawn anew once its network has changed."""

    def __init__(self) -> None:
        self._name = secrets.token_hex(4)
        self._lock = Lock()
        self._curves: dict[int, Curves] = {}
        self._n_read = 0
        self._last_row: EpochAccuracy | None = None
        self._drawn: dict[int | None, dict[int, _Drawn]] = defaultdict(dict)

    def draw(
        self,
        grid: Grid,
        epochs: Sequence[EpochAccuracy],
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
        epochs : sequence of EpochAccuracy
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
        with self._lock:
            self._read_on(epochs)
            curves = {candidate: _of_fold(folds, fold) for candidate, folds in self._curves.items()}
            axes = find_axes([curve for each in curves.values() for curve in each.values()])
            places = {candidate: index for index, candidate in enumerate(grid.candidates())}
            begun = _group_fits(fits, fold)
            busy = Kind.TRAINS if is_running else Kind.HALTED
            networks = {}
            for candidate in lay_out(grid):
                index = places[candidate]
                over = frozenset(fit.fold for fit in begun[index] if fit.state is FitState.DONE)
                kind = Kind.STOPPED if len(over) == len(begun[index]) else busy
                if any(fit.state is FitState.DROPPED for fit in begun[index]):
                    kind = Kind.DROPPED
                networks[index] = _Network(candidate, kind, curves.get(index, {}), over)
            return self._draw_what_changed(grid, networks, axes, fold, best)

    def _draw_what_changed(
        self, grid: Grid, networks: Mapping[int, "_Network"], axes: Axes, fold: int | None, best: int | None
    ) -> SmallCurves:
        drawn = self._drawn[fold]
        step = 1 + max((one.step for one in drawn.values()), default=-1)
        for index, network in networks.items():
            basis = (axes, index == best, network.kind, network.over, network.lengths)
            if index not in drawn or drawn[index].basis != basis:
                drawn[index] = _Drawn(basis, network.draw(index, axes, index == best), step)
        shown = [drawn[index] for index in networks]
        cells, steps = tuple(one.cell for one in shown), tuple(one.step for one in shown)
        return SmallCurves(grid, cells, axes, f"{self._name}-{fold}", steps)

    def _read_on(self, epochs: Sequence[EpochAccuracy]) -> None:
        n_read = self._n_read
        if n_read > len(epochs) or (n_read and epochs[n_read - 1] is not self._last_row):
            # A run that was resumed does some epochs again: those before it are no longer true.
            self._name, n_read = secrets.token_hex(4), 0
            self._curves.clear()
            self._drawn.clear()
        add_epochs(self._curves, epochs[n_read:])
        self._n_read, self._last_row = len(epochs), epochs[-1] if epochs else None


def _of_fold(curves: Curves, fold: int | None) -> Curves:
    return curves if fold is None else {fold: curves[fold]} if fold in curves else {}


def _group_fits(fits: Iterable[FitRow], fold: int | None) -> Mapping[int, list[FitRow]]:
    begun: dict[int, list[FitRow]] = defaultdict(list)
    for fit in fits:
        if fit.fold != REFIT_FOLD and fold in (None, fit.fold):
            begun[fit.candidate].append(fit)
    return begun


def add_epochs(curves: dict[int, Curves], epochs: Iterable[EpochAccuracy]) -> dict[int, Curves]:
    """Add accuracies to curves, by candidate and fold; return the curves."""
    for row in epochs:
        if row.fold != REFIT_FOLD:
            folds = curves.setdefault(row.candidate, {})
            folds.setdefault(row.fold, []).append(row.accuracy)
    return curves


@dataclass(frozen=True)
class _Network:
    """A candidate with its curves by fold, and the folds that are over."""

    candidate: Candidate
    kind: Kind
    curves: Curves
    over: frozenset[int]

    @property
    def lengths(self) -> tuple[int, ...]:
        """Return how many epochs each fold has had: curves only grow."""
        return tuple(map(len, self.curves.values()))

    def draw(self, index: int, axes: Axes, best: bool) -> Cell:
        if not self.curves:
            return Cell(index, Kind.WAITS, "", "", "", f"{self.candidate}: not begun", best=False)
        mean = average_folds(self.curves, self.over)
        points = " ".join(axes.place(number, accuracy) for number, accuracy in enumerate(mean))
        note = str(round(fmean(len(curve) for curve in self.curves.values())))
        words = f"{self.candidate}: {self._say()}, accuracy {mean[-1]:.2%}"
        return Cell(index, self.kind, points, _say_score(mean[-1]), note, words, best)

    def _say(self) -> str:
        lengths = sorted(len(curve) for curve in self.curves.values())
        span = str(lengths[0]) if lengths[0] == lengths[-1] else f"{lengths[0]} to {lengths[-1]}"
        if self.kind is Kind.STOPPED:
            return f"stopped at epoch {span}"
        stopped = f", {len(self.over)} of {len(self.curves)} folds stopped" if self.over else ""
        return f"{_DOING[self.kind]} epoch {span}{stopped}"


_DOING = {Kind.TRAINS: "trains, at", Kind.HALTED: "not over, at", Kind.DROPPED: "dropped, not measured, at"}


def _say_score(accuracy: float) -> str:
    """Say an accuracy in percent; halves are rounded up, as the browser's replay does."""
    return f"{math.floor(1000 * accuracy + 0.5) / 10:.1f}"


def average_folds(curves: Curves, over: Collection[int]) -> list[float]:
    """Average the folds epoch by epoch; one that has stopped counts on with its last value."""
    longest = max(map(len, curves.values()))
    held = [
        [*curve, *curve[-1:] * (longest - len(curve))] if fold in over else curve
        for fold, curve in curves.items()
    ]
    columns = ([one for one in column if one is not None] for column in zip_longest(*held))
    return [math.fsum(column) / len(column) for column in columns]
