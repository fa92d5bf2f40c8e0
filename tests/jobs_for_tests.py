"""Kinds of jobs for tests, which a process of the lab can load too."""

import itertools
from collections.abc import Mapping
from typing import Any

from mnist_core.ground.errors import DataError, StoreTroubleError
from mnist_core.network.history import EpochRecord
from mnist_core.store import rest
from mnist_core.store.job import Job

KINDS = {name: f"jobs_for_tests:{name}" for name in ("count", "refuse", "break_down", "fill_up", "follow")}


def count(job: Job) -> Mapping[str, Any]:
    """Count to a number; each is an epoch."""
    most = job.row.settings["most"]
    for number in range(1, most + 1):
        job.look()
        job.add_epochs([EpochRecord(number, 1.0, 1.0, 0.5, 0.1)])
        job.tell(f"at {number}", number / most)
    return {"counted": most}


def refuse(job: Job) -> None:
    raise DataError("It needs data, but there is none: open some.")


def break_down(job: Job) -> None:
    raise ZeroDivisionError("a bug")


def fill_up(job: Job) -> None:
    """Write until the store is full, and say so."""
    try:
        for number in itertools.count(1):
            job.add_epochs([EpochRecord(number, 1.0, 1.0, 0.5, 0.1)])
    except StoreTroubleError:
        print("full", flush=True)  # noqa: T201 who has made the disk small waits for it
        raise


def follow(job: Job) -> None:
    """Do what is wished, then rest."""
    seen = job.look()
    while not rest(job.store, seen.id, seen.n_wishes, f"rests at {seen.wishes['until']}"):
        seen = job.look()
