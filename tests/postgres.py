"""A PostgreSQL server of the tests' own."""

import itertools
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from digits import ROOT

_DATABASE_NUMBERS = itertools.count()
# Speed: what the tests make need not survive a crash of the machine.
_HASTY = ["-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off"]


@contextmanager
def run_postgres() -> Iterator[Path]:
    """Start a server that only this machine's processes reach, by a socket in the folder that is given."""
    programs = _find_programs()
    # Paths of sockets are short, and pytest's folders are another user's.
    folder = Path(tempfile.mkdtemp(prefix="lab-pg-", dir="/tmp"))
    # PostgreSQL refuses to run as root.
    user = "nobody" if os.geteuid() == 0 else None
    if user:
        shutil.chown(folder, user)
    as_user = {"user": user, "cwd": folder, "stdin": subprocess.DEVNULL}
    options = " ".join([*_HASTY, "-c listen_addresses=", f"-c unix_socket_directories={folder}"])
    try:
        initdb = [programs / "initdb", "-D", "data", "-U", "lab", "-A", "trust", "-E", "UTF8", "-N"]
        _run(initdb, folder, **as_user)
        _run(
            [programs / "pg_ctl", "-D", "data", "-w", "-l", "log", "-o", options, "start"], folder, **as_user
        )
        yield folder
    finally:
        _run([programs / "pg_ctl", "-D", "data", "-m", "immediate", "stop"], folder, **as_user)
        shutil.rmtree(folder)


@contextmanager
def new_database(folder: Path) -> Iterator[str]:
    """Make an empty database and give its URL; it is gone afterwards, as each takes 8 MB."""
    name = f"lab{next(_DATABASE_NUMBERS)}"
    _tell(folder, f"CREATE DATABASE {name}")
    yield f"postgresql+psycopg://lab@/{name}?host={folder}"
    _tell(folder, f"DROP DATABASE {name} WITH (FORCE)")


def _tell(folder: Path, statement: str) -> None:
    with psycopg.connect(host=str(folder), user="lab", dbname="postgres", autocommit=True) as connection:
        connection.execute(statement)


def _find_programs() -> Path:
    script = ROOT / "scripts" / "postgres.sh"
    found = subprocess.run([script], capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stderr
    return Path(found.stdout.strip())


def _run(command: list[object], folder: Path, **options: object) -> None:
    # A file, as the server keeps the streams that it gets: a pipe would not end.
    with (folder / "said").open("ab") as said:
        done = subprocess.run(command, stdout=said, stderr=said, check=False, **options)
    assert done.returncode == 0, "".join(
        path.read_text() for path in (folder / "said", folder / "log") if path.exists()
    )
