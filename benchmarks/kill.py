"""Claim: a search whose processes are killed 100 times ends as one that nobody disturbed, bit by bit.

`python benchmarks/kill.py --times 100` kills, at seeded random moments, a worker of the crew, the process
that searches, the one that these are forked from, the one that carries the run out, or all of them;
`resume` carries on where nothing is left that would. `make bench` kills ten times.
"""

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # runs as a script too

from benchmarks import describe_machine
from mnist_core.data.sample import SAMPLE_PATH
from mnist_core.network.candidate import Candidate
from mnist_core.store import Database, FitRow, WorkState, list_work, read_fits

_ROOT = Path(__file__).resolve().parent.parent
_GRID = {"lr": [0.01, 0.001], "hidden1": [24, 48], "hidden2": [12], "activation": ["tanh", "relu"]}
_RANGED = _GRID | {"lr": {"low": 0.0003, "high": 0.03, "log": True}, "hidden1": {"low": 16, "high": 64}}
_RACED = _GRID | {"lr": [3.0, 0.3, 0.01, 0.001], "activation": ["tanh", "relu", "sigmoid"]}
_SEARCHES = {
    "grid": (_GRID, ["--max-epochs", "200", "--patience", "200"]),
    "bayes": (_RANGED, ["--max-epochs", "60", "--patience", "60", "--strategy", "bayes", "--trials", "22"]),
    "race": (_RACED, ["--max-epochs", "120", "--patience", "120", "--strategy", "race"]),
}
"""The space of each strategy, and its options."""

_OPTIONS = ["--cv", "3", "--workers", "2"]
_CHECKPOINT_S = "0.3"
_VICTIMS = ("all", "carrier", "server", "engine", "member")
_LONGEST_WAIT_S = 6.0  # begins before the processes do, and reaches into the work
_AFTER_DEATH_S = 60.0  # long, as others may use the machine too


@dataclass(frozen=True)
class End:
    """What a search came to: its candidates, their scores on each fold and epochs, the winner's weights."""

    candidates: list[Candidate]
    scores: dict[tuple[int, int], float | None]
    n_epochs: dict[tuple[int, int], int]
    weights: bytes


def main() -> int:
    """Kill, compare, print; return 1 where the claim breaks."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=10)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--strategy", choices=list(_SEARCHES), default="grid")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        expected = search_undisturbed(Path(folder) / "calm", arguments.strategy)
        begin = time.monotonic()
        place = Path(folder) / "killed"
        n_killed, ends = kill_searches(place, arguments.times, arguments.seed, arguments.strategy)
        seconds = time.monotonic() - begin
    n_equal = sum(end == expected for end in ends)
    print(f"{n_killed} kills over {len(ends)} searches in {seconds:.0f} s; {n_equal} ended equal bit by bit")
    print(describe_machine())
    return 0 if n_equal == len(ends) else 1


def search_undisturbed(home: Path, strategy: str = "grid") -> End:
    """Search to the end in one go."""
    _start_search(home, strategy).wait()
    return _read_end(home)


def kill_searches(home: Path, times: int, seed: int, strategy: str = "grid") -> tuple[int, list[End]]:
    """Kill processes of searches until it was done so many times; return how often, and what they came to."""
    chance, n_killed = random.Random(seed), 0
    ends: list[End] = []
    while n_killed < times:
        place = home / str(len(ends))
        n_killed += _kill_search(place, strategy, times - n_killed, chance)
        ends.append(_read_end(place))
    return n_killed, ends


def _kill_search(home: Path, strategy: str, most: int, chance: random.Random) -> int:
    """Search, kill at most so many times, carry on each time; return how often it was killed."""
    carrier, n_killed = _start_search(home, strategy), 0
    while n_killed < most:
        with suppress(subprocess.TimeoutExpired):
            carrier.wait(chance.uniform(0.0, _LONGEST_WAIT_S))
        if carrier.poll() == 0:
            return n_killed
        n_killed += _kill(home, carrier, chance.choice(_VICTIMS))
        carrier = _carry_on(home, strategy, carrier)
    carrier.wait()
    return n_killed


def _kill(home: Path, carrier: subprocess.Popen[bytes], whom: str) -> bool:
    found = _list_processes(home)
    forked = [one for one in found if _says(one, "forkserver")]
    victims = {
        "all": found,
        "carrier": [one for one in found if one.pid == carrier.pid],
        "server": [one for one in forked if _leads_group(one) and one.ppid() == carrier.pid],
        "engine": [one for one in forked if _leads_group(one) and one.ppid() != carrier.pid],
        "member": [one for one in forked if not _leads_group(one)][-1:],
    }
    for victim in victims[whom]:
        with suppress(psutil.NoSuchProcess):
            victim.send_signal(signal.SIGKILL)
    return bool(victims[whom])


def _carry_on(home: Path, strategy: str, carrier: subprocess.Popen[bytes]) -> subprocess.Popen[bytes]:
    """Resume a run that lost the process that carried it out."""
    with suppress(subprocess.TimeoutExpired):
        carrier.wait(0.5)
    if carrier.poll() in (None, 0):
        return carrier
    _wait_for_silence(home)
    run = _find_run(home)
    return _start_search(home, strategy) if run is None else _start(home, "resume", run)


def _wait_for_silence(home: Path) -> None:
    deadline = time.monotonic() + _AFTER_DEATH_S
    while left := _list_processes(home):
        if time.monotonic() > deadline:
            raise SystemExit(f"Processes outlived the one that carried the run out: {left}")
        time.sleep(0.05)


def _list_processes(home: Path) -> list[psutil.Process]:
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            is_ours = process.environ().get("MNIST_LAB_HOME") == str(home)
            if is_ours and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
    return found


def _leads_group(process: psutil.Process) -> bool:
    try:
        return bool(os.getpgid(process.pid) == process.pid)
    except ProcessLookupError:
        return False


def _says(process: psutil.Process, word: str) -> bool:
    try:
        return any(word in part for part in process.cmdline())
    except psutil.Error:
        return False


def _start_search(home: Path, strategy: str) -> subprocess.Popen[bytes]:
    grid, options = _SEARCHES[strategy]
    home.mkdir(parents=True, exist_ok=True)
    (home / "grid.json").write_text(json.dumps(grid), encoding="utf-8")
    words = [str(SAMPLE_PATH), "--grid", str(home / "grid.json"), "--checkpoint-every", _CHECKPOINT_S]
    return _start(home, "search", *words, *_OPTIONS, *options)


def _start(home: Path, *words: str) -> subprocess.Popen[bytes]:
    with (home / "log").open("ab") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "mnist_core", *words],
            cwd=_ROOT,
            env={**os.environ, "MNIST_LAB_HOME": str(home)},
            stdout=log,
            stderr=log,
            start_new_session=True,
        )


def _find_run(home: Path) -> str | None:
    if not (home / "lab.db").exists():
        return None
    store = Database(f"sqlite:///{home / 'lab.db'}")
    runs = list_work(store)
    store.close()
    return runs[0].id if runs else None


def _read_end(home: Path) -> End:
    store = Database(f"sqlite:///{home / 'lab.db'}")
    run = list_work(store)[0]
    fits: list[FitRow] = read_fits(store, run.id)
    store.close()
    if run.state is not WorkState.DONE or run.found is None:
        raise SystemExit(f"The run is {run.state}: {run.message}; see {home / 'log'}")
    return End(
        candidates=run.plan.candidates(),
        scores={(fit.candidate, fit.fold): fit.score for fit in fits},
        n_epochs={(fit.candidate, fit.fold): fit.n_epochs for fit in fits},
        weights=(Path(run.found.model) / "weights.safetensors").read_bytes(),
    )


if __name__ == "__main__":
    sys.exit(main())
