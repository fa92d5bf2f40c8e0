"""What a report is made of, before it is HTML or LaTeX."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from matplotlib.figure import Figure


@dataclass(frozen=True)
class Words:
    """A paragraph."""

    text: str


@dataclass(frozen=True)
class Code:
    """Commands, or what a file is to hold."""

    text: str


@dataclass(frozen=True)
class Table:
    """Rows below a head, with a caption; the first cell of each names it.

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
    """A figure with its caption.

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


Part: TypeAlias = Words | Code | Table | Picture


@dataclass(frozen=True, eq=False)
class Section:
    """A section of a report.

    Attributes
    ----------
    name : str
        By which notes are given to it.
    title : str
        Its heading.
    parts : sequence of Part
        What it tells.
    starts_page : bool
        Whether it begins on a new page of paper.
    """

    name: str
    title: str
    parts: Sequence[Part]
    starts_page: bool = False
