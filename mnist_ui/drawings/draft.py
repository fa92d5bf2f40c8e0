"""What a reload would lose, a drawing or a round of the game: held beside the app, under a word of the link.

A reload is a new session; only the page's address comes along. The word is good for one reload: whoever takes
a draft up gets a new one, so that a link that was passed on shows nothing of it.
"""

import secrets
from collections.abc import Iterable
from threading import Lock
from typing import Any

import streamlit as st

from mnist_ui.session import Canvas, CanvasPart, Key

_PARAM = "draft"  # the query parameter
_MOST = 300  # drafts; the oldest are let go
_KEPT = (
    *(CanvasPart.DRAWN.of(canvas) for canvas in Canvas),
    Key.GAME_ASKED_AT,
    Key.GAME_GIVEN_UP,
    Key.GAME_KEPT,
    Key.GAME_ON_BOARD,
    Key.GAME_ROUND,
)


def take_up_draft() -> None:
    """Take up what the tab held before a reload; to be called before the page shows it."""
    word = st.session_state.get(Key.DRAFT)
    if word is None:
        word = st.session_state[Key.DRAFT] = secrets.token_urlsafe(9)
        for key, value in _shelf().take(st.query_params.get(_PARAM, "")).items():
            st.session_state[key] = value
    if st.query_params.get(_PARAM) != word:
        st.query_params[_PARAM] = word


def keep_draft() -> None:
    """Hold what the tab has now, after each change of it."""
    if (word := st.session_state.get(Key.DRAFT)) is not None:
        _shelf().put(word, ((key, st.session_state[key]) for key in _KEPT if key in st.session_state))


class _Shelf:
    """The drafts of all tabs."""

    def __init__(self) -> None:
        self._drafts: dict[str, dict[str, Any]] = {}
        self._lock = Lock()

    def take(self, word: str) -> dict[str, Any]:
        with self._lock:
            return self._drafts.pop(word, {})

    def put(self, word: str, values: Iterable[tuple[str, Any]]) -> None:
        with self._lock:
            self._drafts.pop(word, None)
            self._drafts[word] = dict(values)
            while len(self._drafts) > _MOST:
                del self._drafts[next(iter(self._drafts))]


@st.cache_resource(show_spinner=False)
def _shelf() -> _Shelf:
    return _Shelf()
