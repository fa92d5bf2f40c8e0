"""The process that carries runs out, beside the app."""

import json
import logging
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from threading import Thread

from filelock import FileLock, Timeout

from mnist_core.errors import RunError
from mnist_core.history import EpochRecord
from mnist_core.runs import HEARTBEAT_EVERY_S, Outcome, RunRow, RunState, Store
from mnist_core.search.events import Event, EventListener
from mnist_core.search.job import SearchJob
from mnist_core.settings import PROJECT_FOLDER, Settings, read_settings

_LOOK_EVERY_S = 0.3  # how soon a wish to cancel is seen
_GRACE_S = 0.7  # what a process gets to end by itself before it is killed
_HANDOVER_S = 5.0  # a worker that ends frees its lock within this
_LOG = logging.getLogger("mnist_lab.worker")


@dataclass(frozen=True)
class Places:
    """Where the results of a run go."""

    model_folder: Path
    results_csv: Path

    @staticmethod
    def of_run(run_id: str, settings: Settings) -> "Places":
        """Return the usual places of a run: in the home folder."""
        return Places(
            model_folder=settings.models_folder / f"search-{run_id}",
            results_csv=settings.home / "runs" / run_id / "results.csv",
        )


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


def carry_out_run(
    store: Store,
    run: RunRow,
    places: Places,
    settings: Settings,
    on_event: Callable[[Event], None] = lambda _: None,
) -> RunRow:
    """Carry out a claimed run to its end, in a process of its own that can be stopped at any moment.

    Parameters
    ----------
    store : Store
        Gets every epoch and score as it comes; is asked for wishes to cancel.
    run : RunRow
        As `claim_run` returned it.
    places : Places
        Where the winner and the table go.
    settings : Settings
        Names the folder of kept data sets and that of logs.
    on_event : callable
        Called with every event too.

    Returns
    -------
    RunRow
        As it ended: done, failed or cancelled.
    """
    with tempfile.TemporaryDirectory(prefix="mnist-lab-") as scratch, EventListener() as listener:
        job = SearchJob(
            plan=run.plan,
            fingerprint=run.fingerprint,
            datasets_folder=settings.datasets_folder,
            model_folder=places.model_folder,
            results_csv=places.results_csv,
            temp_folder=Path(scratch),
            sender=listener.sender,
        )
        log_path = settings.logs_folder / f"{run.id}.log"
        process = _start_process(job, log_path)
        try:
            _follow(process, log_path, listener, store, run.id, on_event)
        finally:
            _stop_process(process)
            _record_end(store, run.id)
    return store.get_run(run.id)


def _record_end(store: Store, run_id: str) -> None:
    """Record how a run ended whose process did not say so; one that did keeps its state."""
    match sys.exc_info()[1]:
        case None | KeyboardInterrupt():
            store.end_run(run_id, RunState.CANCELLED, "cancelled; what had finished is kept")
        case SystemExit():
            store.end_run(run_id, RunState.INTERRUPTED, "its worker was stopped; start it again")
        case error:
            store.end_run(run_id, RunState.FAILED, f"a bug in the lab, please report it: {error!r}")


def _start_process(job: SearchJob, log_path: Path) -> subprocess.Popen[bytes]:
    log_path.parent.mkdir(parents=True, exist_ok=True)
    with log_path.open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "mnist_core.search"],
            cwd=PROJECT_FOLDER,
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    assert process.stdin is not None
    process.stdin.write(json.dumps(job.values()).encode() + b"\n")
    process.stdin.flush()
    return process


def _follow(
    process: subprocess.Popen[bytes],
    log_path: Path,
    listener: EventListener,
    store: Store,
    run_id: str,
    on_event: Callable[[Event], None],
) -> None:
    """Write what comes to the store until the run has ended or is to be cancelled."""
    last_beat = last_look = 0.0
    while True:
        event = listener.receive(_LOOK_EVERY_S)
        if event is not None:
            _record(store, run_id, event)
            on_event(event)
        elif process.poll() is not None:
            code = process.returncode
            store.end_run(run_id, RunState.FAILED, f"its process ended with code {code}, see {log_path}")
        if time.monotonic() - last_beat > HEARTBEAT_EVERY_S:
            store.beat(run_id)
            last_beat = time.monotonic()
        if event is None or time.monotonic() - last_look > _LOOK_EVERY_S:
            last_look = time.monotonic()
            has_ended = event is None and process.poll() is not None
            if has_ended or store.get_run(run_id).state is RunState.CANCELLING:
                return


def _record(store: Store, run_id: str, event: Event) -> None:
    match event["kind"]:
        case "epochs":
            epochs = [(e["candidate"], e["fold"], EpochRecord(**e["record"])) for e in event["epochs"]]
            store.add_epochs(run_id, epochs)
        case "fits":
            for fit in event["fits"]:
                store.end_fit(run_id, fit["candidate"], fit["fold"], fit["score"])
        case "phase":
            store.beat(run_id, event["text"])
        case "failed":
            store.end_run(run_id, RunState.FAILED, event["text"])
        case "done":
            store.end_run(run_id, RunState.DONE, "done", Outcome(**event["outcome"]))


def _stop_process(process: subprocess.Popen[bytes]) -> None:
    """End a process and all that it started: its whole group, as children may outlive it."""
    if process.poll() is None:
        _signal_group(process, signal.SIGTERM)
    deadline = time.monotonic() + _GRACE_S
    # Its helpers tidy up shared memory when they see it gone; what stays after that is killed.
    while _signal_group(process, 0) and time.monotonic() < deadline:
        process.poll()
        time.sleep(0.02)
    _signal_group(process, signal.SIGKILL)
    process.wait()
    assert process.stdin is not None
    process.stdin.close()


def _signal_group(process: subprocess.Popen[bytes], number: int) -> bool:
    try:
        os.killpg(process.pid, number)
    except (ProcessLookupError, PermissionError):  # macOS refuses to signal a group of zombies
        return False
    return True


def start_worker(settings: Settings) -> None:
    """Start the worker as a process that outlives the app; harmless where one lives already."""
    settings.logs_folder.mkdir(parents=True, exist_ok=True)
    environment = {"MNIST_LAB_HOME": str(settings.home), "MNIST_LAB_DATABASE": settings.database}
    with (settings.logs_folder / "worker.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "mnist_core.worker"],
            cwd=PROJECT_FOLDER,
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    # Somebody must take note of its end, else it stays a zombie while the app lives.
    Thread(target=process.wait, daemon=True).start()


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


def work(settings: Settings) -> None:
    """Carry out the queued runs, the oldest first, until none waits.

    Only one worker lives in a home folder: a second waits a moment, as the first may be about to
    end, and goes when it does not.
    """
    settings.home.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(settings.home / "worker.lock", timeout=_HANDOVER_S):
            store = Store(settings.database)
            store.mark_silent_runs()
            while (run := store.claim_run()) is not None:
                _LOG.info("run %s begins", run.id)
                ended = carry_out_run(store, run, Places.of_run(run.id, settings), settings)
                _LOG.info("run %s: %s, %s", run.id, ended.state, ended.message)
    except Timeout:
        _LOG.info("another worker lives and will take what waits")


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    work(read_settings())
