"""A report held against the same work done again, number by number."""

import base64
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from io import BytesIO
from itertools import zip_longest
from typing import TypeVar

import numpy as np
from PIL import Image, UnidentifiedImageError

from mnist_core.insight.report.page_statements import Statement, read_statements

_NUMBER = re.compile(r"\S*\d\S*")
_AROUND = "()[]{}.,:;'\"“”"
_Part = TypeVar("_Part", Statement, str)
_PLACE = re.compile(r"--out \S+")  # where a model was saved is no result


@dataclass(frozen=True)
class Checked:
    """A number of a report, and what came when it was done again.

    Attributes
    ----------
    section, where : str
        Where it stands.
    told, found : str or None
        What the report says, and what came; None where there is no such number, or no such place.
    text : str
        The words that it stands in.
    """

    section: str
    where: str
    told: str | None
    found: str | None
    text: str

    @property
    def is_equal(self) -> bool:
        """Whether both are the same."""
        return self.told == self.found


@dataclass(frozen=True)
class Reproduction:
    """A report held against the same work done again.

    Attributes
    ----------
    numbers : tuple of Checked
        Every number of the report, and words that differ.
    pictures : tuple of (str, bool)
        What stands for each picture, and whether it is drawn alike to the pixel.
    """

    numbers: tuple[Checked, ...]
    pictures: tuple[tuple[str, bool], ...]

    @property
    def is_equal(self) -> bool:
        """Whether all numbers and words are the same; pictures are told of, but drawn by another library."""
        return all(one.is_equal for one in self.numbers)


def compare_pages(told: str, found: str) -> Reproduction:
    """Compare a report's HTML with that of the same work done again.

    Parameters
    ----------
    told, found : str
        The HTML of both. Notes, the author's name and places of models are not compared.
    """
    one, other = read_statements(told), read_statements(found)
    numbers = [
        checked for pair in _pair(_list_said(one.said), _list_said(other.said)) for checked in _compare(*pair)
    ]
    pictures = tuple(
        (alt, alt == again and _is_same(source, drawn))
        for (alt, source), (again, drawn) in zip_longest(one.pictures, other.pictures, fillvalue=("", ""))
    )
    return Reproduction(tuple(numbers), pictures)


def _list_said(said: list[Statement]) -> list[Statement]:
    return [replace(one, text=_PLACE.sub("--out", one.text)) for one in said]


def _pair(
    told: list[Statement], found: list[Statement]
) -> Iterator[tuple[Statement | None, Statement | None]]:
    """Pair what two pages state in the same place, though a heading or a caption above it differs."""
    for ones, others in _find_blocks(told, found):
        if len(ones) == len(others):
            yield from zip(ones, others, strict=True)
        else:
            places = {(other.section, other.where): other for other in others}
            yield from [(one, places.pop((one.section, one.where), None)) for one in ones]
            yield from [(None, other) for other in places.values()]


def _find_blocks(told: list[_Part], found: list[_Part]) -> Iterator[tuple[list[_Part], list[_Part]]]:
    """Cut two lists into blocks that are equal, or that stand in one place."""
    for _, begin, end, first, last in SequenceMatcher(None, told, found, autojunk=False).get_opcodes():
        yield told[begin:end], found[first:last]


def _compare(told: Statement | None, found: Statement | None) -> Iterator[Checked]:
    if found is None:
        assert told is not None  # a pair has at least one
        yield Checked(told.section, told.where, told.text, None, told.text)
        return
    if told is None:
        yield Checked(found.section, found.where, None, found.text, found.text)
        return
    numbers = [_list_numbers(told.text), _list_numbers(found.text)]
    is_as_long = len(numbers[0]) == len(numbers[1])
    # Where one is left out, those behind it are still held against their own.
    pairs = [numbers] if is_as_long else _find_blocks(*numbers)
    for one, other in pairs:
        for number, again in zip_longest(one, other):
            yield Checked(told.section, told.where, number, again, told.text)
    if is_as_long and _NUMBER.sub("#", told.text) != _NUMBER.sub("#", found.text):
        yield Checked(told.section, told.where, told.text, found.text, told.text)


def _list_numbers(text: str) -> list[str]:
    return [word.strip(_AROUND) for word in _NUMBER.findall(text)]


def _is_same(told: str, found: str) -> bool:
    if told == found:
        return True
    one, other = _read_picture(told), _read_picture(found)
    return one is not None and other is not None and np.array_equal(one, other)


def _read_picture(source: str) -> np.ndarray | None:
    kind, _, data = source.partition(",")
    if kind != "data:image/png;base64":
        return None
    try:
        with Image.open(BytesIO(base64.b64decode(data)), formats=("PNG",)) as picture:
            return np.asarray(picture)
    except (ValueError, OSError, UnidentifiedImageError, SyntaxError):
        return None
