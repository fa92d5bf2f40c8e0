"""Numbers as people type them, which a tab keeps, and what is said of those that cannot be."""

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import streamlit as st

from mnist_core.ground.errors import GridError
from mnist_ui.session import Held

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

_GAPS = re.compile(r"[;\s]+|,(?=\s|$)")  # a comma between digits may be one of a decimal
_DECIMAL = re.compile(r"[+-]?\d*,\d+(e[+-]?\d+)?", re.IGNORECASE)
_RANGE = re.compile(r"\s*(\S+?)\s*(?:\bto\b|\.\.)\s*(\S+)(?:\s+by\s+(\d+))?(?:\s+(log|linear))?\s*")


@dataclass(frozen=True)
class Limits:
    """What may be typed into a field.

    Attributes
    ----------
    label : str
        The field's own.
    least, most : float
        The ends of the range.
    is_whole : bool
        Whether only whole numbers will do.
    excludes : float or None
        An end of the range that will not do itself.
    """

    label: str
    least: float
    most: float
    is_whole: bool = True
    excludes: float | None = None

    def check(self, value: float) -> Any:
        """Return a number that will do, whole where it has to be.

        Raises
        ------
        GridError
            If it will not do; names the field and its range.
        """
        if not self.least <= value <= self.most or value == self.excludes:
            raise self._refuse(f"{value:.15g}")
        if self.is_whole and value != int(value):
            raise self._refuse(f"{value:.15g}")
        return int(value) if self.is_whole else float(value)

    def read(self, text: str) -> Any:
        """Read the one number of a text; in `0,01` the comma is that of a decimal.

        Raises
        ------
        GridError
            If it is none, or will not do.
        """
        word = text.strip()
        return self._parse(word.replace(",", ".") if _DECIMAL.fullmatch(word) else word)

    def read_list(self, text: str) -> list[Any]:
        """Read the numbers of a text, apart by commas, semicolons or blanks.

        A comma right between digits parts whole numbers, and numbers with points; `0,01` is 0.01.

        Raises
        ------
        GridError
            If one of them is none or will not do, a comma could be either, or there is none at all.
        """
        words = [word for word in _GAPS.split(text) if word]
        found = [self._parse(part) for word in words for part in self._part(word, "." in text)]
        if not found:
            raise GridError(f"{self.label}: at least one is needed, but the field is empty: type one.")
        return list(dict.fromkeys(found))

    def read_range(self, text: str) -> dict[str, Any] | None:
        """Read a range such as `0.0001 to 0.1 log`, or `16 to 128 by 16`; None where the text is none.

        Raises
        ------
        GridError
            If an end of it is no number or will not do.
        """
        found = _RANGE.fullmatch(text)
        if found is None:
            return None
        low, high, step, kind = found.groups()
        values = {"low": self.read(low), "high": self.read(high)}
        values |= {} if step is None else {"step": int(step)}
        return values if kind is None else {**values, "log": kind == "log"}

    def _part(self, word: str, has_points: bool) -> Iterator[str]:
        if self.is_whole or has_points or not _DECIMAL.fullmatch(word):
            yield from filter(None, word.split(","))
        elif word.lstrip("+-0").startswith(","):
            yield word.replace(",", ".")
        else:
            raise GridError(
                f"{self.label}: in {word} the comma may be that of a decimal or stand between two numbers: "
                "type a point in a decimal, a blank after a comma between numbers."
            )

    def _parse(self, word: str) -> Any:
        try:
            value = float(word)
        except ValueError:
            raise self._refuse(word) from None
        return self.check(value)

    def _refuse(self, typed: str) -> GridError:
        kind = "a whole number" if self.is_whole else "a number"
        ends = f"from {self.least:,.15g} to {self.most:,.15g}"
        if self.excludes == self.least:
            ends = f"above {self.least:g} and at most {self.most:g}"
        elif self.excludes == self.most:
            ends = f"from {self.least:g} to less than {self.most:g}"
        return GridError(f"{self.label}: {kind} {ends} is needed, but there is {typed or 'none'}: change it.")


def ask_for_count(slot: "DeltaGenerator", limits: Limits, usual: int, key: str, **options: Any) -> int:
    """Ask for a whole number, and return it as it was typed.

    The field has no ends of its own: the browser would keep what is beyond them to itself, and the page would
    go on with the number before.
    """
    typed = slot.number_input(limits.label, value=usual, step=1, key=key, persist_state="session", **options)
    return int(typed)


def ask_for_amount(limits: Limits, usual: float, key: str, **options: Any) -> str:
    """Ask for a number with decimals; what was typed is shown as it was read.

    Not a number field of the browser: that drops the comma of `0,01` without a word.
    """
    return _ask(limits.label, say_number(usual), key, lambda text: [limits.read(text)], **options)


def ask_for_list(limits: Limits, usual: Any, key: str, **options: Any) -> str:
    """Ask for numbers, one or more, or a range; what was typed is shown as it was read.

    What is usual are numbers, or what `Limits.read_range` returns.
    """

    def read(text: str) -> Any:
        return limits.read_range(text) or limits.read_list(text)

    return _ask(limits.label, _say_list(usual), key, read, **options)


def _say_list(values: Any) -> str:
    if not isinstance(values, dict):
        return ", ".join(map(say_number, values))
    words = f"{say_number(values['low'])} to {say_number(values['high'])}"
    words += f" by {values['step']}" if "step" in values else ""
    return words + (f" {'log' if values['log'] else 'linear'}" if "log" in values else "")


def say_number(value: float) -> str:
    """Write a number in full."""
    return f"{value:.15g}"


def _ask(label: str, usual: str, key: str, read: Any, **options: Any) -> str:
    def tidy() -> None:
        # What cannot be stays, to be changed; it is refused where the number is used.
        with suppress(GridError):
            typed.put(_say_list(read(typed.get())))

    typed = Held(key, usual)
    return str(st.text_input(label, usual, key=typed, on_change=tidy, persist_state="session", **options))
