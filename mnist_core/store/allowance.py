"""How much of a lab one person of many may have at once, and how that is said before it hurts."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace

import sqlalchemy as sa

from mnist_core.ground.errors import PersonError
from mnist_core.store.database import Database
from mnist_core.store.rows import HELD, SEARCH
from mnist_core.store.tables import LAB, PEOPLE, RUNS

_KEY = "allowance"
_LIVE = "live"
_IS_ACTIVE = RUNS.c.queue_position.is_not(None) | RUNS.c.state.in_(HELD)


@dataclass(frozen=True)
class Allowance:
    """What one person may have; the numbers suit 30 people on a machine of two cores.

    Attributes
    ----------
    searches : int
        That wait or are at work; and as many pieces of other work but live trainings.
    trainings : int
        Live ones that wait or are at work; those that rest do not count.
    upload_mb : int
        Megabytes of a file.
    datasets : int
        That are kept.
    runs : int
        Searches and trainings that are kept.
    """

    searches: int = 4
    trainings: int = 2
    upload_mb: int = 200
    datasets: int = 20
    runs: int = 100


def read_allowance(store: Database) -> Allowance | None:
    """Read what the person whose view a store is may have; None for the one person of a lab, who may all."""
    return read_allowance_of(store, store.space) if store.space else None


def read_allowance_of(store: Database, person_id: str | None) -> Allowance:
    """Read what a person may have; with None, everybody to whom nothing else was allowed."""
    with store.reading() as connection:
        return _read(connection, person_id or "")


def allow(store: Database, person_id: str | None, values: Mapping[str, int]) -> None:
    """Let a person have more or less of some things than the others, or all where none is named.

    Raises
    ------
    PersonError
        If there is no such thing or no such person, or a number is none.
    """
    known = {field.name for field in fields(Allowance)}
    for name, value in values.items():
        if name not in known or value < 0:
            raise PersonError(
                f"A person may have a number of {', '.join(sorted(known))}, but got {name}={value}: "
                "name one of these and a number from 0."
            )
    with store.writing() as connection:
        if person_id is None:
            kept = {**_read_extra(connection, sa.select(LAB.c.value).where(LAB.c.key == _KEY)), **values}
            connection.execute(sa.delete(LAB).where(LAB.c.key == _KEY))
            connection.execute(sa.insert(LAB).values(key=_KEY, value=json.dumps(kept)))
            return
        query = sa.select(PEOPLE.c.limits).where(PEOPLE.c.id == person_id)
        kept = {**_read_extra(connection, query), **values}
        if (
            connection.execute(sa.update(PEOPLE).where(PEOPLE.c.id == person_id).values(limits=kept)).rowcount
            == 0
        ):
            raise PersonError(f"There is nobody of the id {person_id}: `people list` shows who has come.")


def check_work(store: Database, kind: str, is_new: bool = True) -> None:
    """See that a person may ask for work of a kind, before anything is written for it.

    Parameters
    ----------
    kind : str
        Of the work.
    is_new : bool
        Whether it will be kept beside what is there already.

    Raises
    ------
    PersonError
        If they have as much as the lab allows a person.
    """
    with store.reading() as connection:
        check_within(store, connection, kind, is_new)


def check_within(store: Database, connection: sa.Connection, kind: str, is_new: bool = True) -> None:
    """See to it as `check_work` does, within a transaction; one that writes keeps other tabs waiting."""
    if not store.space:
        return
    allowance = _read(connection, store.space, for_update=True)
    group = _group_of(kind)
    n_most = allowance.trainings if kind == _LIVE else allowance.searches
    if _count(connection, store.space, _IS_ACTIVE & group) >= n_most:
        raise PersonError(_say_busy(kind, n_most))
    kept = RUNS.c.kind.in_((SEARCH, _LIVE))
    if is_new and kind in (SEARCH, _LIVE) and _count(connection, store.space, kept) >= allowance.runs:
        raise PersonError(
            f"You keep {allowance.runs} searches and trainings, as many as this lab allows a person: delete "
            "one on the Search or the Train page."
        )


def check_upload(store: Database, n_bytes: int) -> None:
    """See that a person may upload a file of a size.

    Raises
    ------
    PersonError
        If it is larger than the lab allows.
    """
    allowance = read_allowance(store)
    if allowance is not None and n_bytes > allowance.upload_mb * 1e6:
        raise PersonError(
            f"A file may have {allowance.upload_mb} MB in this lab, but this one has {n_bytes / 1e6:.0f} MB: "
            "open a smaller one, or ask who looks after the lab for more."
        )


def check_datasets(store: Database, n_kept: int) -> None:
    """See that a person who keeps so many data sets may keep another.

    Raises
    ------
    PersonError
        If they keep as many as the lab allows.
    """
    allowance = read_allowance(store)
    if allowance is not None and n_kept >= allowance.datasets:
        raise PersonError(
            f"You keep {n_kept} data sets, as many as this lab allows a person: remove one on the Data page."
        )


def say_left(store: Database, kind: str) -> str:
    """Say how much more work of a kind a person may ask for; empty where that is no matter."""
    allowance = read_allowance(store)
    if allowance is None or not store.space:
        return ""
    n_most = allowance.trainings if kind == _LIVE else allowance.searches
    with store.reading() as connection:
        n_left = n_most - _count(connection, store.space, _IS_ACTIVE & _group_of(kind))
    if n_left <= 0:
        return _say_busy(kind, n_most)
    if n_left > 1:
        return ""
    return f"This is the last of the {n_most} {_name(kind)} that you may have at work or waiting at once."


def _name(kind: str) -> str:
    return {SEARCH: "searches", _LIVE: "live trainings"}.get(kind, "pieces of such work")


def _say_busy(kind: str, n_most: int) -> str:
    do = {
        SEARCH: "wait for one, or cancel one on the Search page",
        _LIVE: "let one rest, or end one on the Train page",
    }.get(kind, "wait for one")
    return f"You have {n_most} {_name(kind)} at work or waiting, as many as this lab allows a person: {do}."


def _group_of(kind: str) -> sa.ColumnElement[bool]:
    """Return the condition of the work that is counted with that of a kind."""
    alone = (SEARCH, _LIVE)
    return RUNS.c.kind == kind if kind in alone else RUNS.c.kind.not_in(alone)


def _count(connection: sa.Connection, space: str, where: sa.ColumnElement[bool]) -> int:
    query = sa.select(sa.func.count()).select_from(RUNS).where(RUNS.c.space == space, where)
    return int(connection.execute(query).scalar_one())


def _read(connection: sa.Connection, space: str, for_update: bool = False) -> Allowance:
    of_person = sa.select(PEOPLE.c.limits).where(PEOPLE.c.id == space)
    lab = _read_extra(connection, sa.select(LAB.c.value).where(LAB.c.key == _KEY))
    person = _read_extra(connection, of_person.with_for_update() if for_update else of_person)
    known = asdict(Allowance())
    return replace(Allowance(), **{name: int(n) for name, n in {**lab, **person}.items() if name in known})


def _read_extra(connection: sa.Connection, query: sa.Select) -> dict[str, int]:
    found = connection.execute(query).scalar_one_or_none()
    values = json.loads(found) if isinstance(found, str) else found
    return dict(values or {})
