"""One form of line for the log of the app and of the worker: when, how grave, who, which page and work, what.

A line holds no code, cookie or query: only what stands here is written, and what a module says.
"""

import json
import logging
import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from logging.handlers import RotatingFileHandler
from os.path import samestat
from pathlib import Path

from filelock import FileLock

_LAB = logging.getLogger("mnist_lab")  # what each module that writes lines is below
_MOST_BYTES = 5_000_000  # of one file: what 30 people do in about two weeks of lessons
_OLDER = 4  # files that are kept beside it
_NOBODY = "-"


@dataclass(frozen=True)
class Who:
    """Whom a line is about.

    Attributes
    ----------
    person : str
        Id of the space; empty for the one person of a lab without names.
    name : str
        What the person is called.
    page : str
        The page that is open.
    work : str
        Id of a run or a job.
    """

    person: str = ""
    name: str = ""
    page: str = ""
    work: str = ""

    def fields(self) -> str:
        """Return them as a line holds them."""
        name = f"/{json.dumps(self.name, ensure_ascii=False)}" if self.name else ""
        person = (_one_word(self.person) or _NOBODY) + name
        return (
            f"person={person} page={_one_word(self.page) or _NOBODY} work={_one_word(self.work) or _NOBODY}"
        )


def keep_log(folder: Path, find_who: Callable[[], Who] = Who) -> None:
    """Write the lines of this process to stderr and to `app.log`, which all processes of a lab share.

    Parameters
    ----------
    folder : Path
        Of the log; made where it is absent. Where it cannot be written, stderr alone has the lines.
    find_who : callable
        Tells whom a line is about that says nothing of it itself.
    """
    form = _Line(find_who)
    handlers: list[logging.Handler] = [logging.StreamHandler(sys.stderr), _SharedFile(folder / "app.log")]
    for handler in handlers:
        handler.setFormatter(form)
    _LAB.handlers = handlers
    _LAB.setLevel(logging.INFO)
    _LAB.propagate = False  # else a root that Streamlit or Dask has set up would write each line again


def about(**fields: str) -> dict[str, dict[str, str]]:
    """Return what a logger takes as `extra`, where a line is about a work or a person known there."""
    return {"about": fields}


class _Line(logging.Formatter):
    """The form of a line."""

    converter = staticmethod(time.gmtime)

    def __init__(self, find_who: Callable[[], Who]) -> None:
        super().__init__("%(asctime)s.%(msecs)03dZ %(levelname)s %(fields)s %(message)s", "%Y-%m-%dT%H:%M:%S")
        self._find_who = find_who

    def format(self, record: logging.LogRecord) -> str:
        record.fields = replace(self._find_who(), **getattr(record, "about", {})).fields()
        # One line each: what a message quotes of a file or a person may not look like another line.
        return "\\n".join(super().format(record).splitlines())


class _SharedFile(RotatingFileHandler):
    """A file that several processes write to; who finds it full turns it over for all."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, maxBytes=_MOST_BYTES, backupCount=_OLDER, encoding="utf-8", delay=True)
        self._path = path
        self._turn = FileLock(path.with_suffix(".lock"))

    def emit(self, record: logging.LogRecord) -> None:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with self._turn:
                self._follow()
                super().emit(record)
        except OSError:
            self.handleError(record)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the name is of logging
        """Go on: stderr has the line too, and a full disk is told where it hurts."""

    def _follow(self) -> None:
        """Leave a file that another process has turned over since."""
        if self.stream is None:
            return
        try:
            is_the_same = samestat(self._path.stat(), os.fstat(self.stream.fileno()))
        except FileNotFoundError:
            is_the_same = False
        if not is_the_same:
            self.stream.close()
            self.stream = None  # the next line opens it


def _one_word(text: str) -> str:
    return "".join(letter if letter.isprintable() and not letter.isspace() else "_" for letter in text)
