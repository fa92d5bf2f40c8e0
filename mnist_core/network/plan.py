"""The plan of a search: what is searched, how, and by whom."""

import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from typing import Any

from mnist_core.ground.errors import GridError
from mnist_core.network.candidate import Candidate, check_count
from mnist_core.network.grid import PAPER_GRID, Grid
from mnist_core.network.recipe import Recipe

_MOST_SECONDS = 86_400  # a day without a checkpoint is a mistake

MOST_WORKERS = 1024
"""More are a typing error."""


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
        Outer folds, stratified, in the order of the data.
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
        Candidates that are drawn; None where none are.
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

    def __post_init__(self) -> None:
        if self.cluster is not None and self.engine is not Engine.FUSED:
            raise GridError(
                f"A cluster works for the fused engine only, but {self.engine.value} was chosen: "
                "choose fused, or no cluster."
            )
        if self.cv < 2:
            raise GridError(f"Cross-validation needs at least 2 folds, but got {self.cv}: choose 2 or more.")
        if not 0 <= self.checkpoint_s <= _MOST_SECONDS:
            raise GridError(
                f"The seconds between checkpoints must be from 0 to {_MOST_SECONDS:,}, but are "
                f"{self.checkpoint_s}: choose others."
            )
        for candidate in self.candidates():
            self.recipe.of(candidate)
        if self.workers is not None:
            check_count("workers", self.workers, MOST_WORKERS)

    def candidates(self) -> list[Candidate]:
        """List the candidates by the numbers that the store, checkpoints and tables know them by."""
        return self.grid.candidates()

    @property
    def n_candidates(self) -> int:
        """Count them."""
        return self.grid.n_candidates

    @property
    def n_fits(self) -> int:
        """Count the trainings: a fold of a candidate each."""
        return self.n_candidates * self.cv

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
        }
        return SearchPlan(**parts)
