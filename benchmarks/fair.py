"""Claim: who shares a machine with others gets a fair part of it.

`python -m benchmarks.fair` lets 30 people ask for a search of 9 candidates on the sample, at seeded moments
within a minute. Each sees the first epochs within 60 s, and the last one to begin is not the last to end by
more than twice the mean.
"""

import argparse
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Event, Thread

import psutil

from benchmarks import describe_machine
from benchmarks.tabs.server import find_processes
from mnist_core.data.dataset import Dataset
from mnist_core.data.kept import keep_dataset
from mnist_core.data.layouts import read_dataset
from mnist_core.data.sample import SAMPLE_PATH
from mnist_core.ground.settings import People, Settings
from mnist_core.network.candidate import Activation
from mnist_core.network.grid import Grid
from mnist_core.network.plan import SearchPlan
from mnist_core.store import Database, WorkState, add_search, get_search
from mnist_core.work.supervisor import start_worker

_PLAN = SearchPlan(Grid((0.1, 0.01, 0.001), (24, 48, 96), (12,), (Activation.TANH,)))
_WITHIN_S = 60.0  # all are asked for
_MOST_FIRST_S = 60.0
_MOST_RATIO = 2.0
_LOOK_EVERY_S = 0.25


@dataclass
class Asked:
    """A search that was asked for, and how long its person waited."""

    id: str
    at_s: float
    first_s: float = 0.0
    end_s: float = 0.0


def main() -> int:
    """Ask, watch, print a table, return 1 where the claim breaks."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=30)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        settings = Settings(home, f"sqlite:///{home / 'lab.db'}", people=People.NAMES)
        with _measuring_memory(home) as memory:
            asked = _ask(settings, arguments.people, random.Random(arguments.seed))
    first = [one.first_s for one in asked]
    ends = [one.end_s for one in asked]
    # The last to see anything, against what all waited for their ends.
    last = max(asked, key=lambda one: one.at_s + one.first_s)
    ratio = last.end_s / statistics.fmean(ends)
    print("| people | first epochs, median | last | end, mean | last | last to begin / mean | memory |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    print(
        f"| {len(asked)} | {statistics.median(first):.1f} s | {max(first):.1f} s | "
        f"{statistics.fmean(ends):.1f} s | {max(ends):.1f} s | {ratio:.2f} | {max(memory) / 1e6:.0f} MB |"
    )
    print(f"\n{describe_machine()}")
    if max(first) > _MOST_FIRST_S or ratio > _MOST_RATIO:
        print("The claim breaks.", file=sys.stderr)
        return 1
    return 0


def _ask(settings: Settings, n_people: int, chance: random.Random) -> list[Asked]:
    """Let people ask at their moments, and watch until all searches have ended."""
    sample = read_dataset(SAMPLE_PATH)
    for number in range(n_people):
        keep_dataset(sample, settings.of(f"p{number}").datasets_folder, settings.pool_folder)
    store = Database(settings.database)
    moments = sorted(chance.uniform(0.0, _WITHIN_S) for _ in range(n_people))
    asked: list[Asked] = []
    begin_s = time.monotonic()
    while len(asked) < n_people or not all(one.end_s for one in asked):
        now_s = time.monotonic() - begin_s
        if len(asked) < n_people and now_s >= moments[len(asked)]:
            asked.append(_ask_one(settings, store.of(f"p{len(asked)}"), sample, now_s))
        for one in asked:
            if not one.end_s:
                _look(store, one, time.monotonic() - begin_s)
        time.sleep(_LOOK_EVERY_S)
    store.close()
    return asked


def _ask_one(settings: Settings, store: Database, dataset: Dataset, now_s: float) -> Asked:
    plan = replace(_PLAN, split_seed=int(now_s))
    run_id = add_search(store, plan, dataset.name, dataset.fingerprint, "")
    start_worker(settings)
    return Asked(run_id, now_s)


def _look(store: Database, asked: Asked, now_s: float) -> None:
    run = get_search(store, asked.id)
    if not asked.first_s and run.n_epochs:
        asked.first_s = now_s - asked.at_s
    if not run.state.is_active and not run.is_waiting:
        if run.state is not WorkState.DONE:
            raise SystemExit(f"The run is {run.state.value}: {run.message}")
        asked.end_s = now_s - asked.at_s


@contextmanager
def _measuring_memory(home: Path) -> Iterator[list[int]]:
    """Measure what the lab's processes have together, what they share counted once, until the end."""
    sizes: list[int] = [0]
    over = Event()

    def measure() -> None:
        while not over.wait(2.0):
            sizes.append(sum(map(_read_size, find_processes(home))))

    thread = Thread(target=measure, daemon=True)
    thread.start()
    try:
        yield sizes
    finally:
        over.set()
        thread.join()
        for process in find_processes(home):  # the worker stays ready for who comes next
            process.terminate()


def _read_size(process: psutil.Process) -> int:
    try:
        return int(process.memory_full_info().pss)
    except psutil.Error:
        return 0


if __name__ == "__main__":
    sys.exit(main())
