"""The space that is searched."""

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
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
from mnist_core.network.recipe import GRID_SETTINGS, Optimizer

_T = TypeVar("_T")

_WIDTHS = ("hidden1", "hidden2")

MOST_CANDIDATES = 10_000
"""More would take days, and gigabytes to be told of."""


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
