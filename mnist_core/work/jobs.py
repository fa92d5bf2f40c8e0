"""Carries jobs out, each in a process of its own that begins at once, beside searches."""

from collections.abc import Callable, Mapping
from importlib import import_module
from threading import Event
from typing import Any

from mnist_core.ground.errors import RunError, RunStoppedError
from mnist_core.ground.settings import Settings
from mnist_core.store import (
    Database,
    WorkRow,
    WorkState,
    end,
    get_job,
    list_waiting_jobs,
    read_state,
    release,
    release_silent,
)
from mnist_core.store.ending import noting_errors
from mnist_core.store.job import Job, beating
from mnist_core.work import start_process

KINDS: Mapping[str, str] = {
    "label-errors": "mnist_core.training.retraining.jobs:carry_out_labels",
    "learn": "mnist_core.training.learning.job:carry_out",
    "learning-curve": "mnist_core.training.retraining.jobs:carry_out_growth",
    "live": "mnist_core.training.live.job:carry_out",
    "live-model": "mnist_core.training.live.saving:carry_out",
}
"""The function of each kind of job, as `module:function`; a module is loaded by the process that needs it.

A function gets a `Job` and returns what the job came to, as plain JSON values, or None where it has put
the job to rest by `rest_job`. A LabError that it raises becomes the reason for which the job failed, or is
paused where a disk is the reason.
"""

Outcome = Mapping[str, Any] | None


def start_job(settings: Settings, job_id: str) -> None:
    """Start a process for a job that waits; harmless where it does not, or another process is faster."""
    start_process(settings, [job_id], f"{job_id}.log")


def start_waiting_jobs(store: Database, settings: Settings) -> None:
    """Start a process for each job that waits, those whose process is gone among them."""
    release_silent(store)
    for job in list_waiting_jobs(store):
        start_job(settings, job.id)


def carry_out_job(
    store: Database,
    job: WorkRow,
    settings: Settings,
    stop: Event | None = None,
    kinds: Mapping[str, str] = KINDS,
) -> WorkRow:
    """Carry out a claimed job until it has ended, rests, or is to be stopped.

    Parameters
    ----------
    store : Database
        The one that claimed it.
    job : WorkRow
        As `claim_job` returned it.
    settings : Settings
        Names the folders.
    stop : Event or None
        Once it is set, the job is stopped and the next process may take it.
    kinds : mapping of str to str
        The function of each kind.

    Returns
    -------
    WorkRow
        As the store has it then.

    Raises
    ------
    RunLostError
        If the job belongs to another process by now.
    StoreTroubleError
        If the store cannot be written.
    """
    work = Job(store, job, settings, stop or Event())
    with noting_errors(store, job.id):
        try:
            with beating(store, job.id):
                outcome = _find_function(kinds, job.kind)(work)
            if outcome is not None:
                end(store, job.id, WorkState.DONE, "done", outcome)
        except RunStoppedError:
            _stop(store, job.id)
    return get_job(store, job.id)


def _find_function(kinds: Mapping[str, str], kind: str) -> Callable[[Job], Outcome]:
    if kind not in kinds:
        raise RunError(f"A job must be one of {', '.join(kinds)}, but is {kind}: update the lab.")
    module, _, name = kinds[kind].partition(":")
    function: Callable[[Job], Outcome] = getattr(import_module(module), name)
    return function


def _stop(store: Database, job_id: str) -> None:
    """Do what stopped the job: its user's wish, else the end of its process."""
    state = read_state(store, job_id)
    if state is WorkState.PAUSING:
        end(store, job_id, WorkState.PAUSED, "paused")
    elif state is WorkState.CANCELLING:
        end(store, job_id, WorkState.CANCELLED, "cancelled; what had been made is kept")
    else:
        release(store, job_id, "its process was ended; it goes on from where it was")
