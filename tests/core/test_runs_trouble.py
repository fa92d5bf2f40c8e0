"""Storage in trouble for real: what is said, and that nothing is damaged."""

import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from disks import make_room, small_disk
from postgres import new_database
from stored_runs import add_run, finish, make_record, start_python

from mnist_core.ground.errors import StoreTroubleError
from mnist_core.store import Database, claim, get_search, list_work, read_epochs, record

HOLD_LOCK = """
    import sys
    import sqlalchemy as sa

    connection = sa.create_engine(sys.argv[1], isolation_level="AUTOCOMMIT").connect()
    for statement in sys.argv[2:]:
        connection.exec_driver_sql(statement)
    print("locked", flush=True)
    sys.stdin.read()
"""
# Root may write anywhere, so it becomes nobody when all that it needs is loaded.
ADD_RUN = """
    import os, sys
    from mnist_core.ground.errors import StoreTroubleError
    from mnist_core.store import Database
    from stored_runs import add_run

    Database("sqlite://").close()
    if os.geteuid() == 0:
        os.setgid(65534)
        os.setuid(65534)
    try:
        add_run(Database(sys.argv[1]))
    except StoreTroubleError as error:
        print(error)
"""
FILL = """
    import resource, sys
    from mnist_core.ground.errors import StoreTroubleError
    from mnist_core.store import Database, record
    from stored_runs import begin_run, make_record

    if len(sys.argv) > 2:
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), resource.RLIM_INFINITY))
    store = Database(sys.argv[1])
    run_id = begin_run(store)
    n_kept = 0
    try:
        while n_kept < 100_000:
            record(store, run_id, [(0, 0, make_record(n_kept + n + 1)) for n in range(20)])
            n_kept += 20
    except StoreTroubleError as error:
        print(run_id, n_kept, error)
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    """Give a folder that other users can look into."""
    made = Path(tempfile.mkdtemp(prefix="lab-trouble-", dir="/tmp"))
    made.chmod(0o755)
    yield made
    made.chmod(0o755)
    shutil.rmtree(made)


def check_whole(url: str, run_id: str, n_kept: int) -> None:
    """See that all that was acknowledged is there, and that the run can go on."""
    store = Database(url)
    assert [row.record.epoch for row in read_epochs(store, run_id)] == list(range(1, n_kept + 1))
    with store.reading() as connection:
        assert connection.exec_driver_sql("PRAGMA integrity_check").scalar_one() == "ok"
    assert claim(store).id == run_id
    record(store, run_id, [(0, 0, make_record(n_kept + 1))])
    assert get_search(store, run_id).n_epochs == n_kept + 1
    store.close()


def count_runs(url: str) -> int:
    store = Database(url)
    n_runs = len(list_work(store))
    store.close()
    return n_runs


def test_a_full_disk_is_named_and_what_was_kept_is_whole(folder):
    url = f"sqlite:///{folder / 'lab.db'}"
    with small_disk(folder):
        run_id, n_kept, words = finish(start_python(FILL, url)).split(" ", 2)
        assert words == (
            f"The store of runs at {url} cannot be written, as the disk is full: "
            "free some space, then resume the run."
        )
        make_room(folder)
        check_whole(url, run_id, int(n_kept))


def test_a_limit_on_the_size_of_files_is_named_and_what_was_kept_is_whole(tmp_path):
    url = f"sqlite:///{tmp_path / 'lab.db'}"
    run_id, n_kept, words = finish(start_python(FILL, url, "300000")).split(" ", 2)
    assert re.search(r"cannot be (read or )?written.*, then resume the run\.$", words), words
    assert int(n_kept) > 0
    check_whole(url, run_id, int(n_kept))


def test_a_read_only_file_is_named_and_left_as_it_is(folder):
    path = folder / "lab.db"
    url = f"sqlite:///{path}"
    Database(url).close()
    path.chmod(0o444)
    folder.chmod(0o777)
    assert finish(start_python(ADD_RUN, url)).startswith(
        f"The store of runs at {url} must be writable, but is read-only for this user: allow writing"
    )
    assert count_runs(url) == 0


def test_a_read_only_folder_is_named_and_left_as_it_is(folder):
    path = folder / "lab.db"
    url = f"sqlite:///{path}"
    Database(url).close()
    path.chmod(0o666)
    folder.chmod(0o555)
    said = finish(start_python(ADD_RUN, url))
    assert re.search(r"read-only for this user: allow writing|check that .* you may write there", said)
    folder.chmod(0o755)
    assert count_runs(url) == 0


def test_a_store_that_cannot_be_made_in_a_read_only_folder_is_named(folder):
    folder.chmod(0o555)
    said = finish(start_python(ADD_RUN, f"sqlite:///{folder / 'lab.db'}"))
    assert re.search(r"cannot be opened .* check that the folder exists and that you may write there", said)


@pytest.fixture
def locked(url):
    """Give the URL of a store that another process has locked, and that process."""
    Database(url).close()
    is_sqlite = url.startswith("sqlite")
    lock = ["BEGIN EXCLUSIVE"] if is_sqlite else ["BEGIN", "LOCK TABLE runs IN ACCESS EXCLUSIVE MODE"]
    process = start_python(HOLD_LOCK, url, *lock)
    assert process.stdout.readline() == "locked\n"
    yield url, process
    process.kill()
    process.communicate()


def test_a_store_that_another_process_keeps_locked_is_named_and_works_again_when_freed(locked):
    url, process = locked
    store = Database(url, busy_timeout_s=0.2)
    with pytest.raises(StoreTroubleError, match=r"was kept locked by another process for 0\.2 s: end that"):
        add_run(store)

    process.kill()
    process.wait()
    patient = Database(url)
    add_run(patient)
    assert len(list_work(store)) == 1
    for one in (store, patient):
        one.close()


def test_a_server_that_does_not_run_is_named_without_the_password(tmp_path):
    url = f"postgresql+psycopg://me:secret@/lab?host={tmp_path}"
    with pytest.raises(
        StoreTroubleError, match=r"does not answer \(.*\): start it, or name another"
    ) as caught:
        Database(url)
    assert "secret" not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_server_that_forbids_writing_is_named(postgres):
    with new_database(postgres) as url:
        Database(url).close()
        engine = sa.create_engine(url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            name = engine.url.database
            connection.exec_driver_sql(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
        engine.dispose()
        store = Database(url)
        with pytest.raises(StoreTroubleError, match="read-only for this user"):
            add_run(store)
        store.close()


def test_a_bug_of_the_lab_is_no_trouble_of_the_store(store):
    with pytest.raises(sa.exc.DatabaseError, match="no_such_table"), store.reading() as connection:
        connection.exec_driver_sql("SELECT * FROM no_such_table")
