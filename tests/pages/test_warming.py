"""What pages need is loaded once, by one thread, before any page runs."""

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from searches import APP

from benchmarks.tabs.people import visit_at_once
from benchmarks.tabs.server import run_app
from mnist_core.data.kept import keep_dataset
from mnist_core.data.layouts import read_dataset
from mnist_core.data.sample import SAMPLE_PATH

# Its own process: in this one other tests have loaded what they need.
_VISIT_ALL = """
import json, sys
from pathlib import Path
import streamlit.testing.v1.element_tree
from streamlit.testing.v1 import AppTest

app = Path(sys.argv[1])
page = AppTest.from_file(app, default_timeout=200).run()
loaded, late = set(sys.modules), {}
for path in sorted(app.parent.glob("pages/[a-z]*.py")):
    page = AppTest.from_file(app, default_timeout=200).switch_page(f"pages/{path.name}").run()
    assert not page.exception, page.exception
    late[path.stem] = sorted(set(sys.modules) - loaded)
    loaded |= set(sys.modules)
print(json.dumps(late))
"""


@pytest.mark.slow
def test_no_page_loads_anything_of_its_own(home: Path):
    dataset = keep_dataset(read_dataset(SAMPLE_PATH), home / "datasets")
    (home / "last_dataset").write_text(dataset.fingerprint, encoding="utf-8")

    done = subprocess.run(
        [sys.executable, "-c", _VISIT_ALL, str(APP)],
        cwd=APP.parent,
        env=dict(os.environ),
        capture_output=True,
        text=True,
        check=False,
    )

    assert not done.returncode, done.stderr
    late = json.loads(done.stdout.splitlines()[-1])
    assert len(late) > 10
    assert {page: modules for page, modules in late.items() if modules} == {}


@pytest.mark.slow
def test_all_pages_that_are_opened_in_the_first_moment_show_no_error(home: Path):
    paths = [
        path.stem
        for path in sorted(APP.parent.glob("pages/[a-z]*.py"))
        if path.stem not in ("home", "people")
    ]

    with run_app(home, is_listening_enough=True) as server:
        seen = asyncio.run(visit_at_once(server.url, paths))

    assert len(seen.seconds) == len(paths)
    assert seen.list_errors() == []
    assert "Traceback" not in home.with_suffix(".log").read_text(encoding="utf-8")
