"""The axes of candidates as levels: their values, or groups of neighbours where there are too many."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Int64

_FEWEST = 3  # candidates a level, on average; else numbers are put into groups
_MANY = 40  # candidates from which on there are four groups instead of three
_NONE = "none"


@dataclass(frozen=True, eq=False)
class AxisLevels:
    """An axis with more than one level.

    Attributes
    ----------
    name : str
        Of the hyper-parameter.
    levels : ndarray of shape (n,), int64
        Of each candidate: the place of its value in `words`.
    words : tuple of str
        Each level in words.
    is_grouped : bool
        Whether levels are groups of numbers.
    """

    name: str
    levels: Int64[np.ndarray, " n"]
    words: tuple[str, ...]
    is_grouped: bool = False

    def tells(self, other: "AxisLevels") -> bool:
        """Say whether a level of this axis leaves one level of the other only, as no momentum leaves Adam."""
        return len(set(zip(self.levels, other.levels, strict=True))) == len(self.words)


def list_axes(params: Sequence[Mapping[str, Any]]) -> list[AxisLevels]:
    """List the axes that vary among candidates, and tell them apart as no other does."""
    found: list[AxisLevels] = []
    for name, values in _list_values(params).items():
        axis = _make_axis(name, values)
        is_new = len(axis.words) > 1 and not any(axis.tells(one) and one.tells(axis) for one in found)
        found += [axis] if is_new else []
    return found


def _list_values(params: Sequence[Mapping[str, Any]]) -> dict[str, list[Any]]:
    names = dict.fromkeys(name for one in params for name in one)
    values = {name: [_freeze(one.get(name)) for one in params] for name in names}
    layers = values.get("hidden", [])
    if _are_many(layers) and all(isinstance(widths, tuple) for widths in layers):
        del values["hidden"]
        for place in range(max(map(len, layers))):
            values[f"hidden{place + 1}"] = [dict(enumerate(widths)).get(place) for widths in layers]
    return values


def _freeze(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _are_many(values: Sequence[Any]) -> bool:
    return len(values) < _FEWEST * len(set(values))


def _make_axis(name: str, values: Sequence[Any]) -> AxisLevels:
    numbers = [value for value in values if isinstance(value, int | float)]
    others = [value for value in dict.fromkeys(values) if not isinstance(value, int | float)]
    if _are_many(values) and len(set(numbers)) > 4:
        return _group(name, values, np.sort(np.array(numbers, float)), others)
    order = [*others, *sorted(set(numbers))]
    levels = np.array([order.index(value) for value in values], np.int64)
    return AxisLevels(name, levels, tuple(map(_say, order)))


def _group(name: str, values: Sequence[Any], numbers: np.ndarray, others: Sequence[Any]) -> AxisLevels:
    n_groups = 4 if len(values) >= _MANY else 3
    ends = np.unique(np.quantile(numbers, np.arange(1, n_groups) / n_groups, method="lower"))
    groups = np.searchsorted(ends, numbers)
    used = np.unique(groups)
    words = [f"{numbers[groups == one].min():g} to {numbers[groups == one].max():g}" for one in used]
    places = {value: place for place, value in enumerate(others)}
    levels = [
        places[value]
        if value in places
        else len(others) + int(np.searchsorted(used, np.searchsorted(ends, value)))
        for value in values
    ]
    return AxisLevels(name, np.array(levels, np.int64), (*map(_say, others), *words), is_grouped=True)


def _say(value: Any) -> str:
    if value is None:
        return _NONE
    if isinstance(value, tuple):
        return "-".join(map(str, value))
    return str(value) if isinstance(value, str) else f"{value:g}"
