"""What a reload would lose, a drawing or a round of the game: held in the home, under a word of the link.

A reload is a new session, and so is what follows when the app's process was killed, in another one perhaps;
only the page's address comes along. The word is good for one: whoever takes a draft up gets a new one, so
that a link that was passed on shows nothing of it.
"""

import json
import logging
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, is_dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import streamlit as st

from mnist_core.ground.replacing import replace_file
from mnist_ui.session import DRAFT, DRAFT_TEXT, Held, settings

_PARAM = "draft"  # the query parameter
_MOST = 300  # drafts; the oldest are let go
_LOG = logging.getLogger("mnist_lab.draft")


def take_up_draft() -> None:
    """Take up what the tab held before a reload; to be called before the page shows it."""
    word = DRAFT.get()
    if word is None:
        DRAFT.put(word := secrets.token_urlsafe(9))
        for held, value in _take(_find_file(st.query_params.get(_PARAM, ""))).items():
            held.put(value)
    if st.query_params.get(_PARAM) != word:
        st.query_params[_PARAM] = word


def keep_draft() -> None:
    """Hold what the tab has now, after each change of it."""
    word = DRAFT.get()
    if word is None:
        return
    text = json.dumps({held: held.get() for held in Held.kept if held.is_there()}, default=_make_plain)
    if text == DRAFT_TEXT.get():
        return
    DRAFT_TEXT.put(text)
    try:
        _write(_find_file(word), text)
    except OSError as error:  # a reload will lose it; what is drawn now need not wait for a disk
        _LOG.warning("a draft cannot be kept: %s", error.strerror)


def _find_file(word: str) -> Path:
    # The word comes from a link: no name of a file is made of it as it is.
    return settings().drafts_folder / f"{sha256(word.encode()).hexdigest()[:32]}.json"


def _take(path: Path) -> Mapping[Held[Any], Any]:
    """Read a draft and remove it; empty where there is none, or another version of the lab wrote it."""
    try:
        values = json.loads(path.read_bytes())
        path.unlink()  # where another has been faster, the draft is theirs
        return {held: held.revive(values[held]) for held in Held.kept if held in values}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        _LOG.warning("a draft cannot be read: %s", type(error).__name__)
        return {}


def _write(path: Path, text: str) -> None:
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        _let_go_of_the_oldest(path.parent)
    with replace_file(path, is_lasting=False) as file:
        file.write(text.encode())


def _let_go_of_the_oldest(folder: Path) -> None:
    """Leave room for one draft more."""
    ages = []
    for path in folder.glob("*.json"):
        with suppress(FileNotFoundError):  # taken up meanwhile
            ages.append((path.stat().st_mtime, path))
    for _, path in sorted(ages)[: max(0, len(ages) - _MOST + 1)]:
        path.unlink(missing_ok=True)


def _make_plain(value: object) -> object:
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    if isinstance(value, frozenset):
        return sorted(value)
    raise TypeError(f"{type(value).__name__} is nothing that JSON has")
