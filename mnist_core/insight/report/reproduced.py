"""A report held against the same work done again, number by number."""

import base64
import re
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from itertools import zip_longest

import numpy as np
from PIL import Image, UnidentifiedImageError

from mnist_core.insight.report.page_statements import Statement, read_statements
from mnist_core.insight.report.sections import VERSIONS

_NUMBER = re.compile(r"\S*\d\S*")
_AROUND = "()[]{}.,:;'\""
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
        The HTML of both. Notes, the author's name, places of models and versions are not compared.
    """
    one, other = read_statements(told), read_statements(found)
    numbers = list(_compare(_list_said(one.said), _list_said(other.said)))
    pictures = tuple(
        (alt, alt == again and _is_same(source, drawn))
        for (alt, source), (again, drawn) in zip_longest(one.pictures, other.pictures, fillvalue=("", ""))
    )
    return Reproduction(tuple(numbers), pictures)


def _list_said(said: list[Statement]) -> dict[tuple[str, str], str]:
    return {
        (one.section, one.where): _PLACE.sub("--out", one.text)
        for one in said
        if not one.where.startswith(VERSIONS)
    }


def _compare(told: dict[tuple[str, str], str], found: dict[tuple[str, str], str]) -> Iterator[Checked]:
    for place, text in told.items():
        if place not in found:
            yield Checked(*place, text, None, text)
            continue
        numbers = [_list_numbers(text), _list_numbers(found[place])]
        for one, other in zip_longest(*numbers):
            yield Checked(*place, one, other, text)
        if len(numbers[0]) == len(numbers[1]) and _NUMBER.sub("#", text) != _NUMBER.sub("#", found[place]):
            yield Checked(*place, text, found[place], text)
    for place, text in found.items():
        if place not in told:
            yield Checked(*place, None, text, text)


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
