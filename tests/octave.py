"""Octave, which carries out what the lab's users would have MATLAB do."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

OCTAVE = shutil.which("octave-cli")


def run_octave(script: Path) -> str:
    """Run a script in its folder and return what Octave said; skipped where there is none, but in CI."""
    if OCTAVE is None:
        words = "Octave is absent: its lines are not run (on Debian: apt install octave)"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(words)
    command = [OCTAVE, "--no-gui", "--norc", "--no-history", "--quiet", script.name]
    done = subprocess.run(
        command, cwd=script.parent, capture_output=True, text=True, check=False, timeout=120
    )
    return done.stdout + done.stderr
