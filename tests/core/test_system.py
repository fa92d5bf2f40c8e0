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
# Left out: backups say so; of locks and limits this system lacks the other ways, too, that Windows has.
_LACKED = (
    "postgresql backup backed_up restored evening "
    "two_who_fetch_at_once that_is_held_is_free another_process_holds "
    "process_that_reads_is_confined more_memory_than_the_confined_process"
)
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
def test_the_core_without_it_passes_its_tests(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(_HIDE, encoding="utf-8")
    chosen = " and ".join(f"not {name}" for name in _LACKED.split())
    words = ["-q", "-x", "-n", "2", "--dist", "loadfile", "-m", "not slow and not processes", "-k", chosen]
    run = subprocess.run(
        [sys.executable, "-m", "pytest", *words, "-p", "no:cacheprovider", "tests/core"],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert run.returncode == 0, run.stdout[-4000:]
