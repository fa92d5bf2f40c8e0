"""Claim: a search's own processes talk by TLS for a second at the start, and a cluster costs 10 % at most.

`python -m benchmarks.cluster` measures both:

- start: clusters of two processes on this machine, open and by TLS in turns: how long until they have done a
  task, and what processor time both ends take for the largest state of a task, which travels once a round: at
  most 5 % of a round.
- search: the paper's grid on a part of `MNIST.mat`, by the processes of this machine, and by a scheduler on
  loopback with four workers: the processor time of all processes from their start to their end, twice each.
"""

import ctypes
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from distributed import Client, LocalCluster
from distributed.security import Security

from benchmarks import DATA, ROOT, describe_machine, find_mnist, make_parser, run_command
from mnist_core.network.plan import SearchPlan

_ROUNDS = 5
_STATE_BYTES = 64_000_000
_LOOK_EVERY_S = 5.0
_MOST_START_S = 1.0
_MOST_SHARE = 0.05
_N_WORKERS = 4
_LIMIT = 30_000
_TIMES = 2
_MOST_MORE = 0.1
_PR_SET_CHILD_SUBREAPER = 36


def main() -> int:
    """Measure both, print tables, return 1 where a claim breaks."""
    parts = {"start": _judge_start, "search": _judge_search}
    arguments = make_parser(__doc__, parts).parse_args()
    return max(parts[part]() for part in arguments.only)


def _judge_search() -> int:
    """Measure searches by this machine and by a cluster; return 1 where that costs too much."""
    source = find_mnist(DATA)
    if source is None:
        return 0
    subprocess.run([sys.executable, "-m", "mnist_core.engines.fused"], cwd=ROOT, check=True)
    rows = [(_search_here(source), _search_by_cluster(source)) for _ in range(_TIMES)]
    here, by_cluster = (min(column) for column in zip(*rows, strict=True))
    more = by_cluster / here - 1
    print("| processor seconds of all processes | " + " | ".join(str(n) for n in range(1, _TIMES + 1)) + " |")
    print("| --- |" + " --- |" * _TIMES)
    for name, column in zip(("this machine", f"{_N_WORKERS} workers"), zip(*rows, strict=True), strict=True):
        print(f"| {name} | " + " | ".join(f"{seconds:.1f}" for seconds in column) + " |")
    print(f"The cluster takes {more:+.1%}, {_LIMIT:,} images ({describe_machine()})")
    if more > _MOST_MORE:
        print(f"The claim breaks: at most {_MOST_MORE:.0%} more.", file=sys.stderr)
    return int(more > _MOST_MORE)


def _search_here(source: Path) -> float:
    with tempfile.TemporaryDirectory() as home:
        before = _sum_ended()
        run_command(["search", str(source), "--limit", str(_LIMIT)], home, _LOOK_EVERY_S)
        return _sum_ended() - before


def _search_by_cluster(source: Path) -> float:
    with tempfile.TemporaryDirectory() as home:
        before, file = _sum_ended(), Path(home) / "scheduler.json"
        dask = [sys.executable, "-m", "distributed.cli"]
        words = ["--scheduler-file", str(file), "--no-dashboard"]
        worker = [
            f"{dask[2]}.dask_worker",
            *words,
            "--nthreads",
            "1",
            "--no-nanny",
            "--local-directory",
            home,
        ]
        modules = [[f"{dask[2]}.dask_scheduler", "--host", "127.0.0.1", "--port", "0", *words]]
        modules += [worker] * _N_WORKERS
        processes = [_start([*dask[:2], *module], file) for module in modules]
        address = json.loads(file.read_text(encoding="utf-8"))["address"]
        words = ["search", str(source), "--limit", str(_LIMIT), "--cluster", address]
        run_command(words, home, _LOOK_EVERY_S)
        for process in reversed(processes):
            process.terminate()
            process.wait()
        return _sum_ended() - before


def _start(command: list[str], file: Path) -> "subprocess.Popen[bytes]":
    """Start a process of a cluster; the scheduler is ready when it has written its file."""
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while not (file.exists() and file.read_text(encoding="utf-8")):
        time.sleep(0.05)
    return process


def _sum_ended() -> float:
    """Wait for all that was started here, by whomever, and sum the processor seconds of it."""
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)  # whose parent is gone is this process's
    with suppress(ChildProcessError):
        while True:
            os.wait()
    spent = os.times()
    return spent.children_user + spent.children_system


def _judge_start() -> int:
    """Measure starts, print a table, return 1 where the claim breaks."""
    _measure(None)  # loads the libraries
    makers: dict[str, Callable[[], Security | None]] = {"open": lambda: None, "TLS": Security.temporary}
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in makers}
    for _ in range(_ROUNDS):
        for name, make in makers.items():
            begin = time.perf_counter()
            security = make()
            made_s = time.perf_counter() - begin
            start_s, state_s = _measure(security)
            found[name].append((made_s + start_s, state_s))
    medians = {
        name: [statistics.median(column) for column in zip(*rows, strict=True)]
        for name, rows in found.items()
    }
    for name, (start_s, state_s) in medians.items():
        print(f"{name:<5} ready in {start_s:.2f} s, {state_s:.3f} s of processor time a state")
    more_s, state_s = (by_tls - openly for openly, by_tls in zip(*medians.values(), strict=True))
    share = state_s / SearchPlan().checkpoint_s
    print(f"TLS: {more_s:.2f} s more at the start, {share:.1%} of a round more ({describe_machine()})")
    is_kept = more_s <= _MOST_START_S and share <= _MOST_SHARE
    if not is_kept:
        print(f"The claim breaks: at most {_MOST_START_S:.0f} s and {_MOST_SHARE:.0%}.", file=sys.stderr)
    return 0 if is_kept else 1


def _measure(security: Security | None) -> tuple[float, float]:
    """Return the seconds until a first task is done, and the processor time that a state takes."""
    begin = time.perf_counter()
    with (
        LocalCluster(
            n_workers=2,
            threads_per_worker=1,
            security=security,
            dashboard_address="127.0.0.1:0",
            memory_limit=0,
            silence_logs="ERROR",
        ) as cluster,
        Client(cluster) as client,
    ):
        worker = next(iter(client.scheduler_info(n_workers=-1)["workers"]))
        client.submit(len, b"", workers=[worker]).result()
        start_s = time.perf_counter() - begin
        before = _sum_times(client)
        for _ in range(_ROUNDS):
            client.submit(os.urandom, _STATE_BYTES, workers=[worker], pure=False).result()
        made = client.submit(_time_making, workers=[worker], pure=False).result()
        return start_s, (_sum_times(client) - before) / _ROUNDS - made


def _time_making() -> float:
    begin = time.process_time()
    os.urandom(_STATE_BYTES)
    return time.process_time() - begin


def _sum_times(client: Client) -> float:
    return time.process_time() + float(sum(client.run(time.process_time).values()))


if __name__ == "__main__":
    sys.exit(main())
