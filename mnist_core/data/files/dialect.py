"""What the first lines of a text tell: whether it is a table, what parts its columns, and their names."""

import codecs
import csv
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

_SEPARATORS = ("\t", ";", ",", "|")
_SPACES = " "
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1b\x7f\x80-\x9f]")
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?|[+-]?(nan|inf(inity)?)", re.IGNORECASE)
_ABSENT = {"", "?", "-", "na", "n/a", "null", "none"}
_SAMPLE = 20  # lines
_LEAST_COUNT = 5  # rows or columns that tell that something counts them
_LEAST_ABOVE = 10  # words below another that is none of them, which then is their name
_LONGEST_WORD = 64  # letters; longer text names no class
_SPARSE = re.compile(r"[+-]?[\d.]+([eE][+-]?\d+)?(\s+\d+:\S+)*\s*(#.*)?")  # a label, then columns and values


@dataclass(frozen=True)
class Dialect:
    """How a table is written.

    Attributes
    ----------
    separator : str or None
        What stands between columns; None for any number of spaces.
    names : tuple of str or None
        Of the columns, where the first row has them.
    rows : tuple of tuple of str
        The first ones below, of those that have as many columns as the first of them.
    n_above : int
        Lines before these.
    """

    separator: str | None
    names: tuple[str, ...] | None
    rows: tuple[tuple[str, ...], ...]
    n_above: int


def find_encoding(head: bytes) -> str | None:
    """Find how a file that begins so writes letters; None where it is no text."""
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return encoding
    try:
        # A letter may be cut in two where the head ends.
        text, encoding = codecs.getincrementaldecoder("utf-8")().decode(head), "utf-8"
    except UnicodeDecodeError:
        text, encoding = head.decode("latin-1"), "latin-1"
    return None if _CONTROLS.search(text) else encoding


def list_lines(head: bytes) -> list[str]:
    """List the first lines of a text that are not blank, all where they are few; none of no text."""
    encoding = find_encoding(head)
    if encoding is None:
        return []
    text = codecs.getincrementaldecoder(encoding)("replace").decode(head)
    lines = [line for line in text.splitlines(keepends=True) if not line.isspace()]
    whole = [line for line in lines if line.endswith(("\n", "\r"))]
    return (whole if len(whole) > 1 else lines)[:_SAMPLE]


def is_sparse(lines: Sequence[str]) -> bool:
    """Say whether lines are a label and then numbers of columns with their values, as LIBSVM has them."""
    return any(":" in line for line in lines) and all(_SPARSE.fullmatch(line.strip()) for line in lines)


def is_table(lines: Sequence[str]) -> bool:
    """Say whether the first lines of a text are those of a table with numbers, or of a column of words."""
    if not lines or lines[0].lstrip().startswith(("{", "[", "<")):
        return False
    found = find_dialect(lines)
    if len(lines) == 1:  # the beginning of a long one is all that is seen
        return len(found.rows[0] if found.rows else found.names or ()) > _LEAST_ABOVE
    if not found.rows:
        return False
    last = found.rows[-1]
    if len(last) == 1:
        return all(count_numbers(row) or _is_word(row[0]) for row in found.rows)
    return count_numbers(last) >= len(last) / 2


def is_row(lines: Sequence[str]) -> bool:
    """Say whether a text is a single line of numbers: a table only where its name or use says so."""
    if len(lines) != 1:
        return False
    rows = find_dialect(lines).rows
    return bool(rows) and count_numbers(rows[0]) == len(rows[0])


def find_dialect(lines: Sequence[str]) -> Dialect:
    """Find how a table is written whose first lines are these."""
    n_above = int(len(lines) > 1 and re.fullmatch(r"sep=.\s*", lines[0]) is not None)  # a hint for Excel
    separator = _find_separator(lines[n_above:])
    first, *rows = (tuple(split_line(line, separator)) for line in lines[n_above:])
    rows = [row for row in rows if len(row) == len(rows[0])]
    if rows and len(first) == len(rows[0]) - 1 and is_counting([row[0] for row in rows]):
        first = ("", *first)  # as R writes tables: names of columns, but none for those of the rows
    if not _are_names(first, rows):
        rows = [row for row in rows if len(row) == len(first)]
        return Dialect(separator, None, (first, *rows), n_above)
    return Dialect(separator, (first[0].lstrip("# "), *first[1:]), tuple(rows), n_above + 1)


def split_line(line: str, separator: str | None) -> list[str]:
    """Split a line into its columns; numbers get the decimal point."""
    if separator is None:
        fields = [field.strip('"') for field in line.split()]
    else:
        # Not by lines: a letter that ends one for some is a part of a word for others.
        fields = next(csv.reader([line.replace("\r", " ").replace("\n", " ")], delimiter=separator), [""])
    if separator != ",":
        fields = [field.replace(",", ".") for field in fields]
    return [field.strip() for field in fields]


def count_numbers(words: Iterable[str]) -> int:
    """Count the words that are a number with a decimal point."""
    return sum(_NUMBER.fullmatch(word) is not None for word in words)


def count_words(words: Iterable[str]) -> int:
    """Count those that are neither a number nor stand for nothing."""
    return sum(word.lower() not in _ABSENT and _NUMBER.fullmatch(word) is None for word in words)


def is_absent(word: str) -> bool:
    """Say whether nothing stands in a place, or a word for that."""
    return word.lower() in _ABSENT


def is_counting(words: Sequence[str], at_least: int = _LEAST_COUNT) -> bool:
    """Say whether words count from 0 or 1 on."""
    if len(words) < at_least or words[0] not in ("0", "1"):
        return False
    return list(words) == [str(int(words[0]) + place) for place in range(len(words))]


def _find_separator(lines: Sequence[str]) -> str | None:
    below = lines[1:] or lines  # names of columns may be fewer
    for separator in _SEPARATORS:
        n_parts = {len(split_line(line, separator)) for line in below}
        if len(n_parts) == 1 and n_parts != {1} and not _has_spaced(below[-1], separator):
            return separator
    if len({len(line.split()) for line in below}) == 1:
        return None if len(below[0].split()) > 1 else ","
    return next((one for one in _SEPARATORS if one in lines[0] and not _has_spaced(lines[0], one)), None)


def _has_spaced(line: str, separator: str) -> bool:
    """Say whether numbers stand side by side between separators, which then are none."""
    return any(
        len(parts) > 1 and count_numbers(parts) == len(parts)
        for parts in (field.split() for field in split_line(line, separator))
    )


def _are_names(first: Sequence[str], rows: Sequence[Sequence[str]]) -> bool:
    """Say whether a row is one of names: words above numbers, or numbers that count the columns."""
    words = [word for word in first if count_words([word])]
    counts = [word for word in first if count_numbers([word])]
    again = [word.partition(".")[2] for word in counts if "." in word]  # `0.1`, a second column called `0`
    if any(is_counting(one, max(_LEAST_ABOVE, len(counts) - 1)) for one in (counts, again)):
        return True
    if not rows or not words:
        return len(words) > len(counts)
    columns = list(zip(*(row[: len(first)] for row in rows), strict=True))
    for word, column in zip(first, columns, strict=False):
        if count_words([word]) and count_numbers(column) > len(column) / 2:
            return True
    is_all_words = len(words) == len(first) and len(rows) >= _LEAST_ABOVE
    return is_all_words and words[0] not in columns[0]


def _is_word(word: str) -> bool:
    return 0 < len(word) <= _LONGEST_WORD and len(word.split()) == 1
