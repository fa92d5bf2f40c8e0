"""Carries work of any kind out: gives signs of life, obeys wishes, and notes how it ended and why."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from types import FrameType

from filelock import FileLock, Timeout

from mnist_core.ground.errors import (
    LabError,
    RunLostError,
    RunStoppedError,
    StorageError,
    StoreTroubleError,
    judge,
)
from mnist_core.ground.settings import PROJECT_FOLDER, Settings
from mnist_core.store import (
    SEARCH,
    Database,
    WorkRow,
    WorkState,
    end,
    get_work,
    give_way,
    release,
)
from mnist_core.store.job import Job, Turn, beating
from mnist_core.work.kinds import KINDS, Kinds, find_function
from mnist_core.work.notify import notify_end

_RETRY_S = 0.5
_MOST_RETRIES = 20  # of noting that a store could not be written
_CARRIES_ON = "the Resume button, or the command resume, carries it on"


@contextmanager
def catch_signals() -> Iterator[Event]:
    """Raise a flag on Ctrl-C or SIGTERM, instead of an exception at a place that nobody can foresee."""
    flag = Event()

    def raise_flag(_: int, __: FrameType | None) -> None:
        flag.set()

    before = {number: signal.signal(number, raise_flag) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield flag
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def carry_out_work(
    store: Database,
    row: WorkRow,
    settings: Settings,
    turn: Turn | None = None,
    kinds: Kinds = KINDS,
    waits_for_user: bool = False,
) -> WorkRow:
    """Carry out claimed work until it has ended, rests, or is to be paused, cancelled or stopped.

    Parameters
    ----------
    store : Database
        The one that claimed it.
    row : WorkRow
        As `claim` returned it.
    settings : Settings
        Names the folders.
    turn : Turn or None
        What this process gives to it; None all, to its end.
    kinds : mapping of str to str or callable
        The function of each kind.
    waits_for_user : bool
        Whether what was stopped is paused, instead of released for another process.

    Returns
    -------
    WorkRow
        As the store has it then.

    Raises
    ------
    RunLostError
        If it belongs to another process by now.
    StoreTroubleError
        If the store cannot be written; the reason is noted as soon as it can be again.
    """
    store, settings = store.of(row.space), settings.of(row.space)
    turn = turn or Turn()
    job = Job(store, row, settings, turn)
    with _noting_errors(store, row.id):
        try:
            with beating(store, row.id):
                outcome = find_function(row.kind, kinds)(job)
            if outcome is not None:
                end(store, row.id, WorkState.DONE, outcome=outcome)
        except RunStoppedError:
            _stop(store, row.id, turn, waits_for_user)
    ended = get_work(store, row.id)
    if ended.kind == SEARCH:
        notify_end(ended, settings)
    return ended


def _stop(store: Database, work_id: str, turn: Turn, waits_for_user: bool) -> None:
    """Do what stopped the work: its user's wish, others' work that waits, else the end of its process."""
    row = get_work(store, work_id)
    is_search = row.kind == SEARCH
    stopped = (
        f"stopped; {_CARRIES_ON}" if is_search else "its process was ended; it goes on from where it was"
    )
    if row.state is WorkState.PAUSING:
        end(store, work_id, WorkState.PAUSED, f"paused; {_CARRIES_ON}" if is_search else "paused")
    elif row.state is WorkState.CANCELLING:
        kept = "what had finished is kept" if is_search else "what had been made is kept"
        end(store, work_id, WorkState.CANCELLED, f"cancelled; {kept}")
    elif turn.gives_way.is_set():
        give_way(store, work_id)
    elif waits_for_user:
        end(store, work_id, WorkState.PAUSED, stopped)
    else:
        release(store, work_id, stopped)


@contextmanager
def _noting_errors(store: Database, work_id: str) -> Iterator[None]:
    """Note in the store how work ends that an error stops; what its users can mend is no error any more."""
    try:
        yield
    except RunLostError:
        raise
    except BaseException as error:
        state, words = judge(error)
        _note(store, work_id, WorkState(state), words)
        is_bug = state == "failed" and not isinstance(error, LabError)
        if is_bug or isinstance(error, StoreTroubleError):
            raise


def _note(store: Database, work_id: str, state: WorkState, words: str) -> None:
    """Note how work ended, as soon as its store can be written; else its silence must tell."""
    for _ in range(_MOST_RETRIES):
        try:
            end(store, work_id, state, words)
        except StorageError:
            time.sleep(_RETRY_S)
        else:
            return


def start_worker(settings: Settings) -> None:
    """See that a process which outlives the app takes what waits; harmless where one lives already.

    To be called after the work was asked for: a worker that ends looks once more when it has let its lock go.
    """
    settings.make_home()
    if is_held(settings.worker_lock):
        return
    settings.logs_folder.mkdir(exist_ok=True)
    environment = {
        "MNIST_LAB_HOME": str(settings.home),
        "MNIST_LAB_DATABASE": settings.database,
        "MNIST_LAB_PEOPLE": settings.people.value,
        "MNIST_LAB_PLACES": str(settings.places),
        "MNIST_LAB_SLICE_S": str(round(settings.slice_s)),
    }
    with (settings.logs_folder / "worker.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "mnist_core.work"],
            cwd=PROJECT_FOLDER,
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    # Somebody must take note of its end, else it stays a zombie while the app lives.
    Thread(target=process.wait, daemon=True).start()


def is_held(lock: Path) -> bool:
    """Say whether a process holds a lock file."""
    try:
        with FileLock(lock, timeout=0):
            return False
    except Timeout:
        return True
