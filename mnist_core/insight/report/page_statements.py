"""What a report's HTML states, one statement a cell, paragraph or command, to be held against another."""

from collections import Counter
from dataclasses import dataclass, field
from html.parser import HTMLParser
from itertools import zip_longest

_HEADINGS = {"h1", "h2", "h3"}
_TEXTS = {"pre": "commands", "figcaption": "figure", "caption": "table", "title": "title"}
_TEXTS |= dict.fromkeys(_HEADINGS, "heading")
_WITHIN = {"b", "i", "em", "strong", "span"}  # parts of a text
_OWN = {"note", "author"}  # what its author says, whom nobody can do again


@dataclass(frozen=True)
class Statement:
    """A part of a page that stands by itself; two are equal that are of one kind and say the same.

    Attributes
    ----------
    kind : str
        What it is; of a cell also the number of its row and column.
    text : str
        What it says.
    section : str
        The headings above it.
    where : str
        The table with the names of row and column, or the kind of text, and its number in the section.
    """

    kind: str
    text: str
    section: str = field(compare=False)
    where: str = field(compare=False)


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
        self._counts: Counter[tuple[str, str]] = Counter()
        self._caption, self._columns, self._cells, self._n_rows = "", list[str](), list[str](), 0
        self._own = ""  # the tag of the author's own words that are open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _WITHIN:
            return
        self._end_text("text")  # of what was begun
        found = dict(attrs)
        if not self._own and found.get("class") in _OWN:
            self._own = tag
        if tag == "table":
            self._caption, self._columns, self._n_rows = "", [], 0
        elif tag == "tr":
            self._cells = []
        elif tag == "img":
            alt = found.get("alt") or ""
            self.found.pictures.append((alt, found.get("src") or ""))
            self._say("picture", "picture", alt)

    def handle_data(self, data: str) -> None:
        self._text += data

    def handle_endtag(self, tag: str) -> None:
        if tag in ("th", "td"):
            self._cells.append(self._take_text())
        elif tag not in _WITHIN:
            self._end_text(_TEXTS.get(tag, "text"), tag)
        if tag == self._own:
            self._own = ""
        elif tag == "tr" and not self._own:
            self._end_row()

    def close(self) -> None:
        super().close()
        self._end_text("text")

    def _take_text(self) -> str:
        text, self._text = " ".join(self._text.split()), ""
        return text

    def _end_text(self, kind: str, tag: str = "") -> None:
        text = self._take_text()
        if not text or tag == "style":
            return
        if tag in _HEADINGS:
            self._headings = {level: words for level, words in self._headings.items() if level < tag}
            self._headings[tag] = text
        elif tag == "caption":
            self._caption = text
        self._say(kind, kind, text)

    def _end_row(self) -> None:
        if not self._columns:
            self._columns = self._cells
            for title in self._cells:
                self._say("column", f"{self._caption}, column", title)
            return
        self._n_rows += 1
        first, *rest = self._cells or [""]
        self._say(f"row {self._n_rows}", f"{self._caption}, row", first)
        for number, (column, text) in enumerate(zip_longest(self._columns[1:], rest, fillvalue="")):
            self._say(f"cell {self._n_rows} {number}", f"{self._caption}, {first}, {column}", text)

    def _say(self, kind: str, where: str, text: str) -> None:
        if self._own:
            return
        section = ", ".join(words for level, words in self._headings.items() if level != "h1")
        self._counts[section, where] += 1
        number = self._counts[section, where]
        where += f" {number}" if number > 1 else ""
        self.found.said.append(Statement(kind, text, section, where))
