"""The wheel, installed where the checkout is out of reach, beside what it asks for and nothing else."""

import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
import zipfile
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from digits import ROOT
from packages import link_plain_install
from photographs import as_file

pytestmark = [pytest.mark.slow, pytest.mark.processes, pytest.mark.timeout(600)]

_MOST_BYTES = 12_000_000
_START_S = 120.0
# In the environment's own Python.
_VISIT_ALL = """
import sys
from importlib.util import find_spec
from pathlib import Path
from streamlit.testing.v1 import AppTest

assert not [name for name in ("captum", "optuna", "umap", "cleanlab", "apprise", "pytest") if find_spec(name)]
app = Path(sys.argv[1])
for path in sorted(app.parent.glob("pages/[a-z]*.py")):
    page = AppTest.from_file(app, default_timeout=200).switch_page(f"pages/{path.name}").run()
    assert not page.exception, page.exception
    print(path.stem)
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    build = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--no-deps",
        "--no-build-isolation",
        "--wheel-dir",
        folder,
        ROOT,
    ]
    subprocess.run(build, check=True, capture_output=True)
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def command(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install the wheel into an environment of its own and return its command."""
    environment = tmp_path_factory.mktemp("environment")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", environment], check=True)
    python = environment / "bin" / "python"
    install = [sys.executable, "-m", "pip", "--python", python, "install", "--no-deps", "--no-index", wheel]
    subprocess.run(install, check=True, capture_output=True)
    beside = next(environment.glob("lib/*/site-packages"))
    link_plain_install("mnist-lab", beside)
    return environment / "bin" / "mnist-lab"


def _surroundings(home: Path) -> dict[str, str]:
    left_out = {"MNIST_LAB_HOME", "PYTHONPATH", "XDG_DATA_HOME"}
    return {key: value for key, value in os.environ.items() if key not in left_out} | {"HOME": str(home)}


def _carry_out(command: Path, home: Path, *words: str) -> object:
    done = subprocess.run(
        [command, *words, "--json"],
        cwd=home,
        env=_surroundings(home),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def _find_sample(command: Path) -> Path:
    return next(command.parent.parent.glob("lib/*/site-packages/mnist_core/data/builtin/mnist_sample.mat"))


def _is_ready(address: str) -> bool:
    with suppress(urllib.error.HTTPError), urllib.request.urlopen(f"{address}/ready", timeout=_START_S):
        return True
    return False


def test_it_is_small_and_holds_no_rubbish(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()

    assert wheel.stat().st_size <= _MOST_BYTES
    tops = {name.split("/")[0] for name in names}
    assert {name for name in tops if not name.endswith(".dist-info")} == {
        "mnist_core",
        "mnist_ui",
        "mnist_lab",
    }
    assert not [name for name in names if name.endswith(".pyc")]


def test_its_command_searches_and_keeps_its_state_with_the_user(command: Path, tmp_path: Path) -> None:
    sample = _find_sample(command)
    grid = tmp_path / "grid.json"
    grid.write_text(
        json.dumps({"lr": [0.01], "hidden1": [12], "hidden2": [8], "activation": ["relu", "tanh"]})
    )

    found = _carry_out(
        command, tmp_path, "search", str(sample), "--grid", str(grid), "--limit", "400", "--max-epochs", "2"
    )
    helped = subprocess.run([command, "--help"], capture_output=True, text=True, check=True)
    read = _carry_out(command, tmp_path, "evaluate", found["model"], str(sample))  # type: ignore[index]

    assert Path(found["model"]).is_relative_to(tmp_path)  # type: ignore[index]
    assert read["n"] > 0  # type: ignore[index]
    assert helped.stdout.startswith("usage: mnist-lab ")


def test_every_page_opens_without_any_extra(command: Path, tmp_path: Path) -> None:
    app = next(command.parent.parent.glob("lib/*/site-packages/mnist_lab/app.py"))

    done = subprocess.run(
        [command.with_name("python"), "-c", _VISIT_ALL, app],
        cwd=tmp_path,
        env=_surroundings(tmp_path),
        capture_output=True,
        text=True,
        check=False,
    )

    assert not done.returncode, done.stderr
    assert len(done.stdout.split()) > 10


@pytest.mark.parametrize(
    ("words", "library"),
    [
        ("predict paper photo.heic", "pillow-heif"),
        ("search SAMPLE --strategy bayes", "optuna"),
        ("label-errors SAMPLE", "cleanlab"),
        ("map paper SAMPLE --method umap", "umap-learn"),
        ("fields paper --method occlusion --out fields", "captum"),
        ("runs --json", "psycopg"),
    ],
)
def test_what_an_absent_extra_brings_is_named_in_one_sentence(
    command: Path, tmp_path: Path, words: str, library: str
) -> None:
    sample = _find_sample(command)
    (tmp_path / "photo.heic").write_bytes(as_file(np.ones((50, 50)), "HEIF").getvalue())
    stores = {"MNIST_LAB_DATABASE": "postgresql+psycopg://me@localhost/lab"} if library == "psycopg" else {}

    done = subprocess.run(
        [command, *words.replace("SAMPLE", str(sample)).split()],
        cwd=tmp_path,
        env=_surroundings(tmp_path) | stores,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 2
    assert re.search(f"which is not installed: pip install .*{library}", done.stderr.splitlines()[-1])


def test_without_words_it_starts_the_app_and_opens_it(command: Path, tmp_path: Path) -> None:
    opened = tmp_path / "opened"
    browser = tmp_path / "xdg-open"  # by which pages are opened
    browser.write_text(f'#!/bin/sh\necho "$1" > {opened}\n', encoding="utf-8")
    browser.chmod(0o755)
    log = tmp_path / "log"
    app = subprocess.Popen(
        ["sh", "-c", f"exec {command} > {log} 2>&1"],
        cwd=tmp_path,
        env=_surroundings(tmp_path) | {"BROWSER": f"{browser} %s"},
        stdin=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        deadline = time.monotonic() + _START_S
        while not opened.exists() or not opened.read_text():
            assert app.poll() is None, log.read_text()
            assert time.monotonic() < deadline
            time.sleep(0.1)
        while not _is_ready(opened.read_text().strip()):
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.1)
    finally:
        os.killpg(app.pid, signal.SIGTERM)
        app.wait()
