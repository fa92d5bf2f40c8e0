"""Claim: that a search's own processes talk by TLS costs it a second at its start, and 5 % of its work.

`python -m benchmarks.cluster` starts clusters of two processes on this machine, open and by TLS in turns:
how long until they have done a task, and what processor time both ends take for the largest state of a task,
which travels once a round.
"""

import os
import statistics
import sys
import time
from collections.abc import Callable

from distributed import Client, LocalCluster
from distributed.security import Security

from benchmarks import describe_machine
from mnist_core.network.plan import SearchPlan

_ROUNDS = 5
_STATE_BYTES = 64_000_000
_MOST_START_S = 1.0
_MOST_SHARE = 0.05


def main() -> int:
    """Measure both, print a table, return 1 where the claim breaks."""
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
