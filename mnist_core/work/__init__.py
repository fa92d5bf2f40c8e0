"""Carries runs out: listens to the process that searches, and writes what it tells to the store."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event as Flag
from threading import Thread
from types import FrameType

from mnist_core.ground.places import check_model_folder, hold_place
from mnist_core.ground.settings import PROJECT_FOLDER, Settings
from mnist_core.network.models.model_names import name_after
from mnist_core.search.events import ENDS, Event, EventListener
from mnist_core.search.job import SearchJob
from mnist_core.store import HEARTBEAT_EVERY_S, Database, WorkRow, WorkState, beat, end, get_search, release
from mnist_core.store.ending import noting_errors
from mnist_core.work.engine import EngineProcess
from mnist_core.work.notify import notify_end
from mnist_core.work.record import record_event

MODEL, RESULTS = "model", "results.csv"
"""Names of a search's results in the folder that `--out` names."""

_LOOK_EVERY_S = 0.15  # how soon a wish is seen
_MOST_DEATHS = 10  # of engine processes in one run, before it is taken to be the run's fault
_CARRIES_ON = "the Resume button, or the command resume, carries it on"


@dataclass(frozen=True)
class Places:
    """Where the results of a run go.

    Attributes
    ----------
    model_folder : Path
        The winner.
    results_csv : Path
        scikit-learn's table.
    checkpoint_folder : Path
        What a run that was stopped goes on from.
    """

    model_folder: Path
    results_csv: Path
    checkpoint_folder: Path

    @staticmethod
    def of_run(run: WorkRow, settings: Settings) -> "Places":
        """Return the places of a run: where its plan says, else in the home folder."""
        own = settings.runs_folder / run.id
        out = None if run.plan.out is None else Path(run.plan.out)
        return Places(
            model_folder=settings.models_folder / name_after(run.name, run.id)
            if out is None
            else out / MODEL,
            results_csv=(out or own) / RESULTS,
            checkpoint_folder=own / "checkpoints",
        )

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the places of the results, so that no other process writes there.

        Raises
        ------
        LabError
            If one cannot be written, holds something else, or another process holds it.
        """
        with hold_place(self.model_folder), hold_place(self.results_csv):
            check_model_folder(self.model_folder)
            yield


@contextmanager
def catch_signals() -> Iterator[Flag]:
    """Raise a flag on Ctrl-C or SIGTERM, instead of an exception at a place that nobody can foresee."""
    flag = Flag()

    def raise_flag(_: int, __: FrameType | None) -> None:
        flag.set()

    before = {number: signal.signal(number, raise_flag) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield flag
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def carry_out_run(
    store: Database,
    run: WorkRow,
    settings: Settings,
    on_event: Callable[[Event], None] = lambda _: None,
    stop: Flag | None = None,
    engine: EngineProcess | None = None,
    waits_for_user: bool = False,
) -> WorkRow:
    """Carry out a claimed run to its end, or until it is to be paused, cancelled or stopped.

    Parameters
    ----------
    store : Database
        Gets every epoch and score as it comes; is asked for wishes.
    run : WorkRow
        As `claim_run` returned it.
    settings : Settings
        Names the folders.
    on_event : callable
        Called with every event too.
    stop : threading.Event or None
        Once it is set, the run is stopped.
    engine : EngineProcess or None
        One that was started already.
    waits_for_user : bool
        Whether a run that was stopped is paused, instead of released for another worker.

    Returns
    -------
    WorkRow
        As the store has it then.

    Raises
    ------
    RunLostError
        If the run belongs to another worker by now.
    StoreTroubleError
        If the store cannot be written.
    """
    with EventListener() as listener:
        carrier = _Carrier(store, run, settings, listener, on_event, stop or Flag(), waits_for_user)
        with noting_errors(store, run.id):
            carrier.carry_out(engine)
    ended = get_search(store, run.id)
    if ended.state is WorkState.DONE:
        shutil.rmtree(Places.of_run(run, settings).checkpoint_folder, ignore_errors=True)
    notify_end(ended, settings)
    return ended


class _Carrier:
    """Follows the processes of one run."""

    def __init__(
        self,
        store: Database,
        run: WorkRow,
        settings: Settings,
        listener: EventListener,
        on_event: Callable[[Event], None],
        stop: Flag,
        waits_for_user: bool,
    ) -> None:
        self._store = store
        self._run = run
        self._settings = settings
        self._listener = listener
        self._on_event = on_event
        self._stop = stop
        self._waits_for_user = waits_for_user
        self._last_beat = self._last_look = 0.0

    def carry_out(self, engine: EngineProcess | None) -> None:
        for _ in range(_MOST_DEATHS):
            if self._carry_out_once(engine or EngineProcess(self._run.plan, self._log_path)):
                return
            engine = None
            beat(self._store, self._run.id, "its process was killed; goes on from its checkpoint")
        words = f"its process was killed {_MOST_DEATHS} times, see {self._log_path}; {_CARRIES_ON}"
        end(self._store, self._run.id, WorkState.INTERRUPTED, words)

    def _carry_out_once(self, engine: EngineProcess) -> bool:
        """Follow an engine until the run has ended; return whether it has."""
        places = Places.of_run(self._run, self._settings)
        with engine:
            engine.begin(self._make_job(places, engine.temp_folder), self._log_path)
            return self._follow(engine)

    @property
    def _log_path(self) -> Path:
        return self._settings.logs_folder / f"{self._run.id}.log"

    def _make_job(self, places: Places, scratch: Path) -> SearchJob:
        return SearchJob(
            plan=self._run.plan,
            fingerprint=self._run.fingerprint,
            datasets_folder=self._settings.datasets_folder,
            model_folder=places.model_folder,
            results_csv=places.results_csv,
            checkpoint_folder=places.checkpoint_folder,
            temp_folder=scratch,
            sender=self._listener.sender,
        )

    def _follow(self, engine: EngineProcess) -> bool:
        """Write what comes until the run has ended or its engine was killed; return whether it has ended."""
        while True:
            event = self._listener.receive(_LOOK_EVERY_S)
            if event is not None:
                record_event(self._store, self._run.id, event)
                self._on_event(event)
                if event["kind"] in ENDS:
                    return True
            self._beat()
            if self._obey(engine, is_idle=event is None):
                return True
            if event is None and engine.exit_code is not None:
                return self._has_ended(engine)

    def _has_ended(self, engine: EngineProcess) -> bool:
        if not get_search(self._store, self._run.id).state.is_held:
            return True
        code = engine.exit_code
        if code is not None and code < 0:
            return False
        words = f"its process ended with code {code}, see {engine.log_path}"
        end(self._store, self._run.id, WorkState.FAILED, words)
        return True

    def _beat(self) -> None:
        if time.monotonic() - self._last_beat > HEARTBEAT_EVERY_S:
            beat(self._store, self._run.id)
            self._last_beat = time.monotonic()

    def _obey(self, engine: EngineProcess, is_idle: bool) -> bool:
        """Do what users wish; return whether the run has stopped."""
        if self._stop.is_set():
            engine.stop()
            words = f"stopped; {_CARRIES_ON}"
            if self._waits_for_user:
                end(self._store, self._run.id, WorkState.PAUSED, words)
            else:
                release(self._store, self._run.id, words)
            return True
        if not is_idle and time.monotonic() - self._last_look < _LOOK_EVERY_S:
            return False
        self._last_look = time.monotonic()
        state = get_search(self._store, self._run.id).state
        if state is WorkState.PAUSING:
            engine.stop()
            end(self._store, self._run.id, WorkState.PAUSED, f"paused; {_CARRIES_ON}")
        elif state is WorkState.CANCELLING:
            engine.stop()
            end(self._store, self._run.id, WorkState.CANCELLED, "cancelled; what had finished is kept")
        return state in (WorkState.PAUSING, WorkState.CANCELLING)


def start_worker(settings: Settings) -> None:
    """Start the worker as a process that outlives the app; harmless where one lives already."""
    start_process(settings, [], "worker.log")


def start_process(settings: Settings, words: Sequence[str], log_name: str) -> None:
    """Start `python -m mnist_core.work` with these words as a process that outlives the app."""
    settings.make_home()
    settings.logs_folder.mkdir(exist_ok=True)
    environment = {"MNIST_LAB_HOME": str(settings.home), "MNIST_LAB_DATABASE": settings.database}
    with (settings.logs_folder / log_name).open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "mnist_core.work", *words],
            cwd=PROJECT_FOLDER,
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    # Somebody must take note of its end, else it stays a zombie while the app lives.
    Thread(target=process.wait, daemon=True).start()
