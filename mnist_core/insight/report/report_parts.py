"""What a report is made of, before it is HTML or LaTeX."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from matplotlib.figure import Figure


@dataclass(frozen=True)
class Words:
    """A paragraph."""

    text: str


@dataclass(frozen=True)
class Note:
    """Paragraphs of whoever hands the report in."""

    paragraphs: Sequence[str]


@dataclass(frozen=True)
class Code:
    """Commands, or what a file is to hold."""

    text: str


@dataclass(frozen=True)
class Table:
    """Rows below a head, with a caption, which is numbered where it is written; a row's first cell names it.

    Attributes
    ----------
    caption : str
        What it shows.
    name : str
        Of its file.
    head : sequence of str
        Titles of the columns.
    rows : sequence of sequence of str
        The cells.
    marks_first : bool
        Whether the first row is the winner.
    """

    caption: str
    name: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    marks_first: bool = False


@dataclass(frozen=True, eq=False)
class Picture:
    """A figure with its caption, which is numbered where it is written.

    Attributes
    ----------
    figure : Figure
        As matplotlib draws it.
    alt : str
        What stands for it where it cannot be seen.
    caption : str
        The line below it.
    name : str
        Of its file.
    """

    figure: Figure
    alt: str
    caption: str
    name: str


Part: TypeAlias = Words | Note | Code | Table | Picture


@dataclass(frozen=True, eq=False)
class Section:
    """A section of a report.

    Attributes
    ----------
    title : str
        Its heading.
    parts : sequence of Part
        What it tells.
    run_id : str
        Of the run among several that it is of; empty where it is of all, or of the only one.
    is_inner : bool
        Whether it stands within the section of its run.
    """

    title: str
    parts: Sequence[Part]
    run_id: str = ""
    is_inner: bool = False


def print_only(text: str) -> str:
    """Leave out of a text what no page can hold: control signs, and halves of signs."""
    return "".join(sign for sign in text if sign in "\n\t" or unicodedata.category(sign) not in ("Cc", "Cs"))
