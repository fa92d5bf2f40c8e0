"""The roll of people: everyone who has come, by a name that no two share."""

import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from mnist_core.ground.errors import PersonError
from mnist_core.ground.settings import Settings, fold_name
from mnist_core.store import Database
from mnist_core.store.tables import LAB, PEOPLE

MOST_LETTERS = 40
"""Of a name."""

MOST_PEOPLE = 300
"""In one lab; so many names that nobody uses can be made by who means ill."""

_SECRET = "cookie-secret"
_SEEN_EVERY_S = 20.0  # how exactly it is noted when somebody was here


@dataclass(frozen=True)
class Person:
    """Somebody who has a space in the lab.

    Attributes
    ----------
    id : str
        Names their space; random, and no secret.
    name : str
        As they typed it, or as their login has it.
    key : str
        What tells them from others: the folded name, or issuer and subject of their login.
    code_hash : str or None
        Of their code, by argon2; None where their login vouches for them.
    created, seen : float
        When they came first and last, in seconds since 1970.
    page : str
        What they had open then.
    limits : dict
        What the host has allowed them beyond the lab's limits.
    """

    id: str
    name: str
    key: str
    code_hash: str | None
    created: float
    seen: float
    page: str
    limits: Mapping[str, int]


def check_name(name: str) -> str:
    """Return a name as it is kept: without what cannot be seen, single spaces.

    Raises
    ------
    PersonError
        If it is none.
    """
    name = " ".join(name.split())
    if not 1 <= len(name) <= MOST_LETTERS or not name.isprintable():
        raise PersonError(
            f"A name needs 1 to {MOST_LETTERS} letters that can be seen, but got {len(name)}: type another."
        )
    return name


def find_person(store: Database, key: str) -> Person | None:
    """Find a person by what tells them from others; None where there is none."""
    return _find(store, PEOPLE.c.key == key)


def get_person(store: Database, person_id: str) -> Person | None:
    """Find a person by id; None where there is none, or no more."""
    return _find(store, PEOPLE.c.id == person_id)


def find_space(store: Database, settings: Settings, name: str) -> str:
    """Return the space of a person by name or id; "" for no name, which is the one person's.

    Raises
    ------
    PersonError
        If there is nobody of that name.
    """
    if not name:
        return ""
    everybody = list_people(store)
    # An id first: else who took one for a name could not be told from its owner.
    people = [one for one in everybody if name == one.id]
    people = people or [one for one in everybody if fold_name(name) == fold_name(one.name)]
    if len(people) == 1:
        return people[0].id
    if people:
        ids = ", ".join(one.id for one in people)
        raise PersonError(f"{len(people)} people are called {name}: name one of the ids {ids}.")
    raise PersonError(
        f"There is nobody called {name!r} in the lab at {settings.home}: `people` lists who has come."
    )


def list_people(store: Database) -> list[Person]:
    """List everybody, in order of the alphabet."""
    with store.reading() as connection:
        rows = connection.execute(sa.select(*_COLUMNS).order_by(PEOPLE.c.key)).all()
    return [_parse(row) for row in rows]


def add_person(store: Database, name: str, key: str, code_hash: str | None = None) -> Person:
    """Give somebody new a space.

    Raises
    ------
    PersonError
        If the name is none, or taken, or the lab is full.
    """
    now = time.time()
    person = Person(secrets.token_hex(8), check_name(name), key, code_hash, now, now, "", {})
    count = sa.select(sa.func.count()).select_from(PEOPLE)
    with store.writing() as connection:
        if connection.execute(count).scalar_one() >= MOST_PEOPLE:
            raise PersonError(
                f"The lab has {MOST_PEOPLE} people, as many as it takes: ask its host for room."
            )
        if connection.execute(sa.select(PEOPLE.c.id).where(PEOPLE.c.key == key)).first():
            raise PersonError(f"{person.name} is here already: type their code, or choose another name.")
        connection.execute(sa.insert(PEOPLE).values(vars(person)))
    return person


def change_person(store: Database, person_id: str, **values: Any) -> None:
    """Change what is kept of a person."""
    store.write(sa.update(PEOPLE).where(PEOPLE.c.id == person_id).values(values))


def note_seen(store: Database, person: Person, page: str) -> None:
    """Note that a person is here, and which page they have open; seldom enough to cost nothing."""
    if page != person.page or time.time() - person.seen > _SEEN_EVERY_S:
        change_person(store, person.id, seen=time.time(), page=page)


def is_host(person: Person, settings: Settings, email: str = "") -> bool:
    """Say whether a person looks after the others: by name, or by the e-mail that their login vouches for."""
    told_by = fold_name(email) if person.code_hash is None else person.key
    return bool(told_by) and told_by in settings.hosts


def read_secret(store: Database) -> str:
    """Read the secret that cookies of this lab are signed with; made at its first use."""
    query = sa.select(LAB.c.value).where(LAB.c.key == _SECRET)
    with store.reading() as connection:
        known: str | None = connection.execute(query).scalar_one_or_none()
    if known is not None:
        return known
    with store.writing() as connection:
        known = connection.execute(query).scalar_one_or_none()
        if known is None:
            known = secrets.token_urlsafe(48)
            connection.execute(sa.insert(LAB).values(key=_SECRET, value=known))
    return known


_COLUMNS = [PEOPLE.c[name] for name in Person.__dataclass_fields__]


def _find(store: Database, where: sa.ColumnElement[bool]) -> Person | None:
    with store.reading() as connection:
        row = connection.execute(sa.select(*_COLUMNS).where(where)).one_or_none()
    return None if row is None else _parse(row)


def _parse(row: Any) -> Person:
    return Person(**row._mapping)
