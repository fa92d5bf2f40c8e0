"""The plan of a search: what is searched, how, and by whom."""

import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from functools import cached_property
from itertools import islice
from typing import Any

from mnist_core.data.stratified import Split, cut_folds
from mnist_core.ground.arrays import Labels
from mnist_core.ground.errors import GridError
from mnist_core.network.candidate import Candidate, check_count
from mnist_core.network.draws import count_candidates, draw_candidates
from mnist_core.network.grid import MOST_CANDIDATES, PAPER_GRID, Grid
from mnist_core.network.recipe import Recipe

_MOST_SECONDS = 86_400  # a day without a checkpoint is a mistake

MOST_WORKERS = 1024
"""More are a typing error."""

_PARTS_OF_ONE = 5  # of which a single fold holds one out

USUAL_TRIALS = 25
"""Candidates that are drawn where nobody says how many."""


class Engine(StrEnum):
    """Who trains the networks of a search; both come to the same results."""

    FUSED = "fused"
    SKLEARN = "sklearn"


class Strategy(StrEnum):
    """Which candidates of its space a search measures, and how far."""

    GRID = "grid"
    RANDOM = "random"
    BAYES = "bayes"
    RACE = "race"

    @property
    def draws(self) -> bool:
        """Whether it measures some of the candidates only, which are drawn."""
        return self in (Strategy.RANDOM, Strategy.BAYES)


@dataclass(frozen=True)
class SearchPlan:
    """Everything that determines a search but the data.

    Attributes
    ----------
    grid : Grid
        The candidates.
    recipe : Recipe
        How each network is trained.
    cv : int
        Outer folds, stratified, in the order of the data; a single one holds a fifth out.
    split_seed : int
        Seed of the shuffle and of the split into training and held-out images.
    limit : int or None
        Images kept after the shuffle; None keeps all.
    engine : Engine
        Who trains the networks.
    workers : int or None
        Processes side by side; None takes one a core.
    cluster : str or None
        Address of a Dask scheduler whose workers are used instead of processes of this machine.
    checkpoint_s : float
        Seconds between two checkpoints of a part of the search: what a kill may cost.
    out : str or None
        Folder for the model and the table; None takes the lab's home.
    strategy : Strategy
        Which candidates of the grid are measured: all; some, drawn at random or by what was measured
        before; or all at first, and those that fall behind no further.
    n_trials : int or None
        Candidates that are drawn, not more than there are; None takes the usual number, and stays where none
        are.
    drawn : tuple of Candidate
        By what was measured before: those that were drawn so far.
    """

    grid: Grid = PAPER_GRID
    recipe: Recipe = field(default_factory=Recipe)
    cv: int = 5
    split_seed: int = 0
    limit: int | None = None
    engine: Engine = Engine.FUSED
    workers: int | None = None
    cluster: str | None = None
    checkpoint_s: float = 5.0  # the way of the state to disk takes about a hundredth of it
    out: str | None = None
    strategy: Strategy = Strategy.GRID
    n_trials: int | None = None
    drawn: tuple[Candidate, ...] = ()

    def __post_init__(self) -> None:
        if self.cluster is not None and self.engine is not Engine.FUSED:
            raise GridError(
                f"A cluster works for the fused engine only, but {self.engine.value} was chosen: "
                "choose fused, or no cluster."
            )
        if self.strategy is Strategy.RACE and self.engine is not Engine.FUSED:
            raise GridError(
                f"A race needs the fused engine, which trains all candidates side by side, but "
                f"{self.engine.value} was chosen: choose fused, or the whole grid."
            )
        if self.cv < 1:
            raise GridError(f"A search needs at least 1 fold, but got {self.cv}: choose 1 or more.")
        if self.cv == 1 and self.strategy is Strategy.RACE:
            raise GridError("A race compares candidates over folds, but there is 1: choose 2 or more.")
        if not 0 <= self.checkpoint_s <= _MOST_SECONDS:
            raise GridError(
                f"The seconds between checkpoints must be from 0 to {_MOST_SECONDS:,}, but are "
                f"{self.checkpoint_s}: choose others."
            )
        for candidate in self.grid.list_corners():
            self.recipe.of(candidate)
        if self.workers is not None:
            check_count("workers", self.workers, MOST_WORKERS)
        self._settle_trials()
        self.tried.candidates()

    def _settle_trials(self) -> None:
        """Count the candidates that are drawn, as far as the strategy draws any."""
        strategy, n_trials = self.strategy, self.n_trials
        if not strategy.draws:
            if n_trials is not None:
                raise GridError(
                    f"The strategy {strategy.value} measures all candidates, but {n_trials} are to be drawn: "
                    "choose random or bayes, or give no number."
                )
            return
        if strategy is Strategy.BAYES and self.engine is not Engine.FUSED:
            raise GridError(
                f"The strategy bayes works for the fused engine only, but {self.engine.value} was chosen: "
                "choose fused, or the strategy random."
            )
        check_count("n_trials", USUAL_TRIALS if n_trials is None else n_trials, MOST_CANDIDATES)
        n = min(n_trials or USUAL_TRIALS, count_candidates(self.grid) or MOST_CANDIDATES)
        object.__setattr__(self, "n_trials", n)

    @cached_property
    def tried(self) -> Grid:
        """Return the grid as far as it is tried: as it is, or with the candidates that were drawn."""
        if self.strategy is Strategy.BAYES:
            return replace(self.grid, drawn=self.drawn)
        return replace(self.grid, drawn=self._draw()) if self.strategy is Strategy.RANDOM else self.grid

    def _draw(self) -> tuple[Candidate, ...]:
        return draw_candidates(self.grid, self.n_trials or 0, self.recipe.seed)

    def candidates(self) -> list[Candidate]:
        """List the candidates by the numbers that the store, checkpoints and tables know them by."""
        return self.tried.candidates()

    def list_likely(self) -> list[Candidate]:
        """List the candidates, or where they are not drawn yet such as may be, to plan by."""
        return self.candidates() or list(self._draw())

    @property
    def n_candidates(self) -> int:
        """Count them, in the end."""
        return self.n_trials or self.grid.n_candidates

    def say_size(self) -> str:
        """Say how many candidates there are."""
        return "1 candidate" if self.n_candidates == 1 else f"{self.n_candidates} candidates"

    @property
    def n_fits(self) -> int:
        """Count the trainings: a fold of a candidate each."""
        return self.n_candidates * self.cv

    @property
    def n_parts(self) -> int:
        """Count the parts that training images are cut into: as many as folds, or those of a single one."""
        return self.cv if self.cv > 1 else _PARTS_OF_ONE

    def cut(self, labels: Labels) -> list[Split]:
        """Cut training images into the folds, stratified, in their order."""
        return list(islice(cut_folds(labels, self.n_parts), self.cv))

    @property
    def n_processes(self) -> int:
        """Count the processes of this machine that are used side by side."""
        return min(self.workers or os.cpu_count() or 1, self.n_fits)

    def fit_classes(self, n_classes: int) -> "SearchPlan":
        """Return the plan with an output for each class of a data set."""
        return replace(self, recipe=replace(self.recipe, n_classes=n_classes))

    def values(self) -> dict[str, Any]:
        """Return the plan as plain JSON values."""
        return {
            **asdict(self),
            "grid": self.grid.values(),
            "engine": self.engine.value,
            "strategy": self.strategy.value,
            "drawn": [candidate.params() for candidate in self.drawn],
        }

    @staticmethod
    def from_values(values: Mapping[str, Any]) -> "SearchPlan":
        """Make a plan from what `values` returned."""
        parts = {
            **values,
            "grid": Grid.from_values(values["grid"]),
            "recipe": Recipe(**values["recipe"]),
            "engine": Engine(values["engine"]),
            "strategy": Strategy(values.get("strategy", Strategy.GRID)),
            "drawn": tuple(map(Candidate.from_params, values.get("drawn", ()))),
        }
        return SearchPlan(**parts)
