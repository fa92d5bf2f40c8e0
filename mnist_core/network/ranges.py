"""A range of numbers, from which the values of an axis are drawn."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mnist_core.ground.errors import GridError

_DIGITS = 4  # significant ones of what is drawn: as exact as a rate matters, and short enough to type
_FORM = '{"low": 0.0001, "high": 0.1, "log": true}'


@dataclass(frozen=True)
class Range:
    """All numbers from one to another, both included.

    Attributes
    ----------
    low, high : float
        The ends.
    log : bool
        Whether each factor is as likely as another, not each difference.
    is_whole : bool
        Whether its numbers are whole ones.
    step : int
        Between two whole numbers.
    """

    low: int | float
    high: int | float
    log: bool = False
    is_whole: bool = False
    step: int = 1

    def __str__(self) -> str:
        words = f"{self.low:.15g} to {self.high:.15g}"
        words += f" by {self.step}" if self.step > 1 else ""
        return words + (" log" if self.log else "")

    def list_values(self) -> range | None:
        """Return its values where they are whole and equally likely; they are not written out."""
        if not self.is_whole or self.log:
            return None
        return range(int(self.low), int(self.high) + 1, self.step)

    def place(self, share: float) -> Any:
        """Return the number below which such a share of it lies, 0 to 1."""
        whole = self.list_values()
        if whole is not None:
            return whole[min(int(share * len(whole)), len(whole) - 1)]
        if self.log:
            return self.tidy(math.exp(math.log(self.low) + share * math.log(self.high / self.low)))
        return self.tidy(self.low + share * (self.high - self.low))

    def tidy(self, value: float) -> Any:
        """Return a number of it as short as candidates have it."""
        short = round(value) if self.is_whole else float(f"{value:.{_DIGITS}g}")
        return type(short)(min(max(short, self.low), self.high))

    def values(self) -> dict[str, Any]:
        """Return it as plain JSON values, the form of GRID.json."""
        plain: dict[str, Any] = {"low": self.low, "high": self.high}
        plain |= {"log": True} if self.log else {}
        return plain | ({"step": self.step} if self.step > 1 else {})

    @staticmethod
    def from_values(axis: str, values: Mapping[str, Any], is_whole: bool) -> "Range":
        """Make a range of an axis from what `values` returned.

        Raises
        ------
        GridError
            If it is none.
        """
        unknown = [key for key in values if key not in ("low", "high", "log", "step")]
        if unknown or not {"low", "high"} <= set(values):
            found = f"has {unknown[0]}" if unknown else f"is {dict(values)}"
            raise GridError(
                f"A range of {axis} is written {_FORM}, with step for whole numbers, but {found}."
            )
        low, high = (_check_end(axis, values[key], is_whole) for key in ("low", "high"))
        log, step = values.get("log", False), values.get("step", 1)
        if low >= high:
            raise GridError(
                f"A range of {axis} goes from less to more, but this one from {low:g} to {high:g}: change it."
            )
        if not isinstance(log, bool) or (log and low <= 0):
            raise GridError(
                f"log is true or false, and true for a range of {axis} above 0 only, but is {log!r} from "
                f"{low:g} on: change it."
            )
        if isinstance(step, bool) or not isinstance(step, int) or step < 1:
            raise GridError(
                f"The step of {axis} must be a whole number from 1 on, but is {step!r}: change it."
            )
        if step > 1 and (log or not is_whole):
            raise GridError(f"A step is for whole numbers without log, but {axis} has one: leave it out.")
        return Range(low, high, log, is_whole, step)


def _check_end(axis: str, value: Any, is_whole: bool) -> Any:
    kind, words = (int, "whole numbers") if is_whole else (int | float, "numbers")
    if isinstance(value, bool) or not isinstance(value, kind) or not math.isfinite(value):
        raise GridError(f"The ends of a range of {axis} must be {words}, but one is {value!r}: change it.")
    return value if is_whole else float(value)
