"""The space that is searched, and the plan of a search."""

import json
import math
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from functools import cached_property
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
    check_widths,
)
from mnist_core.network.recipe import GRID_SETTINGS, Optimizer, Recipe

_T = TypeVar("_T")

_WIDTHS = ("hidden1", "hidden2")
_MOST_SECONDS = 86_400  # a day without a checkpoint is a mistake

MOST_WORKERS = 1024
"""More are a typing error."""

MOST_CANDIDATES = 10_000
"""More would take days, and gigabytes to be told of."""


class Engine(StrEnum):
    """Who trains the networks of a search; both come to the same results."""

    FUSED = "fused"
    SKLEARN = "sklearn"


def _check_axes(values: Mapping[str, Any]) -> None:
    widths = ("hidden",) if "hidden" in values else _WIDTHS
    missing = [axis for axis in ("lr", *widths, "activation") if axis not in values]
    unknown = [key for key in values if key not in ("lr", *widths, "activation", *GRID_SETTINGS)]
    if missing or unknown:
        found = f"lacks {', '.join(missing)}" if missing else f"has {', '.join(map(str, unknown))}"
        raise GridError(
            f"A grid needs the keys lr, activation, and hidden or hidden1 and hidden2, and may have "
            f"{', '.join(GRID_SETTINGS)}, but this one {found}: give these."
        )
    for axis, several in values.items():
        if not isinstance(several, Sequence) or isinstance(several, str):
            raise GridError(f"{axis} must be a list of values, but is {several!r}: put it in brackets.")
        kind, words = (str, "names") if axis == "optimizer" else (int | float, "numbers")
        odd = [value for value in several if axis in GRID_SETTINGS and not isinstance(value, kind)]
        if odd:
            raise GridError(f"{axis} must be a list of {words}, but holds {odd[0]!r}: change it.")


def _plain(value: Any) -> Any:
    return value.value if isinstance(value, StrEnum) else list(value) if isinstance(value, tuple) else value


def _unique(values: Iterable[_T]) -> tuple[_T, ...]:
    return tuple(dict.fromkeys(values))


@dataclass(frozen=True)
class Grid:
    """Every combination of the values of some axes.

    Attributes
    ----------
    lr, activation : tuple
        Learning rates, and functions behind the hidden layers.
    hidden1, hidden2 : tuple of int
        Widths of two hidden layers, each with each; empty where `hidden` tells.
    hidden : tuple of tuple of int
        Instead of those widths: those of one to three layers together.
    settings : tuple of (str, tuple)
        Further axes: names of `recipe.GRID_SETTINGS`, sorted, and the values of each. Momentum is one of the
        optimisers that have any: candidates of Adam do without.

    Raises
    ------
    GridError
        If an axis is empty or holds a value that no network can be made with, or there are too many.
    """

    lr: tuple[float, ...]
    hidden1: tuple[int, ...]
    hidden2: tuple[int, ...]
    activation: tuple[Activation, ...]
    hidden: tuple[tuple[int, ...], ...] = ()
    settings: tuple[tuple[str, tuple[Any, ...]], ...] = ()

    def __post_init__(self) -> None:
        axes = self._axes()
        for axis, several in axes.items():
            if not several:
                raise GridError(f"The grid needs at least one value of {axis}, but has none: add one.")
        n = math.prod(map(len, axes.values()))
        if n > MOST_CANDIDATES:
            raise GridError(
                f"A grid may have {MOST_CANDIDATES:,} candidates, but this one has {n:,}: take fewer values "
                "an axis."
            )
        for candidate in self.candidates():
            Candidate.from_params(candidate.params())

    @property
    def n_candidates(self) -> int:
        """Count the combinations."""
        return len(self._candidates)

    def candidates(self) -> list[Candidate]:
        """List the combinations in the order of scikit-learn's `ParameterGrid`."""
        return list(self._candidates)

    @cached_property
    def _candidates(self) -> tuple[Candidate, ...]:
        axes = self._axes()
        names = sorted(axes)
        points = (dict(zip(names, point, strict=True)) for point in product(*(axes[name] for name in names)))
        return _unique(map(_make_candidate, points))

    def params(self, candidate: Candidate) -> dict[str, Any]:
        """Return a candidate's hyper-parameters under the names of the grid's axes, as plain JSON values."""
        params = candidate.params()
        if not self.hidden:
            return params
        of_layers = {f"hidden{n}" for n in range(1, len(candidate.hidden) + 1)}
        rest = {axis: value for axis, value in params.items() if axis not in of_layers}
        return {"lr": rest.pop("lr"), "hidden": list(candidate.hidden), **rest}

    def values(self) -> dict[str, list[Any]]:
        """Return the axes as plain JSON values, the form of GRID.json."""
        return {axis: [_plain(value) for value in several] for axis, several in self._axes().items()}

    def _axes(self) -> dict[str, tuple[Any, ...]]:
        widths = (
            {"hidden": self.hidden} if self.hidden else {"hidden1": self.hidden1, "hidden2": self.hidden2}
        )
        return {"lr": self.lr, **widths, "activation": self.activation, **dict(self.settings)}

    @staticmethod
    def from_values(values: Mapping[str, Any]) -> "Grid":
        """Make a grid from the form of GRID.json.

        Raises
        ------
        GridError
            If an axis is missing, unknown, empty, or holds a value that cannot be used.
        """
        _check_axes(values)
        hidden1, hidden2 = (
            _unique(check_count(axis, value, MOST_UNITS) for value in values.get(axis, ()))
            for axis in _WIDTHS
        )
        return Grid(
            lr=_unique(check_lr(value) for value in values["lr"]),
            hidden1=hidden1,
            hidden2=hidden2,
            activation=_unique(check_activation(value) for value in values["activation"]),
            hidden=_unique(check_widths(widths) for widths in values.get("hidden", ())),
            settings=tuple((axis, _unique(values[axis])) for axis in sorted(GRID_SETTINGS) if axis in values),
        )


def _make_candidate(point: Mapping[str, Any]) -> Candidate:
    settings = {axis: _plain(value) for axis, value in point.items() if axis in GRID_SETTINGS}
    if settings.get("optimizer") == Optimizer.ADAM:
        settings.pop("momentum", None)
    hidden = point["hidden"] if "hidden" in point else (point["hidden1"], point["hidden2"])
    return Candidate.make(point["lr"], hidden, point["activation"], **settings)


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
        for candidate in self.grid.candidates():
            self.recipe.of(candidate)
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
        raise GridError(f"{source} must hold a JSON object with the keys lr, hidden and activation.")
    return Grid.from_values(values)
