"""What all processes of a lab take: memory, threads, open files, connections."""

import asyncio
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import psutil

from benchmarks.tabs.server import find_processes


@dataclass(frozen=True)
class Upkeep:
    """What the processes took at one moment.

    Attributes
    ----------
    at_s : float
        Seconds since the beginning.
    memory_mb : float
        Of all processes; what several share is counted once (PSS, of Linux).
    app_mb : float
        Of the process that serves the pages.
    processes, threads, files, connections : int
        Of all processes; connections as far as they are open, to people and to one another.
    """

    at_s: float
    memory_mb: float
    app_mb: float
    processes: int
    threads: int
    files: int
    connections: int


def measure_upkeep(home: Path, at_s: float = 0.0) -> Upkeep:
    """Measure what the processes that work in a home take now."""
    sums = np.zeros(4)
    pss, n = [], 0
    for process in find_processes(home):
        with suppress(psutil.Error):  # ended meanwhile
            pss.append(_read_pss(process.pid) / 1e6)
            open_ones = [one for one in process.net_connections() if one.status == psutil.CONN_ESTABLISHED]
            sums[:3] += process.num_threads(), process.num_fds(), len(open_ones)
            n += 1
    threads, files, connections = (int(one) for one in sums[:3])
    return Upkeep(at_s, sum(pss), max(pss, default=0.0), n, threads, files, connections)


async def watch_upkeep(home: Path, every_s: float, note: Callable[[Upkeep], None]) -> None:
    """Measure again and again, until cancelled."""
    begin = time.monotonic()
    while True:
        await asyncio.sleep(every_s)
        note(await asyncio.to_thread(measure_upkeep, home, time.monotonic() - begin))


def fit_growth(samples: Sequence[Upkeep], name: str) -> tuple[float, float]:
    """Fit a line to a figure; return where it begins, and by how much it rises to the last sample.

    A line through all and not two samples: what trains at a moment comes and goes.
    """
    times = np.array([one.at_s for one in samples])
    slope, first = np.polyfit(times - times[0], [float(getattr(one, name)) for one in samples], 1)
    return float(first), float(slope * (times[-1] - times[0]))


def _read_pss(pid: int) -> int:
    """Return the bytes that a process has, what it shares with others in shares; 0 where it has ended."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0
    return sum(1024 * int(line.split()[1]) for line in lines if line.startswith("Pss:"))
