"""What a reload would lose, a drawing or a round of the game: held beside the app, under a word of the link.

A reload is a new session; only the page's address comes along. The word is good for one reload: whoever takes
a draft up gets a new one, so that a link that was passed on shows nothing of it.
"""

import secrets
from threading import Lock
from typing import Any, TypeAlias

import streamlit as st

from mnist_ui.session import DRAFT, Held

_PARAM = "draft"  # the query parameter
_MOST = 300  # drafts; the oldest are let go
_Draft: TypeAlias = dict[Held[Any], Any]


def take_up_draft() -> None:
    """Take up what the tab held before a reload; to be called before the page shows it."""
    word = DRAFT.get()
    if word is None:
        DRAFT.put(word := secrets.token_urlsafe(9))
        for held, value in _shelf().take(st.query_params.get(_PARAM, "")).items():
            held.put(value)
    if st.query_params.get(_PARAM) != word:
        st.query_params[_PARAM] = word


def keep_draft() -> None:
    """Hold what the tab has now, after each change of it."""
    if (word := DRAFT.get()) is not None:
        _shelf().put(word, {held: held.get() for held in Held.kept if held.is_there()})


class _Shelf:
    """The drafts of all tabs."""

    def __init__(self) -> None:
        self._drafts: dict[str, _Draft] = {}
        self._lock = Lock()

    def take(self, word: str) -> _Draft:
        with self._lock:
            return self._drafts.pop(word, {})

    def put(self, word: str, draft: _Draft) -> None:
        with self._lock:
            self._drafts.pop(word, None)
            self._drafts[word] = draft
            while len(self._drafts) > _MOST:
                del self._drafts[next(iter(self._drafts))]


@st.cache_resource(show_spinner=False)
def _shelf() -> _Shelf:
    return _Shelf()
