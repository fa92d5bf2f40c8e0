"""The core where the system has no POSIX: as on Windows, though run on this one."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from digits import ROOT

# Imported first by every Python below, it hides these modules from the one that asks for them.
_HIDE = """
import importlib.util, sys
find = importlib.util.find_spec
def find_spec(name, package=None):
    asks = sys._getframe(1).f_globals["__name__"]
    return None if asks == "mnist_core.ground.system" else find(name, package)
importlib.util.find_spec = find_spec
"""
# Not what tests locks: what takes their place elsewhere is not there on this system either.
_CORE = ("dataset", "layouts", "matfile", "modelstore", "numpy_files", "search")
_POSIX = re.compile(
    r"\b(import (fcntl|resource|pwd|grp|termios)|os\.(fork|setsid|setpgid|getpgid|killpg|nice|fchmod|sync)\b"
    r"|signal\.(SIGKILL|SIGXCPU|SIGPIPE|SIGHUP))"
)


def test_what_only_posix_has_stands_in_one_module() -> None:
    files = [path for room in ("mnist_core", "mnist_ui", "pages") for path in (ROOT / room).rglob("*.py")]

    assert [path.name for path in files if _POSIX.search(path.read_text(encoding="utf-8"))] == ["system.py"]


@pytest.mark.slow
@pytest.mark.processes
@pytest.mark.timeout(900)
def test_the_core_works_without_it(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(_HIDE, encoding="utf-8")
    tests = [f"tests/core/test_{name}.py" for name in _CORE]
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-x", "-m", "not slow", "-p", "no:cacheprovider", *tests],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert run.returncode == 0, run.stdout[-4000:]
