"""The schema of the store: made, brought up to date by whoever comes first, refused where it is newer."""

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from stored_runs import PLAN, add_run, finish, make_record, start_python

import mnist_core.store.migrations
from mnist_core.ground.errors import RunError
from mnist_core.store import (
    Database,
    FitState,
    WorkState,
    claim,
    get_search,
    list_work,
    read_epochs,
    read_fits,
    read_queue,
    record,
)
from mnist_core.store.schema import REVISIONS, run_migrations
from mnist_core.store.tables import EPOCHS, METADATA

# What version 0.1.0 made; {serial} is the one word in which the databases differ.
OLD_SCHEMA = """
CREATE TABLE runs (
    id VARCHAR(32) NOT NULL, name VARCHAR(200) NOT NULL, state VARCHAR(16) NOT NULL, plan JSON NOT NULL,
    dataset_name VARCHAR(300) NOT NULL, fingerprint VARCHAR(32) NOT NULL, n_fits INTEGER NOT NULL,
    created FLOAT NOT NULL, started FLOAT, ended FLOAT, heartbeat FLOAT, message TEXT NOT NULL, outcome JSON,
    PRIMARY KEY (id)
);
CREATE INDEX ix_runs_state ON runs (state);
CREATE TABLE fits (
    run_id VARCHAR(32) NOT NULL, candidate INTEGER NOT NULL, fold INTEGER NOT NULL,
    state VARCHAR(16) NOT NULL, score FLOAT, n_epochs INTEGER NOT NULL, seconds FLOAT NOT NULL,
    PRIMARY KEY (run_id, candidate, fold), FOREIGN KEY(run_id) REFERENCES runs (id)
);
CREATE TABLE epochs (
    id {serial} NOT NULL, run_id VARCHAR(32) NOT NULL, candidate INTEGER NOT NULL, fold INTEGER NOT NULL,
    epoch INTEGER NOT NULL, train_loss FLOAT, valid_loss FLOAT, valid_accuracy FLOAT, seconds FLOAT NOT NULL,
    PRIMARY KEY (id), FOREIGN KEY(run_id) REFERENCES runs (id)
);
CREATE INDEX epochs_by_run ON epochs (run_id, id)
"""
OLD_RUNS = {"done": WorkState.DONE, "first": WorkState.QUEUED, "second": WorkState.QUEUED}
OPEN = """
    import sys
    from mnist_core.store import Database, list_work, read_epochs

    print("ready", flush=True)
    sys.stdin.readline()
    store = Database(sys.argv[1])
    print(len(list_work(store)), len(read_epochs(store, "done")))
"""


@pytest.fixture
def engine(url):
    made = sa.create_engine(url)
    yield made
    made.dispose()


@pytest.fixture
def old(engine):
    """Make a database of version 0.1.0 with three runs, a fit, and an epoch that is there twice."""
    with engine.begin() as connection:
        make_old_schema(connection)
        old_tables = sa.MetaData()
        old_tables.reflect(connection)
        tables = old_tables.tables
        for number, (run_id, state) in enumerate(OLD_RUNS.items()):
            row = {"id": run_id, "name": run_id, "state": state.value, "plan": PLAN.values(), "n_fits": 4}
            row |= {
                "dataset_name": "digits.mat",
                "fingerprint": "f",
                "created": 1000.0 + number,
                "message": "",
            }
            connection.execute(sa.insert(tables["runs"]).values(row))
        fit = {"run_id": "done", "candidate": 1, "fold": 0}
        begun = {"state": "done", "score": 0.9, "n_epochs": 2, "seconds": 0.5}
        connection.execute(sa.insert(tables["fits"]).values({**fit, **begun}))
        for epoch in (1, 2, 2):
            row = {**fit, "epoch": epoch, "valid_accuracy": 0.8, "seconds": 0.25}
            connection.execute(sa.insert(tables["epochs"]).values(row))
    return engine


def make_old_schema(connection: sa.Connection) -> None:
    serial = "INTEGER" if connection.dialect.name == "sqlite" else "SERIAL"
    for statement in OLD_SCHEMA.format(serial=serial).split(";"):
        connection.exec_driver_sql(statement)


def describe_schema(engine: sa.Engine) -> dict[str, object]:
    """Tell all that a schema is made of."""
    inspector = sa.inspect(engine)
    kinds = ("columns", "indexes", "unique_constraints", "foreign_keys", "pk_constraint")
    tables = sorted(set(inspector.get_table_names()) - {"alembic_version"})
    return {
        f"{name} {kind}": str(getattr(inspector, f"get_{kind}")(name)) for name in tables for kind in kinds
    }


def test_a_store_of_the_first_version_keeps_its_rows(old, url):
    store = Database(url)

    assert {run.id: run.state for run in list_work(store)} == OLD_RUNS
    run = get_search(store, "done")
    assert (run.plan, run.n_fits_done, run.n_epochs, run.tags) == (PLAN, 1, 2, ())
    (fit,) = read_fits(store, "done")
    assert (fit.state, fit.score, fit.n_epochs) == (FitState.DONE, 0.9, 2)
    assert [row.record.epoch for row in read_epochs(store, "done")] == [1, 2]
    store.close()


def test_runs_that_wait_in_a_store_of_the_first_version_wait_in_their_order(old, url):
    store = Database(url)
    third = add_run(store)
    assert [run.id for run in read_queue(store)] == ["first", "second", third]
    store.close()


def test_a_store_that_was_brought_up_to_date_is_like_a_new_one(old, url):
    Database(url).close()
    upgraded = describe_schema(old)
    with old.begin() as connection:
        for name in ("marks", "epochs", "fits", "runs", "alembic_version"):
            connection.exec_driver_sql(f"DROP TABLE {name}")
    Database(url).close()
    assert describe_schema(old) == upgraded


@pytest.mark.parametrize("revision", REVISIONS[1:-1])
def test_a_store_of_a_later_version_that_was_brought_up_to_date_is_like_a_new_one(url, engine, revision):
    with engine.begin() as connection:
        run_migrations(connection, revision)
    Database(url).close()
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []


def test_ids_of_removed_epochs_are_not_given_again_in_an_old_store(old, url):
    store = Database(url)
    before = read_epochs(store, "done")[-1].id
    store.write(sa.delete(EPOCHS))
    claim(store, "first")
    record(store, "first", [(0, 0, make_record(1))])
    assert read_epochs(store, "first")[0].id > before
    store.close()


def test_a_new_store_is_what_the_tables_in_the_code_say(url, engine):
    Database(url).close()
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []


def test_the_first_script_makes_what_the_first_version_made(engine, tmp_path):
    with engine.begin() as connection:
        run_migrations(connection, "0001")
    by_script = describe_schema(engine)
    with engine.begin() as connection:
        for name in ("epochs", "fits", "runs"):
            connection.exec_driver_sql(f"DROP TABLE {name}")
        make_old_schema(connection)
    assert by_script == describe_schema(engine)


def test_the_known_revisions_are_the_scripts():
    scripts = ScriptDirectory(mnist_core.store.migrations.__path__[0]).walk_revisions()
    assert tuple(script.revision for script in scripts) == REVISIONS[::-1]


@pytest.mark.parametrize("is_old", [False, True])
def test_processes_that_open_a_store_at_once_bring_it_up_to_date_once(request, url, is_old):
    if is_old:
        request.getfixturevalue("old")
    processes = [start_python(OPEN, url) for _ in range(4)]
    for process in processes:
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        process.stdin.write("go\n")
        process.stdin.flush()
    assert {finish(process) for process in processes} == {"3 2" if is_old else "0 0"}


def test_a_store_of_a_newer_lab_is_refused_and_left_as_it_is(url, engine):
    Database(url).close()
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0999'")
    before = describe_schema(engine)
    with pytest.raises(RunError, match=r"of revision 0999, made by a newer lab, .*: update the lab"):
        Database(url)
    assert describe_schema(engine) == before


def test_a_change_of_the_schema_that_fails_half_way_changes_nothing(old, url):
    before = describe_schema(old)
    with old.begin() as connection:
        # A name that the last step needs.
        obstacle = "_alembic_tmp_epochs" if old.dialect.name == "sqlite" else "one_row_an_epoch"
        connection.exec_driver_sql(f"CREATE TABLE {obstacle} (id INTEGER)")
    with pytest.raises(sa.exc.DatabaseError, match=obstacle):
        Database(url)
    with old.begin() as connection:
        connection.exec_driver_sql(f"DROP TABLE {obstacle}")
    assert describe_schema(old) == before

    store = Database(url)
    assert len(list_work(store)) == 3
    store.close()


def test_a_store_that_is_up_to_date_opens_without_the_tool_for_migrations(url):
    code = """
        import sys
        from mnist_core.store import Database, list_work

        for _ in range(2):
            list_work(Database(sys.argv[1]))
        print("alembic" in sys.modules)
    """
    assert finish(start_python(code, url)) == "False"
