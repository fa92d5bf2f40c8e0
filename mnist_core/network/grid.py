"""The space that is searched, and the plan of a search."""

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from itertools import product
from pathlib import Path
from typing import Any, TypeVar

from mnist_core.ground.errors import GridError
from mnist_core.network.candidate import (
    MOST_UNITS,
    Activation,
    Candidate,
    check_activation,
    check_count,
    check_lr,
)
from mnist_core.network.recipe import Recipe

_T = TypeVar("_T")

_AXES = ("lr", "hidden1", "hidden2", "activation")
_MOST_SECONDS = 86_400  # a day without a checkpoint is a mistake

MOST_WORKERS = 1024
"""More are a typing error."""


class Engine(StrEnum):
    """Who trains the networks of a search; both come to the same results."""

    FUSED = "fused"
    SKLEARN = "sklearn"


def _check_axes(values: Mapping[str, Any]) -> None:
    missing = [axis for axis in _AXES if axis not in values]
    unknown = [key for key in values if key not in _AXES]
    if missing or unknown:
        found = f"lacks {', '.join(missing)}" if missing else f"has {', '.join(map(str, unknown))}"
        raise GridError(
            f"A grid needs exactly the keys {', '.join(_AXES)}, but this one {found}: give these."
        )
    for axis in _AXES:
        if not isinstance(values[axis], Sequence) or isinstance(values[axis], str):
            raise GridError(f"{axis} must be a list of values, but is {values[axis]!r}: put it in brackets.")


def _plain(value: Any) -> Any:
    return value.value if isinstance(value, Activation) else value


def _unique(values: Iterable[_T]) -> tuple[_T, ...]:
    return tuple(dict.fromkeys(values))


@dataclass(frozen=True)
class Grid:
    """Every combination of the values of four axes.

    Raises
    ------
    GridError
        If an axis is empty or holds a value that no network can be made with.
    """

    lr: tuple[float, ...]
    hidden1: tuple[int, ...]
    hidden2: tuple[int, ...]
    activation: tuple[Activation, ...]

    def __post_init__(self) -> None:
        for axis in _AXES:
            if not getattr(self, axis):
                raise GridError(f"The grid needs at least one value of {axis}, but has none: add one.")
        for candidate in self.candidates():
            Candidate.from_params(candidate.params())

    @property
    def n_candidates(self) -> int:
        """Count the combinations."""
        return len(self.lr) * len(self.hidden1) * len(self.hidden2) * len(self.activation)

    def candidates(self) -> list[Candidate]:
        """List the combinations in the order of scikit-learn's `ParameterGrid`."""
        axes = (self.activation, self.hidden1, self.hidden2, self.lr)
        return [Candidate(lr, h1, h2, activation) for activation, h1, h2, lr in product(*axes)]

    def values(self) -> dict[str, list[Any]]:
        """Return the axes as plain JSON values, the form of GRID.json."""
        return {axis: [_plain(value) for value in getattr(self, axis)] for axis in _AXES}

    @staticmethod
    def from_values(values: Mapping[str, Any]) -> "Grid":
        """Make a grid from the form of GRID.json.

        Raises
        ------
        GridError
            If an axis is missing, unknown, empty, or holds a value that cannot be used.
        """
        _check_axes(values)
        return Grid(
            lr=_unique(check_lr(value) for value in values["lr"]),
            hidden1=_unique(check_count("hidden1", value, MOST_UNITS) for value in values["hidden1"]),
            hidden2=_unique(check_count("hidden2", value, MOST_UNITS) for value in values["hidden2"]),
            activation=_unique(check_activation(value) for value in values["activation"]),
        )


PAPER_GRID = Grid(
    lr=(0.1, 0.01, 0.001),
    hidden1=(24, 48, 96),
    hidden2=(12, 24, 48),
    activation=(Activation.SIGMOID, Activation.RELU, Activation.TANH),
)
PAPER_WINNER = Candidate(lr=0.001, hidden1=96, hidden2=24, activation=Activation.TANH)
PAPER_ACCURACY = 0.9711  # of the winner on the 10,000 held-out images, as the paper reports it


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
        if self.workers is not None:
            check_count("workers", self.workers, MOST_WORKERS)

    @property
    def n_fits(self) -> int:
        """Count the trainings: a fold of a candidate each."""
        return self.grid.n_candidates * self.cv

    @property
    def n_processes(self) -> int:
        """Count the processes of this machine that are used side by side."""
        return min(self.workers or os.cpu_count() or 1, self.n_fits)

    def fit_classes(self, n_classes: int) -> "SearchPlan":
        """Return the plan with an output for each class of a data set."""
        return replace(self, recipe=replace(self.recipe, n_classes=n_classes))

    def values(self) -> dict[str, Any]:
        """Return the plan as plain JSON values."""
        return {**asdict(self), "grid": self.grid.values(), "engine": self.engine.value}

    @staticmethod
    def from_values(values: Mapping[str, Any]) -> "SearchPlan":
        """Make a plan from what `values` returned."""
        parts = {
            **values,
            "grid": Grid.from_values(values["grid"]),
            "recipe": Recipe(**values["recipe"]),
            "engine": Engine(values["engine"]),
        }
        return SearchPlan(**parts)


def read_grid(source: str) -> Grid:
    """Read a grid from a GRID.json file; the word `paper` stands for the paper's grid.

    Raises
    ------
    GridError
        If the file cannot be read or is no grid.
    """
    if source == "paper":
        return PAPER_GRID
    try:
        values = json.loads(Path(source).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise GridError(
            f"The grid must be the word paper or a JSON file, but {source} cannot be read: {error}."
        ) from error
    except json.JSONDecodeError as error:
        raise GridError(f"{source} must be JSON, but is not ({error}): write it as JSON.") from error
    if not isinstance(values, dict):
        raise GridError(f"{source} must hold a JSON object with the keys {', '.join(_AXES)}.")
    return Grid.from_values(values)
