"""Stores of runs, on each database that the lab supports."""

import pytest
from postgres import new_database, run_postgres

from mnist_core.store import Database


@pytest.fixture(scope="session")
def postgres():
    with run_postgres() as folder:
        yield folder


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, tmp_path):
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'lab.db'}"
        return
    with new_database(request.getfixturevalue("postgres")) as made:
        yield made


@pytest.fixture
def store(url):
    opened = Database(url)
    yield opened
    opened.close()
