"""What this machine can do, measured once."""

import json
import os
import statistics
import subprocess
import sys
from dataclasses import asdict, dataclass
from typing import Any

from mnist_core.ground.errors import RunError
from mnist_core.ground.replacing import replace_file
from mnist_core.ground.settings import PROJECT_FOLDER, Settings
from mnist_core.network.plan import Engine

_MOST_AT_ONCE = 8  # processes that measure; more would tell no more
_LOADS_A_START = 1  # libraries are loaded by the process that all others are forked from


@dataclass(frozen=True)
class Speed:
    """What a machine can do.

    Attributes
    ----------
    seconds_per_image : dict of str to float
        For each engine, time of an epoch of a usual network on one thread, a training image, while the other
        cores train too.
    cores : int
        Networks that train side by side.
    start_s : float
        From the start of a search to the first network that trains.
    """

    seconds_per_image: dict[str, float]
    cores: int
    start_s: float


def read_speed(settings: Settings) -> Speed | None:
    """Read what was measured; None where nothing was, or its file is damaged or of an earlier version."""
    try:
        values = json.loads((settings.home / "speed.json").read_text(encoding="utf-8"))
        speed = Speed(
            {engine.value: float(values["seconds_per_image"][engine.value]) for engine in Engine},
            int(values["cores"]),
            float(values["start_s"]),
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return speed if min(*speed.seconds_per_image.values(), speed.cores) > 0 else None


def measure_speed(settings: Settings) -> Speed:
    """Measure an epoch on this machine, once: it takes seconds; later calls read what was measured.

    Raises
    ------
    RunError
        If a measuring process fails, or what was measured cannot be kept.
    """
    found = read_speed(settings)
    if found is not None:
        return found
    cores = os.cpu_count() or 1
    measured = _measure(min(cores, _MOST_AT_ONCE))
    seconds = {
        engine.value: statistics.fmean(one["seconds_per_image"][engine.value] for one in measured)
        for engine in Engine
    }
    speed = Speed(seconds, cores, _LOADS_A_START * statistics.fmean(one["load_s"] for one in measured))
    try:
        settings.home.mkdir(parents=True, exist_ok=True)
        with replace_file(settings.home / "speed.json") as file:
            file.write(json.dumps(asdict(speed)).encode())
    except OSError as error:
        raise RunError(f"The speed of this machine needs room in {settings.home}: {error}.") from error
    return speed


def _measure(n_processes: int) -> list[dict[str, Any]]:
    """Measure in so many processes at once, as they share the machine when they train."""
    command = [sys.executable, "-m", "mnist_core.search.epoch_time"]
    processes = [
        subprocess.Popen(
            command, cwd=PROJECT_FOLDER, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        for _ in range(n_processes)
    ]
    answers = [process.communicate() for process in processes]
    for process, (_, complaint) in zip(processes, answers, strict=True):
        if process.returncode != 0:
            raise RunError(f"The speed of this machine could not be measured: {complaint.strip()[-300:]}")
    return [json.loads(answer) for answer, _ in answers]
