"""Words that choose among the candidates of a search: `activation=tanh lr<0.01 accuracy>0.96`.

Each word is a column of `candidate_rows`, a sign and a value, or a piece of text that the network's name or
its note must hold; all of them must be true.
"""

import math
import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from mnist_core.ground.errors import FilterError
from mnist_core.store.candidate_rows import COLUMNS, Value

_SIGNS: Mapping[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_EQUAL, _OTHER, _HOLDS = "=", "!=", ":"
_ALIASES = {"s.e.": "error", "se": "error", "acc": "accuracy", "architecture": "hidden", "notes": "note"}
_TRUTHS = ("flag", "tied")
_WORDS = ("network", "activation", "hidden", "optimizer", "note")
_YES, _NO = ("yes", "true", "1"), ("no", "false", "0")
_CLOSE = 1e-9  # two ways to write one number

_NAME = r"[A-Za-z][\w.]*"
_VALUE = r'"[^"]*"?|[^\s"]+'
_WORD = re.compile(rf"({_NAME})\s*(!=|<=|>=|<|>|=|:)\s*({_VALUE})?|{_VALUE}")
_NUMBER = re.compile(r"[+-]?(\d+([.,]\d*)?|[.,]\d+)(e[+-]?\d+)?", re.IGNORECASE)


@dataclass(frozen=True)
class Condition:
    """What one word asks for.

    Attributes
    ----------
    name : str
        A column; empty where any text of the candidate will do.
    sign : str
        One of `= != < <= > >= :`, of which the last asks for a part of the words.
    value : str, float or bool
        What the column is compared with.
    """

    name: str
    sign: str
    value: str | float | bool

    def holds(self, values: Mapping[str, Value]) -> bool:
        """Say whether it holds for a candidate, whose columns are given by name."""
        if not self.name:
            return any(_is_part(str(self.value), values[name]) for name in ("network", "note"))
        found = values[self.name]
        if self.sign == _HOLDS:
            return _is_part(str(self.value), found)
        if self.sign in _SIGNS:
            return found is not None and _SIGNS[self.sign](found, self.value)
        return _is_equal(found, self.value) == (self.sign == _EQUAL)


@dataclass(frozen=True)
class CandidateFilter:
    """What a candidate must be to be shown; without conditions each is."""

    conditions: tuple[Condition, ...] = ()

    def holds(self, values: Mapping[str, Value]) -> bool:
        """Say whether all conditions hold for a candidate."""
        return all(one.holds(values) for one in self.conditions)


def read_filter(text: str) -> CandidateFilter:
    """Read words such as `activation=tanh lr<0.01 note:"too slow" accuracy>96%`.

    Raises
    ------
    FilterError
        If a name or a value is none that could be meant; names those that are known.
    """
    return CandidateFilter(
        tuple(
            _make_condition(*found.groups()) if found[1] else _make_bare(found[0])
            for found in _WORD.finditer(text)
        )
    )


def _make_bare(word: str) -> Condition:
    value = word.strip('"')
    if value.startswith(tuple("=<>!:")):
        raise FilterError(f"A name must stand before {value}: the names are {', '.join(COLUMNS)}.")
    return Condition(value, _EQUAL, True) if word.lower() in _TRUTHS else Condition("", _HOLDS, value)


def _make_condition(typed: str, sign: str, word: str | None) -> Condition:
    name = _ALIASES.get(typed.lower(), typed.lower())
    if name not in COLUMNS:
        raise FilterError(f"There is no column {typed}: the names are {', '.join(COLUMNS)}.")
    if not word:
        raise FilterError(f"A value must follow {typed}{sign}: type one, such as {_EXAMPLES[_kind(name)]}.")
    value = word.strip('"')
    if sign == _HOLDS:
        return Condition(name, sign, value)
    if _kind(name) != "number" and sign in _SIGNS:
        raise FilterError(f"{typed} has no more and no less, but there is {sign}: use =, != or a colon.")
    read = value if name in _WORDS else _read_truth(value) if name in _TRUTHS else _read_number(value)
    if read is None:
        example = _EXAMPLES[_kind(name)]
        raise FilterError(f"{typed} cannot be compared with {value}: write it such as {example}.")
    return Condition(name, sign, _in_units(name, value, read))


_EXAMPLES = {"word": "activation=tanh", "truth": "flag=yes", "number": "lr<0.01"}


def _kind(name: str) -> str:
    return "truth" if name in _TRUTHS else "word" if name in _WORDS else "number"


def _read_truth(word: str) -> bool | None:
    return True if word.lower() in _YES else False if word.lower() in _NO else None


def _read_number(word: str) -> float | None:
    number = word.removesuffix("%")
    if not _NUMBER.fullmatch(number):
        return None
    value = float(number.replace(",", "."))
    return value if math.isfinite(value) else None


def _in_units(name: str, word: str, value: Any) -> Any:
    """Return an accuracy as a share: above 1 it can only be one of 100, as the table shows it."""
    if name == "accuracy" and (word.endswith("%") or value > 1):
        return value / 100
    return value


def _is_part(text: str, value: Value) -> bool:
    words = f"{value:g}" if isinstance(value, float) else "" if value is None else str(value)
    return text.casefold() in words.casefold()


def _is_equal(found: Value, value: Value) -> bool:
    if isinstance(value, str):
        return found is not None and str(found).casefold() == value.casefold()
    if isinstance(value, bool) or found is None:
        return found is value
    return math.isclose(float(found), float(value or 0), rel_tol=_CLOSE)
