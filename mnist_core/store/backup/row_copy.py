"""The rows of a store, copied from one database to another of any kind."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from mnist_core.store.database import Database
from mnist_core.store.reading import IS_HELD, IS_SEARCH
from mnist_core.store.rows import WorkState
from mnist_core.store.tables import LAB, METADATA, PEOPLE, RUNS

_AT_ONCE = 2000
_TABLES = METADATA.sorted_tables  # those that others refer to first
_NAMES_OF_FOLDERS = ("id", "run_id", "space", "fingerprint")
_FORBIDDEN = re.compile(r"^\.|[/\\\0]")
_PLACES = (RUNS.c.plan, RUNS.c.wishes, RUNS.c.outcome)  # JSON that may name files of the home


@contextmanager
def open_file(path: Path) -> Iterator[Database]:
    """Open a SQLite file as a store, made or brought up to date."""
    store = Database(sa.URL.create("sqlite", database=str(path)).render_as_string())
    try:
        yield store
    finally:
        store.close()


def freeze(connection: sa.Connection) -> None:
    """Let a transaction that begins see one moment to its end."""
    if connection.dialect.name == "postgresql":  # SQLite's do so anyway
        connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")


def keep_others_from(connection: sa.Connection) -> None:
    """Keep others from writing until a transaction ends; they may read."""
    if connection.dialect.name == "postgresql":  # SQLite's that write do so anyway
        names = ", ".join(connection.dialect.identifier_preparer.format_table(table) for table in _TABLES)
        connection.exec_driver_sql(f"LOCK TABLE {names} IN EXCLUSIVE MODE")


def copy_rows(source: sa.Connection, target: sa.Connection) -> None:
    """Copy all rows into tables that are empty."""
    for table in _TABLES:
        query = sa.select(table).execution_options(yield_per=_AT_ONCE)
        for part in source.execute(query).mappings().partitions():
            target.execute(sa.insert(table), [dict(row) for row in part])
    if target.dialect.name == "postgresql":
        _count_on(target)


def remove_rows(connection: sa.Connection, keeps_lab: bool) -> None:
    """Remove all rows, but those of the lab itself where they are to stay."""
    for table in reversed(_TABLES):
        if not (keeps_lab and table is LAB):
            connection.execute(sa.delete(table))


def move_places(connection: sa.Connection, before: str, now: Path) -> None:
    """Let rows name the files of one home by another."""
    for row in connection.execute(sa.select(RUNS.c.id, *_PLACES)).all():
        old = {column.name: getattr(row, column.name) for column in _PLACES}
        new = {name: _move(value, before.rstrip("/") + "/", f"{now}/") for name, value in old.items()}
        if new != old:
            connection.execute(sa.update(RUNS).where(RUNS.c.id == row.id).values(new))


def let_go(connection: sa.Connection) -> None:
    """Let no work belong to a process: what went on is interrupted, and can be resumed."""
    state = sa.case(
        (RUNS.c.state == WorkState.PAUSING, WorkState.PAUSED.value),
        (RUNS.c.state == WorkState.CANCELLING, WorkState.CANCELLED.value),
        else_=WorkState.INTERRUPTED.value,
    )
    held = {
        "state": state,
        "message": "was at work when the lab was backed up; resumed, it goes on from its checkpoint",
        "ended": RUNS.c.heartbeat,
        "queue_position": None,
    }
    connection.execute(sa.update(RUNS).where(IS_HELD).values(held))
    connection.execute(sa.update(RUNS).values(owner=None))


def count_rows(connection: sa.Connection) -> dict[str, int]:
    """Count searches, other jobs and people."""
    counted = {
        "n_runs": sa.select(sa.func.count()).where(IS_SEARCH),
        "n_jobs": sa.select(sa.func.count()).where(~IS_SEARCH),
        "n_people": sa.select(sa.func.count()).select_from(PEOPLE),
    }
    return {name: connection.execute(query).scalar_one() for name, query in counted.items()}


def check_file(path: Path) -> None:
    """Check that a file is a store of this lab or an older one, and nothing but that.

    Raises
    ------
    ValueError
        If it is not.
    sqlite3.Error
        If it is no whole database.
    """
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True)) as connection:
        connection.execute("PRAGMA trusted_schema=OFF")
        known = {*METADATA.tables, "alembic_version", "sqlite_sequence"}
        for kind, table, sql in connection.execute("SELECT type, tbl_name, sql FROM sqlite_master"):
            # A view or a trigger could bring more than rows.
            if kind not in ("table", "index") or table not in known or "VIRTUAL" in str(sql).upper().split():
                raise ValueError(f"a {kind} of {table}")
        if connection.execute("PRAGMA quick_check(1)").fetchone() != ("ok",):
            raise ValueError("its pages")


def check_rows(connection: sa.Connection) -> None:
    """Check that rows hold what their columns are for: SQLite takes anything, and ids name folders.

    Raises
    ------
    ValueError, TypeError
        If one does not.
    """
    for table in _TABLES:
        query = sa.select(table).execution_options(yield_per=_AT_ONCE)
        for row in connection.execute(query):
            for column, value in zip(table.c, row, strict=True):
                _check_value(column, value)
    for state in connection.execute(sa.select(RUNS.c.state).distinct()).scalars():
        WorkState(state)


def _check_value(column: sa.Column, value: Any) -> None:
    if isinstance(column.type, sa.JSON) or (value is None and column.nullable):
        return
    kind = (float, int) if isinstance(column.type, sa.Float) else column.type.python_type
    is_odd = isinstance(value, str) and "\0" in value
    if isinstance(value, str) and column.name in _NAMES_OF_FOLDERS:
        is_odd = bool(_FORBIDDEN.search(value))
    if is_odd or not isinstance(value, kind):
        raise ValueError(f"{value!r} as the {column.name} in its {column.table.name}")


def _count_on(connection: sa.Connection) -> None:
    """Let PostgreSQL give ids behind those that were copied, and none that it has given."""
    for table in _TABLES:
        column = table.autoincrement_column
        if column is None:
            continue
        sequence = f"pg_get_serial_sequence('{table.name}', '{column.name}')"
        last = f"SELECT greatest(max({column.name}), nextval({sequence})) FROM {table.name}"
        connection.exec_driver_sql(f"SELECT setval({sequence}, ({last}))")


def _move(value: Any, before: str, now: str) -> Any:
    if isinstance(value, str):
        return now + value.removeprefix(before) if value.startswith(before) else value
    if isinstance(value, list):
        return [_move(item, before, now) for item in value]
    if isinstance(value, dict):
        return {key: _move(item, before, now) for key, item in value.items()}
    return value
