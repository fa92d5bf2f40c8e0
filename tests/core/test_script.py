"""Scripts that search in processes side by side, as people write them."""

import os
import subprocess
import sys

import pytest
from digits import ROOT

pytestmark = pytest.mark.processes

HEAD = """
import numpy as np
from mnist_core.search.estimators.grid_search import GridSearch

X, y = np.random.default_rng(0).random((200, 64), dtype=np.float32), np.arange(200) % 10
grid = {"lr": [0.01], "hidden1": [8], "hidden2": [8], "activation": ["tanh", "relu"]}
"""
FIT = 'print("best", GridSearch(grid, cv=2, max_epochs=2, n_jobs=%s).fit(X, y).best_score_)\n'
GUARD = 'if __name__ == "__main__":\n    '


def run_script(folder, text):
    (folder / "script.py").write_text(text)
    return subprocess.run(
        [sys.executable, "script.py"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )


@pytest.mark.parametrize(
    "before",
    [
        "",
        pytest.param("def search():\n    ", marks=pytest.mark.slow),
        pytest.param("for _ in range(1):\n    ", marks=pytest.mark.slow),
    ],
)
def test_a_script_without_its_guard_is_told_the_cure_in_a_sentence(tmp_path, before):
    call = "\nsearch()\n" if before.startswith("def") else ""
    text = HEAD + before + FIT % 2 + call

    done = run_script(tmp_path, text)

    assert done.returncode == 1
    assert done.stderr.count("Traceback") == 1
    line = text.rstrip().count("\n") + 1
    said = done.stderr.splitlines()[-1]
    assert f"but line {line} of {tmp_path / 'script.py'} is not guarded" in said
    assert 'put it below `if __name__ == "__main__":`' in said


@pytest.mark.slow
def test_a_script_with_its_guard_searches_in_processes(tmp_path):
    done = run_script(tmp_path, HEAD + GUARD + FIT % 2)

    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("best 0.")


@pytest.mark.slow
def test_a_script_that_takes_one_process_needs_no_guard(tmp_path):
    assert run_script(tmp_path, HEAD + FIT % 1).returncode == 0
