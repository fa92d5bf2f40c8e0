"""Kinds of jobs for tests, which a process of the lab can load too."""

import itertools
from collections.abc import Mapping
from typing import Any

from mnist_core.ground.errors import DataError, StoreTroubleError
from mnist_core.network.history import EpochRecord
from mnist_core.store.work import JobWork

KINDS = {name: f"jobs_for_tests:{name}" for name in ("count", "refuse", "break_down", "fill_up", "follow")}


def count(work: JobWork) -> Mapping[str, Any]:
    """Count to a number; each is an epoch."""
    most = work.job.settings["most"]
    for number in range(1, most + 1):
        work.look()
        work.store.add_job_epochs(work.job.id, [EpochRecord(number, 1.0, 1.0, 0.5, 0.1)])
        work.tell(f"at {number}", number / most)
    return {"counted": most}


def refuse(work: JobWork) -> None:
    raise DataError("It needs data, but there is none: open some.")


def break_down(work: JobWork) -> None:
    raise ZeroDivisionError("a bug")


def fill_up(work: JobWork) -> None:
    """Write until the store is full, and say so."""
    try:
        for number in itertools.count(1):
            work.store.add_job_epochs(work.job.id, [EpochRecord(number, 1.0, 1.0, 0.5, 0.1)])
    except StoreTroubleError:
        print("full", flush=True)  # noqa: T201 who has made the disk small waits for it
        raise


def follow(work: JobWork) -> None:
    """Do what is wished, then rest."""
    seen = work.look()
    while not work.store.rest_job(seen.id, seen.n_wishes, f"rests at {seen.wishes['until']}"):
        seen = work.look()
