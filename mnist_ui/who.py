"""Who looks at a page: nobody in particular where the lab is one person's, else somebody the lab knows."""

from collections.abc import Callable
from typing import Any, Final

import streamlit as st

from mnist_core.ground.errors import PersonError
from mnist_core.ground.settings import People, Settings, fold_name, read_settings
from mnist_core.store import Database
from mnist_core.store.people.entering import read_token
from mnist_core.store.people.roll import (
    MOST_LETTERS,
    Person,
    add_person,
    find_person,
    get_person,
    is_host,
    note_seen,
    read_secret,
)

COOKIE = "mnist-lab-person"
"""Holds the token that a browser is known again by, where people enter by name."""

_HERE_EVERY_S = 45.0
# Streamlit would take settings apart at each of the many calls that a page makes: 0.2 ms each.
_TELLS: Final[dict[str | type, Callable[[Any], int]]] = {Settings: hash}
_KNOWN_S = 3.0  # how soon it is seen that somebody has gone or has a new code


def person() -> Person | None:
    """Return who looks at the page; None where the lab is one person's.

    It rests on what came with the browser's connection alone, never on what a page was sent.

    Raises
    ------
    PersonError
        If the lab does not know them.
    """
    settings = read_settings()
    if settings.people is People.ONE:
        return None
    if settings.people is People.LOGIN:
        return _find_by_login(settings)
    found = know(settings, st.context.cookies.get(COOKIE, ""))
    if found is None:
        raise PersonError("This browser is not known here any more: enter by your name and code again.")
    return found


def space() -> str:
    """Return the space of who looks at the page; raises as `person` does."""
    found = person()
    return "" if found is None else found.id


def looks_after_lab() -> bool:
    """Say whether who looks at the page looks after the others."""
    found, settings = person(), read_settings()
    if found is None:
        return False
    email = ""
    if settings.people is People.LOGIN and st.user.get("email_verified") is not False:
        email = str(st.user.get("email") or "")
    return is_host(found, settings, email)


def has_machine() -> bool:
    """Say whether who looks may name machines and places: whose lab it is, or who looks after it.

    What answers at the address of a cluster can have the lab do anything.
    """
    return person() is None or looks_after_lab()


def keep_here(page: str) -> None:
    """Note that who looks at the page is here and what they have open, again and again while they have."""
    if read_settings().people is not People.ONE:
        st.fragment(_note_here, run_every=_HERE_EVERY_S)(page)


def know(settings: Settings, token: str) -> Person | None:
    """Return who a token is of; None where it is of nobody."""
    return _know(settings, token) if token else None


def name_space(space: str) -> str:
    """Say whose a space is, in words for others."""
    return _name_space(read_settings(), space)


@st.cache_resource(show_spinner=False, ttl=60, max_entries=1000, hash_funcs=_TELLS)
def _name_space(settings: Settings, space: str) -> str:
    found = get_person(open_whole_store(settings), space)
    return "somebody who has gone" if found is None else found.name


@st.cache_resource(show_spinner=False, hash_funcs=_TELLS)
def open_whole_store(settings: Settings) -> Database:
    """Open the store of all people, once for all tabs."""
    settings.make_home()
    return Database(settings.database)


def _note_here(page: str) -> None:
    try:
        found = person()
    except PersonError:
        st.rerun()  # the lab knows them no more: the page says so
    if found is not None:
        note_seen(open_whole_store(read_settings()), found, page)


@st.cache_resource(show_spinner=False, ttl=_KNOWN_S, max_entries=1000, hash_funcs=_TELLS)
def _know(settings: Settings, token: str) -> Person | None:
    store = open_whole_store(settings)
    return read_token(read_secret(store), token, lambda person_id: get_person(store, person_id))


def _find_by_login(settings: Settings) -> Person:
    if not st.user.get("is_logged_in"):
        raise PersonError("The lab needs to know who you are: log in.")
    issuer, subject = st.user.get("iss"), st.user.get("sub")
    if not issuer or not subject:
        raise PersonError("The login told no issuer or subject: ask who looks after the lab to mend it.")
    name = str(st.user.get("name") or st.user.get("email") or subject)
    return _know_login(settings, f"{issuer} {subject}", name)


@st.cache_resource(show_spinner=False, ttl=_KNOWN_S, max_entries=1000, hash_funcs=_TELLS)
def _know_login(settings: Settings, key: str, name: str) -> Person:
    store = open_whole_store(settings)
    shown = "".join(sign for sign in name if sign.isprintable())[:MOST_LETTERS].strip() or fold_name(key)[-8:]
    return find_person(store, key) or _add(store, shown, key)


def _add(store: Database, name: str, key: str) -> Person:
    try:
        return add_person(store, name, key)
    except PersonError:
        found = find_person(store, key)  # another tab may have been a moment faster
        if found is None:
            raise
        return found
