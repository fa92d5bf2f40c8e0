"""Reads tables that are text: CSV, TSV and the like, with or without names of columns.

A column of numbers is read as bytes as long as all are whole and from 0 to 255, as pixels are, else as
floats; words in the one column of a label are kept as words.
"""

import re
import warnings
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from io import TextIOWrapper
from itertools import chain, islice
from typing import BinaryIO, TypeAlias

import numpy as np

from mnist_core.data.files.dialect import Dialect, find_dialect, find_encoding, is_absent
from mnist_core.data.files.formats import HEAD_BYTES
from mnist_core.data.files.parcel import Packer, Tree
from mnist_core.data.files.printable import make_printable
from mnist_core.data.files.runs import Run, find_runs
from mnist_core.data.files.sources import is_damaged
from mnist_core.data.files.trees import to_words
from mnist_core.ground.errors import DataFileError

_LONGEST_LINE = 2**22  # letters; a row of 784 numbers with all their digits has 20,000
_MOST_COLUMNS = 100_000
_MOST_VARIABLES = 200
_SAMPLE, _SAMPLE_LETTERS = 20, 2**20  # lines, and about how many letters of them, that tell what a column has
_BLOCK_LETTERS, _BLOCK_BYTES = 2**21, 2**22  # that are parsed at once: as text, and as numbers
_BYTES, _FLOATS, _WORDS = np.dtype(np.uint8), np.dtype(np.float64), np.dtype("U64")
_WRONG_WORD = re.compile(r"could not convert string (.*) to \w+ at row (\d+), column (\d+)\.", re.DOTALL)
_WRONG_COUNT = re.compile(r"requires (\d+) columns but (\d+) were found at row (\d+)")
_CURE = "mend or delete that line."

Line: TypeAlias = tuple[int, str]
"""Which line of a file it is, and what stands there."""


def read_variables(stream: BinaryIO, n_bytes: int, packer: Packer) -> dict[str, Tree]:  # noqa: ARG001
    """Read the variables of a table; a `ReadVariables`."""
    with read_lines(stream) as lines:
        first = _take_sample(lines)
        if not first:
            raise is_damaged("without a row")
        dialect = find_dialect([text for _, text in first])
        table = _Table(dialect, _find_runs(dialect))
        return table.read(chain(first[dialect.n_above :], lines), packer)


@contextmanager
def read_lines(stream: BinaryIO) -> Iterator[Iterator[Line]]:
    """Read a text line by line, without those that are blank.

    Raises
    ------
    DataFileError
        If one is longer than any row of an image.
    """
    stream.seek(0)
    encoding = find_encoding(stream.read(HEAD_BYTES)) or "utf-8"
    stream.seek(0)
    text = TextIOWrapper(stream, encoding, errors="replace")
    try:
        yield _list_lines(text)
    finally:
        text.detach()  # which is not closed with it


def _list_lines(text: TextIOWrapper) -> Iterator[Line]:
    number = 0
    while line := text.readline(_LONGEST_LINE):
        number += 1
        if len(line) == _LONGEST_LINE:
            raise DataFileError(
                f"must have a line for each image, but line {number:,} has more than {_LONGEST_LINE:,} "
                "letters: save it with an image a line."
            )
        if not line.isspace():
            yield number, line


def _take_sample(lines: Iterator[Line]) -> list[Line]:
    sample: list[Line] = []
    for line in islice(lines, _SAMPLE):
        sample.append(line)
        if len(sample) > 1 and sum(len(text) for _, text in sample) > _SAMPLE_LETTERS:
            break
    if sample and max(sample[0][1].count(separator) for separator in ",;\t| ") > _MOST_COLUMNS:
        raise DataFileError(
            f"must have at most {_MOST_COLUMNS:,} columns, but has more: save smaller images."
        )
    return sample


def _find_runs(dialect: Dialect) -> list[Run]:
    if not dialect.rows:
        raise DataFileError(
            "must have a row for each image, but has names of columns alone: save it once more."
        )
    if dialect.names is not None and len(dialect.names) != len(dialect.rows[0]):
        raise DataFileError(
            f"must have a name for each column, but has {len(dialect.names):,} names and "
            f"{len(dialect.rows[0]):,} columns: mend its first line."
        )
    runs = find_runs(dialect.names, dialect.rows)
    if len(runs) > _MOST_VARIABLES:
        raise DataFileError(
            f"must have numbers side by side, but words part them in {len(runs):,} places: save pixels as "
            "numbers."
        )
    return runs


class _Table:
    """Reads one table, each of its variables as the least kind of number that has them all.

    Parameters
    ----------
    dialect : Dialect
        How it is written.
    runs : sequence of Run
        Its variables.
    """

    def __init__(self, dialect: Dialect, runs: Sequence[Run]) -> None:
        self._dialect = dialect
        self._runs = runs
        self._kinds = [_BYTES if run.is_number else _WORDS for run in runs]
        self._found: list[list[np.ndarray]] = [[] for _ in runs]

    def read(self, lines: Iterator[Line], packer: Packer) -> dict[str, Tree]:
        """Read its rows."""
        blocks = self._read_blocks(lines)
        widest = max(range(len(self._runs)), key=lambda place: self._runs[place].width)
        is_wide = self._runs[widest].width > 1
        for _ in blocks:
            if is_wide and self._kinds[widest] == _FLOATS:  # which it stays, so that it need not be kept
                break
        trees = {}
        if is_wide:
            pieces = chain([None], blocks)
            parts = chain.from_iterable(self._take(widest) for _ in pieces)
            trees[widest] = self._pack(widest, parts, packer)
        rest = [place for place in range(len(self._runs)) if place not in trees]
        trees |= {place: self._pack(place, self._take(place), packer) for place in rest}
        # Where every line ends with a separator, nothing is behind it.
        return {
            run.name: trees[place]
            for place, run in enumerate(self._runs)
            if any(trees[place].get("rows", [1]))
        }

    def _take(self, place: int) -> list[np.ndarray]:
        """Take what was read of a variable by now."""
        found, self._found[place] = self._found[place], []
        return found

    def _pack(self, place: int, parts: Iterable[np.ndarray], packer: Packer) -> Tree:
        kind = self._kinds[place]
        if kind == _WORDS:
            return to_words([_say(word) for part in parts for word in part.ravel()])
        pieces = (np.ascontiguousarray(part, kind).reshape(-1).view(np.uint8).data for part in parts)
        return packer.add_rows(kind, self._runs[place].width, pieces)

    def _read_blocks(self, lines: Iterator[Line]) -> Iterator[None]:
        """Read rows, as many at once as there is little memory for."""
        while block := self._take_block(lines):
            rows = self._parse(block)
            for place, found in enumerate(self._found):
                found.append(np.ascontiguousarray(rows[str(place)]))
            yield

    def _take_block(self, lines: Iterator[Line]) -> list[Line]:
        most_rows = max(1, _BLOCK_BYTES // self._make_dtype().itemsize)
        block: list[Line] = []
        n_letters = 0
        for line in islice(lines, most_rows):
            block.append(line)
            n_letters += len(line[1])
            if n_letters > _BLOCK_LETTERS:
                break
        return block

    def _make_dtype(self) -> np.dtype:
        kinds = zip(self._kinds, self._runs, strict=True)
        return np.dtype([(str(place), kind, (run.width,)) for place, (kind, run) in enumerate(kinds)])

    def _parse(self, block: Sequence[Line]) -> np.ndarray:
        separator = self._dialect.separator
        texts = [text if separator == "," else text.replace(",", ".") for _, text in block]
        while True:
            try:
                with warnings.catch_warnings():
                    warnings.simplefilter("error")
                    return np.loadtxt(
                        texts, self._make_dtype(), delimiter=separator, comments=None, quotechar='"', ndmin=1
                    )
            except ValueError as error:
                self._widen(str(error), block)

    def _widen(self, fault: str, block: Sequence[Line]) -> None:
        """Let a variable have more kinds of values, or refuse the line in which one cannot be."""
        if count := _WRONG_COUNT.search(fault):
            needed, came, row = map(int, count.groups())
            raise DataFileError(
                f"must have as many columns in every line as in the first, {needed:,}, but has {came:,} in "
                f"line {_find_number(block, row - 1):,}: {_CURE}"
            )
        wrong = _WRONG_WORD.search(fault)
        if not wrong:
            raise is_damaged(f"line {block[0][0]:,} or one soon after it is no row of a table")
        word, row, column = wrong[1], int(wrong[2]), int(wrong[3]) - 1
        place = next(place for place, run in enumerate(self._runs) if run.begin <= column < run.end)
        shown = make_printable(word, 30) if word.strip("'\" ") else "nothing"
        if self._kinds[place] == _BYTES:
            self._kinds[place] = _FLOATS
        elif (
            self._kinds[place] == _FLOATS
            and self._runs[place].width == 1
            and not is_absent(word.strip("'\" "))
        ):
            self._kinds[place] = _WORDS
        else:
            raise DataFileError(
                f"must have a number in every line of column {self._say_column(column)}, but has "
                f"{shown} in line {_find_number(block, row):,}: {_CURE}"
            )

    def _say_column(self, column: int) -> str:
        names = self._dialect.names
        return f"{column + 1:,}" + (
            f" ({make_printable(names[column], 30)})" if names and names[column] else ""
        )


def _find_number(block: Sequence[Line], row: int) -> int:
    return block[min(row, len(block) - 1)][0]


def _say(word: np.str_ | np.number) -> str:
    return str(word).strip() if isinstance(word, np.str_) else f"{word:g}"
