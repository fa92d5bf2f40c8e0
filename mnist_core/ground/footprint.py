"""What a lab takes of its machine: the memory of its processes, the room of its home."""

import os
import shutil
import stat
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import psutil

_HOME = "MNIST_LAB_HOME"


@dataclass(frozen=True)
class MemoryTaken:
    """The memory that a lab's processes take on this machine, in bytes.

    Attributes
    ----------
    app : int
        Of the process that asks.
    others : int
        Of all others: the workers, other apps with the same home, and what they have started.
    n_others : int
        How many these are.
    free : int
        What the machine has left for new processes.
    """

    app: int
    others: int
    n_others: int
    free: int


class HomePart(StrEnum):
    """A kind of things that stand in a home."""

    DATASETS = "data sets"
    MODELS = "models"
    RUNS = "runs"
    CORRECTIONS = "drawings"
    STORE = "store"
    LOGS = "logs"
    BACKUPS = "backups"
    REST = "rest"


@dataclass(frozen=True)
class RoomTaken:
    """The bytes that each kind of things takes in a home, and those that its disk has left."""

    taken: dict[HomePart, int]
    free: int

    @property
    def total(self) -> int:
        """Return the bytes of all kinds together."""
        return sum(self.taken.values())


def measure_memory(home: Path) -> MemoryTaken:
    """Measure the memory of all processes that work in a home, on this machine."""
    import psutil  # noqa: PLC0415 - few ask for it

    processes = list(_find_processes(home))
    sizes = {process.pid: measure_process(process) for process in processes}
    app = sizes.pop(os.getpid())
    return MemoryTaken(app, sum(sizes.values()), len(sizes), int(psutil.virtual_memory().available))


def measure_process(process: "psutil.Process") -> int:
    """Measure the memory of a process; pages that it shares count in shares where the system tells."""
    import psutil  # noqa: PLC0415 - see above

    try:
        memory = process.memory_full_info()
    except psutil.Error:  # it has ended meanwhile, or tells no other process
        return 0
    return int(getattr(memory, "pss", memory.uss))


def measure_home(home: Path) -> RoomTaken:
    """Measure what stands in a home; what has several names there counts once, for the first of them."""
    taken: Counter[HomePart] = Counter()
    seen: set[tuple[int, int]] = set()
    for folder, _, names in os.walk(home):
        for name in names:
            path = Path(folder, name)
            with suppress(OSError):  # gone meanwhile
                facts = path.lstat()
                mark = (facts.st_dev, facts.st_ino)
                if stat.S_ISREG(facts.st_mode) and mark not in seen:
                    seen.add(mark)
                    taken[_find_kind(path.relative_to(home))] += facts.st_blocks * 512
    return RoomTaken({kind: taken[kind] for kind in HomePart}, shutil.disk_usage(home).free)


def _find_kind(path: PurePath) -> HomePart:
    """Tell of what kind a file is by its path below the home."""
    parts = path.parts[2:] if path.parts[0] in ("people", "class") else path.parts
    kinds = {
        "datasets": HomePart.DATASETS,
        "models": HomePart.MODELS,
        "runs": HomePart.RUNS,
        "corrections": HomePart.CORRECTIONS,
        "logs": HomePart.LOGS,
        "backups": HomePart.BACKUPS,
    }
    if parts and parts[0].startswith("lab.db"):
        return HomePart.STORE
    return kinds.get(parts[0] if parts else "", HomePart.REST)


def _find_processes(home: Path) -> "Iterator[psutil.Process]":
    """Find this process, all that were told of the home, and whatever these have started."""
    import psutil  # noqa: PLC0415 - see above

    found: set[int] = set()
    for process in psutil.process_iter():
        if process.pid in found or not _works_in(process, home):
            continue
        with suppress(psutil.Error):
            for one in [process, *process.children(recursive=True)]:
                if one.pid not in found:
                    found.add(one.pid)
                    yield one


def _works_in(process: "psutil.Process", home: Path) -> bool:
    import psutil  # noqa: PLC0415 - see above

    try:
        return bool(process.pid == os.getpid() or process.environ().get(_HOME) == str(home))
    except psutil.Error:
        return False  # it has ended meanwhile, or is another user's
