"""Labs with a home of their own, and stores on each database that the lab supports."""

import pytest
from postgres import new_database, run_postgres
from trained import make_dataset

from mnist_core.ground.settings import Settings
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


@pytest.fixture
def settings(tmp_path):
    """Return the settings of a lab whose store is a file."""
    return Settings(home=tmp_path / "lab", database=f"sqlite:///{tmp_path / 'lab' / 'lab.db'}")


@pytest.fixture
def lab_store(settings):
    opened = Database(settings.database)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def dataset():
    return make_dataset()
