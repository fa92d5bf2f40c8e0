"""What a report's HTML states, one statement a cell, paragraph or command, to be held against another."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

_HEADINGS = {"h1", "h2", "h3"}
_TEXTS = {"p": "text", "pre": "commands", "figcaption": "figure"}
_OWN = {"note", "author"}  # what its author says, whom nobody can do again


@dataclass(frozen=True)
class Statement:
    """A part of a page that stands by itself.

    Attributes
    ----------
    section : str
        The headings above it.
    where : str
        The table with row and column, or the kind of text and its number in the section.
    text : str
        What it says.
    """

    section: str
    where: str
    text: str


@dataclass
class Statements:
    """All that a page states, and the pictures that it shows, by what stands for them."""

    said: list[Statement] = field(default_factory=list)
    pictures: list[tuple[str, str]] = field(default_factory=list)


def read_statements(page: str) -> Statements:
    """Read what a report's HTML states; notes and the author's name are left out."""
    reader = _Reader()
    reader.feed(page)
    reader.close()
    return reader.found


class _Reader(HTMLParser):
    """Collects statements as their elements end."""

    def __init__(self) -> None:
        super().__init__()
        self.found = Statements()
        self._text = ""
        self._headings: dict[str, str] = {}
        self._counts: dict[tuple[str, str], int] = {}
        self._caption, self._columns, self._cells = "", list[str](), list[str]()
        self._own = ""  # the tag of the author's own words that are open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if not self._own and found.get("class") in _OWN:
            self._own = tag
        if tag == "table":
            self._caption, self._columns = "", []
        elif tag == "tr":
            self._cells = []
        elif tag == "img":
            self.found.pictures.append((found.get("alt") or "", found.get("src") or ""))
        if tag not in ("b", "i", "em", "strong", "span"):  # parts of a text
            self._text = ""

    def handle_data(self, data: str) -> None:
        self._text += data

    def handle_endtag(self, tag: str) -> None:
        text = " ".join(self._text.split())
        if self._own:
            self._own = "" if tag == self._own else self._own
        elif tag in _HEADINGS:
            self._head(tag, text)
        elif tag in _TEXTS:
            self._say(_TEXTS[tag], text)
        elif tag == "caption":
            self._caption = text
            self._say("table", text)
        elif tag in ("th", "td"):
            self._cells.append(text)
        elif tag == "tr":
            self._end_row()
        if tag not in ("b", "i", "em", "strong", "span"):
            self._text = ""

    def _head(self, tag: str, text: str) -> None:
        self._headings = {level: words for level, words in self._headings.items() if level < tag}
        self._headings[tag] = text
        if tag != "h3":
            self._say("heading", text)

    def _end_row(self) -> None:
        if not self._columns:
            self._columns = self._cells
            return
        first, *rest = self._cells or [""]
        self._say(f"{self._caption}, row", first)
        for column, text in zip(self._columns[1:], rest, strict=False):
            self._say(f"{self._caption}, {first}, {column}", text, counts=False)

    def _say(self, where: str, text: str, *, counts: bool = True) -> None:
        section = ", ".join(words for level, words in self._headings.items() if level != "h1")
        if counts:
            number = self._counts[section, where] = self._counts.get((section, where), 0) + 1
            where = f"{where} {number}"
        self.found.said.append(Statement(section, where, text))
