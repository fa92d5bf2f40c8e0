"""The process of a search; the worker starts it, and it ends when the worker does.

It reads a plan, calls a crew together, loads its libraries meanwhile, and only then reads its order: who
starts it may still be reading the images. The members of its crew import this file too, as Python's way to
start processes has it: so it loads what a search needs only where it searches.
"""

import json
import os
import signal
import sys
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from queue import Queue
from threading import Thread
from typing import Any

from mnist_core.ground.priority import yield_to_others
from mnist_core.network.grid import Engine, SearchPlan
from mnist_core.search.order import SearchOrder

_CHUNK = 1 << 16  # bytes that are read at once


def main() -> int:
    """Read plan and order from standard input and carry it out."""
    yield_to_others()
    lines: Queue[bytes] = Queue()
    Thread(target=_listen, args=(lines,), daemon=True).start()
    begun = json.loads(lines.get())
    plan = SearchPlan.from_values(begun["plan"])
    crew = _choose_crew(plan, Path(begun["temp_folder"]))
    loading = Thread(target=_load_libraries)
    loading.start()  # while the crew's processes come up
    with crew as client:
        loading.join()
        import torch  # noqa: PLC0415

        from mnist_core.search.searching import try_order  # noqa: PLC0415

        torch.set_num_threads(1)
        return try_order(SearchOrder.read(lines.get()), client)


def _load_libraries() -> None:
    """Load what the search itself needs: a second and more."""
    import mnist_core.search.searching  # noqa: F401, PLC0415


def _choose_crew(plan: SearchPlan, temp_folder: Path) -> AbstractContextManager[Any]:
    if plan.engine is not Engine.FUSED or plan.cluster is not None or plan.n_processes == 1:
        return nullcontext()
    from mnist_core.search.cluster import start_cluster  # noqa: PLC0415

    return start_cluster(plan.n_processes, temp_folder)


def _listen(lines: Queue[bytes]) -> None:
    """Take in the lines of the worker; when it ends, however it ends, this process and its crew end too."""
    # The worker holds the other end of standard input, which closes with it: also while a crew is still
    # being called together. Read without Python's buffer, whose lock a forked process would inherit as taken.
    rest = b""
    while data := os.read(0, _CHUNK):
        *whole, rest = (rest + data).split(b"\n")
        for line in whole:
            lines.put(line)
    os.killpg(os.getpgid(0), signal.SIGKILL)


if __name__ == "__main__":
    sys.exit(main())
