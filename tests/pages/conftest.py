"""The Search page on a home folder of its own."""

import json
import signal
from collections.abc import Iterable
from contextlib import suppress
from os import kill
from pathlib import Path

import pytest
from filelock import FileLock
from processes import processes_of
from searches import APP, SPEED, OpenPage
from streamlit.testing.v1 import AppTest

from mnist_core.data.kept import keep_dataset
from mnist_core.data.layouts import read_dataset
from mnist_core.data.sample import SAMPLE_NAME, SAMPLE_PATH
from mnist_core.store import Database
from mnist_ui.search import run_panel
from mnist_ui.search import search_form as plan_form

# Loaded with the first page instead, they take so long that a run seems to have lost its worker.
_SLOW = (plan_form, run_panel)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterable[Path]:
    """A home folder of a machine whose speed is known, without a data set."""
    folder = tmp_path / "home"
    folder.mkdir()
    (folder / "speed.json").write_text(json.dumps(SPEED), encoding="utf-8")
    monkeypatch.setenv("MNIST_LAB_HOME", str(folder))
    # A worker lives, as far as others can see: those that the page starts wait a moment and go.
    with FileLock(folder / "worker.lock"):
        yield folder


@pytest.fixture
def store(home: Path) -> Iterable[Database]:
    opened = Database(f"sqlite:///{home / 'lab.db'}")
    yield opened
    opened.close()


@pytest.fixture
def no_process_left(home: Path) -> Iterable[None]:
    """End the processes that a page started."""
    yield
    for pid in processes_of(home):
        with suppress(ProcessLookupError):
            kill(pid, signal.SIGKILL)


@pytest.fixture
def open_page(home: Path) -> OpenPage:
    """Open the page in a new tab; with a run as a link names it, a view of it, and what else the link has."""

    def open_one(run: str | None = None, view: str | None = None, **link: str | list[str]) -> AppTest:
        page = AppTest.from_file(APP, default_timeout=60).run().switch_page("pages/search.py")
        if view is not None:
            page.session_state["search-view"] = view
        if run is not None:
            page.query_params["run"] = run
        for name, value in link.items():
            page.query_params[name] = value
        return page.run()

    return open_one


@pytest.fixture
def sample(home: Path) -> None:
    """Have the built-in sample open."""
    kept = keep_dataset(read_dataset(SAMPLE_PATH, SAMPLE_NAME), home / "datasets")
    (home / "last_dataset").write_text(kept.fingerprint, encoding="utf-8")
