"""The database of the store: opened, asked, and its troubles told."""

import copy
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from mnist_core.ground.errors import RunError, StoreTroubleError
from mnist_core.ground.extras import extra
from mnist_core.store.owner import SILENT_AFTER_S, Owner, Watch
from mnist_core.store.schema import bring_up_to_date
from mnist_core.store.tables import RUNS
from mnist_core.store.trouble import tell_trouble

BUSY_TIMEOUT_S = 30.0  # how long a write waits for another process's write
_BACKENDS = ("sqlite", "postgresql")
_CONNECT_TIMEOUT_S = 10
_MOST_SWITCHES, _SWITCH_EVERY_S = 40, 0.05  # two seconds: others are done with a new database by then


@dataclass(frozen=True)
class FitCounts:
    """How many fits of some work are done, how many a race has dropped, and the epochs of all."""

    n_fits_done: int
    n_fits_dropped: int
    n_epochs: int


class Database:
    """The store of work on disk: the truth that pages show and processes write.

    It sees the work of all people; `of` gives what one of them sees.

    Parameters
    ----------
    url : str
        A SQLAlchemy URL of SQLite or PostgreSQL. SQLite files are made with their folder.
    busy_timeout_s : float
        How long to wait for another process that holds a lock.
    silent_after_s : float
        How long a process has to be seen without a sign of life until its work is given away.

    Raises
    ------
    StoreTroubleError
        If the database cannot be opened.
    RunError
        If it is none that can be used, or a newer version of the lab made it.
    """

    def __init__(
        self, url: str, busy_timeout_s: float = BUSY_TIMEOUT_S, silent_after_s: float = SILENT_AFTER_S
    ) -> None:
        self.space: str | None = None
        self._whole = self
        self.counts: dict[tuple[str, float | None], FitCounts] = {}
        self._busy_timeout_s = busy_timeout_s
        self.watch = Watch(silent_after_s)
        self._engine = _make_engine(url, busy_timeout_s)
        # Locked from the start: a transaction that reads first and then writes would fail, not wait.
        self._writing_engine = self._engine.execution_options(sqlite_begin="IMMEDIATE")
        try:
            with self._telling():
                bring_up_to_date(self._engine, self._writing_engine)
        except Exception:
            self.close()
            raise

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()

    def of(self, space: str) -> "Database":
        """Return what a person sees of it: their own work, to change, and what is published, to read."""
        view = copy.copy(self)
        view.space = space
        return view

    @property
    def reads(self) -> sa.ColumnElement[bool]:
        """The condition that holds for the work that may be read."""
        return sa.true() if self.space is None else self.changes | RUNS.c.is_published

    @property
    def changes(self) -> sa.ColumnElement[bool]:
        """The condition that holds for the work that may be changed, stopped and removed."""
        return sa.true() if self.space is None else RUNS.c.space == self.space

    def reads_run(self, column: Any) -> sa.ColumnElement[bool]:
        """Return the condition that holds where a column names work that may be read."""
        if self.space is None:
            return sa.true()
        return sa.exists().where(RUNS.c.id == column, self.reads)

    @property
    def owner(self) -> str:
        """What work that is claimed here is marked with; no other store has the same."""
        return self._whole._owner

    @cached_property
    def _owner(self) -> str:
        return str(Owner.of_this_process())

    @property
    def is_of_many_machines(self) -> bool:
        """Whether several machines may use it."""
        return self._engine.dialect.name == "postgresql"

    def check(self) -> None:
        """See that the database answers.

        Raises
        ------
        StoreTroubleError
            If it does not.
        """
        with self.reading() as connection:
            connection.execute(sa.select(1))

    def write(self, statement: Any) -> int:
        """Carry out a statement and return how many rows it changed."""
        with self.writing() as connection:
            return connection.execute(statement).rowcount

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """Give a connection for one transaction that reads."""
        with self._telling(), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """Give a connection for one transaction that writes; others wait for its end."""
        with self._telling(), self._writing_engine.begin() as connection:
            yield connection

    @contextmanager
    def _telling(self) -> Iterator[None]:
        """Turn what the user can mend into a sentence; the rest is a bug and must show."""
        try:
            yield
        except SQLAlchemyError as error:
            trouble = tell_trouble(self._engine.url.render_as_string(), error, self._busy_timeout_s)
            if trouble is None:
                raise
            raise trouble from error


def _make_engine(url: str, busy_timeout_s: float) -> sa.Engine:
    try:
        parsed = sa.make_url(url)
        if parsed.get_backend_name() not in _BACKENDS:
            raise ValueError("only sqlite and postgresql are known")
        if parsed.get_backend_name() == "postgresql":
            with extra("postgres", "A lab whose store is in PostgreSQL"):
                return _make_postgres_engine(parsed, busy_timeout_s)
        if parsed.database:
            _make_folder(Path(parsed.database).parent)
        engine = sa.create_engine(parsed, connect_args={"timeout": busy_timeout_s})
    except (SQLAlchemyError, ImportError, ValueError) as error:
        raise RunError(
            f"MNIST_LAB_DATABASE must be a URL of a database, such as sqlite:////home/me/lab.db or "
            f"postgresql+psycopg://me@host/lab, but {url!r} is not: {error}."
        ) from error
    sa.event.listen(engine, "connect", _set_up_sqlite)
    sa.event.listen(engine, "begin", _begin_sqlite)
    return engine


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreTroubleError(
            f"The store of runs needs the folder {folder}, but it cannot be made ({error.strerror}): allow "
            "it, or name another place with MNIST_LAB_HOME or MNIST_LAB_DATABASE."
        ) from error


def _make_postgres_engine(url: sa.URL, busy_timeout_s: float) -> sa.Engine:
    options = f"-c lock_timeout={round(busy_timeout_s * 1000)}"
    arguments = {"connect_timeout": _CONNECT_TIMEOUT_S, "options": options}
    return sa.create_engine(url, pool_pre_ping=True, connect_args=arguments)


def _set_up_sqlite(connection: Any, _: Any) -> None:
    # Python's own transactions would leave changes of the schema out of them.
    connection.isolation_level = None
    # Readers do not wait for the writer, and a committed epoch survives a crash of the process.
    _use_write_ahead_log(connection)
    connection.execute("PRAGMA synchronous=NORMAL")


def _use_write_ahead_log(connection: Any) -> None:
    """Switch a new database to a write-ahead log, which SQLite refuses at once while another opens it."""
    for _ in range(_MOST_SWITCHES):
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF not in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
                raise
            time.sleep(_SWITCH_EVERY_S)
        else:
            return
    connection.execute("PRAGMA journal_mode=WAL")


def _begin_sqlite(connection: sa.Connection) -> None:
    kind = connection.get_execution_options().get("sqlite_begin", "DEFERRED")
    connection.exec_driver_sql(f"BEGIN {kind}")
