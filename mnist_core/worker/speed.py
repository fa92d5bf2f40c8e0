"""What this machine can do, measured once."""

import json
import subprocess
import sys
from dataclasses import dataclass

from mnist_core.errors import RunError
from mnist_core.settings import PROJECT_FOLDER, Settings


@dataclass(frozen=True)
class Speed:
    """What a machine can do.

    Attributes
    ----------
    seconds_per_image : dict of str to float
        For each engine, wall time of an epoch of one network on one thread, a training image.
    cores : int
        Networks that train side by side.
    """

    seconds_per_image: dict[str, float]
    cores: int


def measure_speed(settings: Settings) -> Speed:
    """Measure an epoch on this machine, once; later calls read what was measured.

    Raises
    ------
    RunError
        If the measuring process fails.
    """
    path = settings.home / "speed.json"
    if not path.exists():
        command = [sys.executable, "-m", "mnist_core.search", "--speed"]
        done = subprocess.run(command, cwd=PROJECT_FOLDER, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise RunError(f"The speed of this machine could not be measured: {done.stderr.strip()[-300:]}")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(done.stdout, encoding="utf-8")
    return Speed(**json.loads(path.read_text(encoding="utf-8")))
