"""The space that is searched."""

import json
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property, partial
from itertools import product
from pathlib import Path
from typing import Any, TypeVar, cast

from mnist_core.ground.errors import GridError, say_reason
from mnist_core.network.candidate import (
    MOST_UNITS,
    Activation,
    Candidate,
    check_activation,
    check_count,
    check_lr,
    check_widths,
)
from mnist_core.network.ranges import Range
from mnist_core.network.recipe import GRID_SETTINGS, Optimizer

_T = TypeVar("_T")

_WIDTHS = ("hidden1", "hidden2")
_WHOLE = (*_WIDTHS, "batch_size", "patience", "seed")
_NAMES = ("activation", "optimizer")

Axis = tuple[Any, ...] | Range
"""The values of an axis, or a range of them."""

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
        if isinstance(several, Mapping) and axis not in (*_NAMES, "hidden"):
            continue
        if not isinstance(several, Sequence) or isinstance(several, str):
            raise GridError(f"{axis} must be a list of values, but is {several!r}: put it in brackets.")
        kind, words = (str, "names") if axis == "optimizer" else (int | float, "numbers")
        odd = [value for value in several if axis in GRID_SETTINGS and not isinstance(value, kind)]
        if odd:
            raise GridError(f"{axis} must be a list of {words}, but holds {odd[0]!r}: change it.")


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    if isinstance(value, Range):
        return value.values()
    return value.value if isinstance(value, StrEnum) else value


def _unique(values: Iterable[_T]) -> tuple[_T, ...]:
    return tuple(dict.fromkeys(values))


@dataclass(frozen=True)
class Grid:
    """The combinations of the values of some axes: every one, or those that were drawn.

    An axis is a tuple of values, or, where candidates are drawn, a `Range`.

    Attributes
    ----------
    lr, activation : tuple
        Learning rates, and functions behind the hidden layers.
    hidden1, hidden2 : tuple of int
        Widths of two hidden layers, each with each; empty where `hidden` tells.
    hidden : tuple of tuple of int
        Instead of those widths: those of one to three layers together. A width may be a range.
    settings : tuple of (str, tuple)
        Further axes: names of `recipe.GRID_SETTINGS`, sorted, and the values of each. Momentum is one of the
        optimisers that have any: candidates of Adam do without.
    drawn : tuple of Candidate or None
        Those of its combinations that it stands for; None where for all.

    Raises
    ------
    GridError
        If an axis is empty or holds a value that no network can be made with.
    """

    lr: tuple[float, ...] | Range
    hidden1: tuple[int, ...] | Range
    hidden2: tuple[int, ...] | Range
    activation: tuple[Activation, ...]
    hidden: tuple[tuple[int | Range, ...], ...] = ()
    settings: tuple[tuple[str, Axis], ...] = ()
    drawn: tuple[Candidate, ...] | None = None

    def __post_init__(self) -> None:
        for axis, several in self.axes().items():
            if not several:
                raise GridError(f"The grid needs at least one value of {axis}, but has none: add one.")
        for candidate in self.list_corners():
            Candidate.from_params(candidate.params())

    @property
    def n_candidates(self) -> int:
        """Count the combinations; raises as `candidates` does."""
        return len(self._candidates)

    def candidates(self) -> list[Candidate]:
        """List the combinations in the order of scikit-learn's `ParameterGrid`, or as they were drawn.

        Raises
        ------
        GridError
            If an axis is a range, or they are too many to be listed.
        """
        return list(self._candidates)

    @cached_property
    def _candidates(self) -> tuple[Candidate, ...]:
        if self.drawn is not None:
            return self.drawn
        axes = self._check_listed()
        names = sorted(axes)
        points = (dict(zip(names, point, strict=True)) for point in product(*(axes[name] for name in names)))
        return _unique(map(make_candidate, points))

    def _check_listed(self) -> dict[str, tuple[Any, ...]]:
        axes = self.axes()
        ranges = [axis for axis, several in axes.items() if has_range(several)]
        if ranges:
            raise GridError(
                f"{ranges[0]} has a range, from which the strategies random and bayes draw: choose one of "
                "them, or list its values."
            )
        listed = cast(dict[str, tuple[Any, ...]], axes)
        n = math.prod(map(len, listed.values()))
        if n > MOST_CANDIDATES:
            raise GridError(
                f"A grid may have {MOST_CANDIDATES:,} candidates, but this one has {n:,}: take fewer values "
                "an axis, or the strategy random or bayes, which draws some of them."
            )
        return listed

    def list_corners(self) -> list[Candidate]:
        """List candidates that hold each value, the ends of each range, and each optimizer's momenta."""
        axes = {axis: _list_ends(several) for axis, several in self.axes().items()}
        first = {axis: values[0] for axis, values in axes.items()}
        points = [{**first, axis: value} for axis, values in axes.items() for value in values]
        if "optimizer" in axes and "momentum" in axes:
            pairs = product(axes["optimizer"], axes["momentum"])
            points += [{**first, "optimizer": one, "momentum": momentum} for one, momentum in pairs]
        return [make_candidate(point) for point in points]

    def params(self, candidate: Candidate) -> dict[str, Any]:
        """Return a candidate's hyper-parameters under the names of the grid's axes, as plain JSON values."""
        params = candidate.params()
        if not self.hidden:
            return params
        of_layers = {f"hidden{n}" for n in range(1, len(candidate.hidden) + 1)}
        rest = {axis: value for axis, value in params.items() if axis not in of_layers}
        return {"lr": rest.pop("lr"), "hidden": list(candidate.hidden), **rest}

    def values(self) -> dict[str, Any]:
        """Return the axes as plain JSON values, the form of GRID.json."""
        return {axis: _plain(several) for axis, several in self.axes().items()}

    def axes(self) -> dict[str, Axis]:
        """Return the axes by their names."""
        widths: dict[str, Axis] = (
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
            _read_axis(axis, values.get(axis, ()), partial(check_count, axis, most=MOST_UNITS))
            for axis in _WIDTHS
        )
        return Grid(
            lr=_read_axis("lr", values["lr"], check_lr),
            hidden1=hidden1,
            hidden2=hidden2,
            activation=_unique(check_activation(value) for value in values["activation"]),
            hidden=_unique(map(_read_widths, values.get("hidden", ()))),
            settings=tuple(
                (axis, _read_axis(axis, values[axis], _as_it_is))
                for axis in sorted(GRID_SETTINGS)
                if axis in values
            ),
        )


def _read_axis(axis: str, several: Any, check: Callable[[Any], Any]) -> Any:
    if isinstance(several, Mapping):
        return Range.from_values(axis, several, is_whole=axis in _WHOLE)
    return _unique(map(check, several))


def _as_it_is(value: Any) -> Any:
    return value


def _read_widths(widths: Any) -> tuple[int | Range, ...]:
    ranges = [
        Range.from_values(f"hidden{n}", width, is_whole=True) if isinstance(width, Mapping) else width
        for n, width in enumerate(widths if isinstance(widths, list | tuple) else (), start=1)
    ]
    check_widths([one.low if isinstance(one, Range) else one for one in ranges] or widths)
    return tuple(ranges)


def has_range(several: Axis) -> bool:
    """Say whether an axis is a range, or a width of its layers is one."""
    if isinstance(several, Range):
        return True
    return any(isinstance(width, Range) for one in several if isinstance(one, tuple) for width in one)


def _list_ends(several: Axis) -> Sequence[Any]:
    """List the values of an axis, of ranges the ends."""
    if isinstance(several, Range):
        return several.low, several.high
    ends: list[Any] = []
    for value in several:
        if isinstance(value, tuple) and any(isinstance(width, Range) for width in value):
            ends += zip(*(_list_ends(w) if isinstance(w, Range) else (w, w) for w in value), strict=True)
        else:
            ends.append(value)
    return ends


def make_candidate(point: Mapping[str, Any]) -> Candidate:
    """Make the candidate of a value for each axis; of Adam without momentum."""
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
            f"The grid must be the word paper or a JSON file, but {source} cannot be read: "
            f"{say_reason(error)}."
        ) from error
    except json.JSONDecodeError as error:
        raise GridError(f"{source} must be JSON, but is not ({error}): write it as JSON.") from error
    if not isinstance(values, dict):
        raise GridError(f"{source} must hold a JSON object with the keys lr, hidden and activation.")
    return Grid.from_values(values)
