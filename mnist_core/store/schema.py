"""The schema of the store: made, recognised, and brought up to date."""

from pathlib import Path

import sqlalchemy as sa

from mnist_core.ground.errors import RunError
from mnist_core.store.tables import METADATA

REVISIONS = ("0001", "0002", "0003", "0004", "0005", "0006")  # the scripts in `migrations`, the latest last
_LATEST = REVISIONS[-1]
_BEFORE_REVISIONS = REVISIONS[0]  # what the lab made before it wrote revisions down
_VERSION = sa.Table(
    "alembic_version",
    sa.MetaData(),
    sa.Column("version_num", sa.String(32), nullable=False),
    sa.PrimaryKeyConstraint("version_num", name="alembic_version_pkc"),
)
_LOCK = 0x6D6E6973746C6162  # "mnistlab": a number that other programs are unlikely to lock


def bring_up_to_date(reading: sa.Engine, writing: sa.Engine) -> None:
    """Make the tables of a new database, or change those of an older one; all or nothing.

    Raises
    ------
    RunError
        If a newer version of the lab made it.
    """
    with reading.begin() as connection:
        if _read_revision(connection) == _LATEST:
            return
    with writing.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
        # Again, as another process may have done it meanwhile.
        found = _read_revision(connection)
        if found is None:
            METADATA.create_all(connection)
            _mark(connection, _LATEST)
        elif found != _LATEST:
            _check_known(found, connection)
            _upgrade(connection)


def _read_revision(connection: sa.Connection) -> str | None:
    inspector = sa.inspect(connection)
    if inspector.has_table(_VERSION.name):
        return connection.execute(sa.select(_VERSION.c.version_num)).scalar_one_or_none()
    return _BEFORE_REVISIONS if inspector.has_table("runs") else None


def _mark(connection: sa.Connection, revision: str) -> None:
    _VERSION.create(connection, checkfirst=True)
    connection.execute(sa.insert(_VERSION).values(version_num=revision))


def _check_known(found: str, connection: sa.Connection) -> None:
    if found not in REVISIONS:
        place = connection.engine.url.render_as_string()
        raise RunError(
            f"The store of runs at {place} is of revision {found}, made by a newer lab, but this one knows "
            f"only up to {_LATEST}: update the lab, or name another store with MNIST_LAB_DATABASE."
        )


def _upgrade(connection: sa.Connection) -> None:
    if not sa.inspect(connection).has_table(_VERSION.name):
        _mark(connection, _BEFORE_REVISIONS)
    run_migrations(connection, _LATEST)


def run_migrations(connection: sa.Connection, revision: str) -> None:
    """Bring a database from the revision that it is of to a later one, within the open transaction."""
    from alembic import command  # noqa: PLC0415 - slow to import, and hardly ever needed
    from alembic.config import Config  # noqa: PLC0415

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    command.upgrade(config, revision)
