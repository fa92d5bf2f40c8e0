"""Some candidates of a grid, drawn at random: the same ones for ever, however large it is."""

import hashlib
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import product
from typing import Any

from mnist_core.ground.errors import GridError
from mnist_core.network.candidate import Candidate
from mnist_core.network.grid import Axis, Grid, has_range, make_candidate
from mnist_core.network.ranges import Range
from mnist_core.network.recipe import Optimizer

_MOST_TRIES = 1000  # for one that was not drawn before: a range of few whole numbers runs out of them

Digits = Mapping[str, Sequence[Any]]


def count_candidates(grid: Grid) -> int | None:
    """Count the candidates of a grid without listing them; None where a range has values without end."""
    digits = _list_digits(grid)
    return None if digits is None else math.prod(map(len, digits.values()))


@lru_cache(maxsize=32)
def draw_candidates(grid: Grid, n: int, seed: int) -> tuple[Candidate, ...]:
    """Draw different candidates of a grid at random; of more, the first ones are the same.

    Where all values are listed each candidate is as likely as another, else each value of an axis.

    Parameters
    ----------
    grid : Grid
        Of any size: its candidates are not listed.
    n : int
        How many.
    seed : int
        Another one draws others.

    Raises
    ------
    GridError
        If there are fewer.
    """
    digits = _list_digits(grid)
    drawn = _draw_values(grid, seed) if digits is None else _draw_numbers(digits, seed)
    found: dict[Candidate, None] = {}
    n_tries = 0
    while len(found) < n:
        candidate = next(drawn, None)
        n_tries = n_tries + 1 if candidate in found else 0
        if candidate is None or n_tries > _MOST_TRIES:
            raise GridError(f"{n:,} candidates are to be drawn, but the grid has {len(found):,}: draw fewer.")
        found[candidate] = None
    return tuple(found)


def choose_candidate(grid: Grid, choose: Callable[[str, Axis], Any]) -> Candidate:
    """Make a candidate, a choice after the other; what has no meaning beside another is not chosen.

    Parameters
    ----------
    grid : Grid
        Its axes.
    choose : callable
        Gets a name and the values, or the range, to choose from.
    """
    axes, point = grid.axes(), dict[str, Any]()
    for axis in sorted(axes, key="momentum".__eq__):  # it comes last: Adam has none
        if axis != "momentum" or point.get("optimizer") != Optimizer.ADAM:
            point[axis] = choose(axis, axes[axis])
    if "hidden" in point:
        widths = enumerate(point["hidden"], start=1)
        point["hidden"] = tuple(
            choose(name_width(n, len(point["hidden"])), one) if isinstance(one, Range) else one
            for n, one in widths
        )
    return make_candidate(point)


def name_width(layer: int, n_layers: int) -> str:
    """Name the choice of a width: that of a layer of networks of one depth."""
    return f"hidden{layer} of {n_layers}"


def _list_digits(grid: Grid) -> Digits | None:
    """List what a candidate's number is written in: a digit an axis, each value with each of the others.

    Adam's momentum is none, so optimizer and momentum are one digit. None where a range has no digits.
    """
    digits: dict[str, Sequence[Any]] = {}
    for axis, several in grid.axes().items():
        values = several.list_values() if isinstance(several, Range) else several
        if values is None or (axis == "hidden" and has_range(several)):
            return None
        digits[axis] = values
    if "optimizer" in digits and "momentum" in digits:
        pairs = product(digits["optimizer"], digits.pop("momentum"))
        ruled = ((one, None if one == Optimizer.ADAM else momentum) for one, momentum in pairs)
        digits["optimizer"] = list(dict.fromkeys(ruled))
    return digits


def _draw_numbers(digits: Digits, seed: int) -> Iterator[Candidate]:
    """Yield all candidates in a random order: a shuffle of their numbers that keeps only what has moved."""
    n, moved = math.prod(map(len, digits.values())), dict[int, int]()
    for trial in range(n):
        place = trial + _hash(seed, trial) % (n - trial)
        number = moved.get(place, place)
        moved[place] = moved.pop(trial, trial)
        yield _read_number(digits, number)


def _read_number(digits: Digits, number: int) -> Candidate:
    point: dict[str, Any] = {}
    for axis, values in digits.items():
        number, digit = divmod(number, len(values))
        point[axis] = values[digit]
    if isinstance(point.get("optimizer"), tuple):
        point["optimizer"], point["momentum"] = point["optimizer"]
    return make_candidate(point)


def _draw_values(grid: Grid, seed: int) -> Iterator[Candidate]:
    """Yield candidates without end, each value drawn by itself."""
    trial = 0
    while True:
        trial += 1

        def choose(name: str, several: Axis, trial: int = trial) -> Any:
            share = (_hash(seed, trial, name) >> 75) / 2.0**53  # as many bits as stay below 1
            return several.place(share) if isinstance(several, Range) else several[int(share * len(several))]

        yield choose_candidate(grid, choose)


def _hash(*words: Any) -> int:
    """Return 128 random bits that no library's next version draws otherwise."""
    return int.from_bytes(hashlib.sha256(repr(words).encode()).digest()[:16])
