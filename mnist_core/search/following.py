"""A search as a kind of work: its process is started, and what that tells is written to the store."""

import queue
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from enum import Enum
from pathlib import Path

from mnist_core.ground.errors import LabError, RunStoppedError
from mnist_core.ground.places import check_model_folder, hold_place
from mnist_core.ground.settings import Settings
from mnist_core.network.model_names import name_after
from mnist_core.network.plan import SearchPlan
from mnist_core.search.messages import (
    WAITING,
    Drawn,
    Ending,
    Message,
    MessageListener,
    MessageSender,
    Phase,
    Records,
)
from mnist_core.search.order import SearchOrder
from mnist_core.search.process import SearchProcess
from mnist_core.store import WorkRow, WorkState, end, give_way, note_drawn, record, trim_fits
from mnist_core.store.finishing import find_source, list_to_finish
from mnist_core.store.job import Job

MODEL, RESULTS = "model", "results.csv"
"""Names of a search's results in the folder that `--out` names."""

_LOOK_EVERY_S = 0.15  # how soon a wish is seen
_CHECKPOINTS = "checkpoints"
_SHARED_CHECKPOINT_S = 2.0  # a search gives way at a checkpoint
_MOST_DEATHS = 10  # of processes in one search, before it is taken to be the search's fault


def _place_results(row: WorkRow, settings: Settings) -> tuple[Path, Path]:
    """Place the winner and the table: where the plan says, else in the home folder."""
    if row.plan.out is not None:
        return Path(row.plan.out) / MODEL, Path(row.plan.out) / RESULTS
    return settings.models_folder / name_after(row.name, row.id), settings.runs_folder / row.id / RESULTS


@contextmanager
def hold_results(row: WorkRow, settings: Settings) -> Iterator[None]:
    """Hold the places of a search's results, so that no other process writes there.

    Raises
    ------
    LabError
        If one cannot be written, holds something else, or another process holds it.
    """
    model_folder, results_csv = _place_results(row, settings)
    with hold_place(model_folder), hold_place(results_csv):
        check_model_folder(model_folder)
        yield


def carry_out(job: Job) -> None:
    """Carry a search out; where its results cannot be written, it is paused and says why."""
    with ExitStack() as held:
        try:
            held.enter_context(hold_results(job.row, job.settings))
        except LabError as error:
            end(job.store, job.row.id, WorkState.PAUSED, str(error))
            return
        follow(job)


def follow(
    job: Job, process: SearchProcess | None = None, on_message: Callable[[Message], None] = lambda _: None
) -> None:
    """Carry a search out whose places are held, and note its end.

    Parameters
    ----------
    job : Job
        The search.
    process : SearchProcess or None
        One that was started already.
    on_message : callable
        Called with every message too.
    """
    log_path = job.settings.logs_folder / f"{job.row.id}.log"
    messages: queue.Queue[Message] = queue.Queue()
    n_deaths = 0
    _take_over(job)
    with MessageListener(messages.put) as sender:
        while n_deaths < _MOST_DEATHS:
            with process or SearchProcess(_plan_turn(job), log_path) as begun:
                begun.begin(_make_order(job, begun.temp_folder, sender), log_path)
                fate = _watch(job, begun, messages, on_message)
            if fate is _Fate.ENDED:
                return
            if begun.has_failed:
                raise RunStoppedError("The process is gone that others are forked from: start another.")
            process = None
            if fate is _Fate.KILLED:
                n_deaths += 1
                job.tell("its process was killed; goes on from its checkpoint")
    words = f"its process was killed {_MOST_DEATHS} times, see {log_path}; "
    words += "the Resume button, or the command resume, carries it on"
    end(job.store, job.row.id, WorkState.INTERRUPTED, words)


class _Fate(Enum):
    """How the process of a search ended."""

    ENDED = "ended"
    KILLED = "killed"
    ASKED_ANEW = "its user wishes for something else"


def _take_over(job: Job) -> None:
    """Let a search that follows another begin with what that one has measured."""
    source, folder = find_source(job.row), job.folder / _CHECKPOINTS
    if source is not None and not folder.exists():
        from mnist_core.search.takeover import take_over  # noqa: PLC0415 - loads what trains

        take_over(job.store, source, folder)


def _plan_turn(job: Job) -> SearchPlan:
    """Return the plan with as many processes as its turn gives it; its results do not depend on that."""
    plan, n_processes = job.row.plan, job.turn.n_processes
    if n_processes is None:
        return plan
    return replace(plan, workers=n_processes, checkpoint_s=min(plan.checkpoint_s, _SHARED_CHECKPOINT_S))


def _make_order(job: Job, temp_folder: Path, sender: MessageSender) -> SearchOrder:
    places = *_place_results(job.row, job.settings), job.folder / _CHECKPOINTS, temp_folder
    folder, finish = job.settings.datasets_folder, list_to_finish(job.row)
    return SearchOrder(_plan_turn(job), job.row.fingerprint, folder, *places, sender, finish)


def _watch(
    job: Job,
    process: SearchProcess,
    messages: "queue.Queue[Message]",
    on_message: Callable[[Message], None],
) -> _Fate:
    """Write what comes until the search has ended, its process was killed, or its user wishes for more."""
    looked, is_told, finish = 0.0, False, list_to_finish(job.row)
    while True:
        code = process.exit_code  # first: what it has told by then is there to be taken
        message = _take(messages)
        if isinstance(message, Ending) and message.state == WAITING and not job.turn.gives_way.is_set():
            return _Fate.ASKED_ANEW
        if message is not None:
            write_message(job, message)
            on_message(message)
            if isinstance(message, Ending):
                return _Fate.ENDED
        if message is None or time.monotonic() - looked > _LOOK_EVERY_S:
            job.look()
            looked = time.monotonic()
        if (job.turn.gives_way.is_set() or list_to_finish(job.row) != finish) and not is_told:
            process.give_way()
            is_told = True
        if message is None and code is not None:
            return _judge_exit(job, process, code)


def _judge_exit(job: Job, process: SearchProcess, code: int) -> _Fate:
    """Note the end of a search whose process ended by itself, without a word."""
    if code < 0:
        return _Fate.KILLED
    words = f"its process ended with code {code}, see {process.log_path}"
    end(job.store, job.row.id, WorkState.FAILED, words)
    return _Fate.ENDED


def _take(messages: "queue.Queue[Message]") -> Message | None:
    try:
        return messages.get(timeout=_LOOK_EVERY_S)
    except queue.Empty:
        return None


def write_message(job: Job, message: Message) -> None:
    """Write what a search tells to the store."""
    store, work_id = job.store, job.row.id
    if isinstance(message, Phase):
        job.tell(message.text)
    elif isinstance(message, Drawn):
        note_drawn(store, work_id, message.candidates)
    elif isinstance(message, Records):
        if message.is_restored:
            trim_fits(store, work_id, _count_epochs(message))
        record(store, work_id, message.epochs, message.scores, message.dropped)
    elif message.state == WAITING:
        give_way(store, work_id)
    else:
        end(store, work_id, WorkState(message.state), message.text, message.outcome)
        if message.state == WorkState.DONE:
            shutil.rmtree(job.folder / _CHECKPOINTS, ignore_errors=True)


def _count_epochs(records: Records) -> dict[tuple[int, int], int]:
    """Count what the checkpoints hold of each fit; the store may be behind them or ahead."""
    n_epochs: dict[tuple[int, int], int] = {}
    for candidate, fold, one in records.epochs:
        n_epochs[candidate, fold] = max(one.epoch, n_epochs.get((candidate, fold), 0))
    return n_epochs
