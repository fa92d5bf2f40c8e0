"""Work that waits is carried on: by a worker that the app starts."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from threading import Lock, Thread
from typing import TYPE_CHECKING

import streamlit as st

from mnist_core.ground.errors import LabError
from mnist_core.ground.settings import Settings, read_settings

if TYPE_CHECKING:
    from mnist_core.store import Database, Stamp

_DESERTED_AFTER_S = 8.0  # a worker that starts takes a run sooner
_AGAIN_AFTER_S = 30.0
_LOOK_EVERY_S = 2.0  # for workers that are gone, which beat as often, and for what waits
_GAP_S = 12.0  # between two looks; a page looks each second, a tab that is hidden every five
_LOG = logging.getLogger("mnist_lab.app")


def say_home_trouble() -> str:
    """Say why nothing can be kept in the lab's home; empty where it can."""
    try:
        read_settings().make_home()
    except LabError as error:
        return str(error)
    return ""


def carry_on() -> None:
    """Start a worker where the app has just started and finds work that waits; later calls do nothing."""
    _carry_on_once(read_settings())


@st.cache_resource(show_spinner=False)
def _carry_on_once(settings: Settings) -> None:
    # Beside the page, which need not wait until the store is open.
    Thread(target=_carry_on, args=(settings,), daemon=True).start()


def _carry_on(settings: Settings) -> None:
    # Slow to import, and no page need wait for it.
    from mnist_core.store import Database, has_searches  # noqa: PLC0415
    from mnist_core.work.supervisor import start_waiting_jobs, start_worker  # noqa: PLC0415

    try:
        settings.make_home()
        store = Database(settings.database)
        if has_searches(store):
            start_worker(settings)
        start_waiting_jobs(store, settings)
        store.close()
    except (LabError, OSError) as error:
        # The Search page says so too; nobody has asked for a run yet.
        _LOG.warning("whether runs wait could not be seen: %s", error)


def tend_run(store: "Database", run_id: str) -> "Stamp":
    """Return the stamp of a run that is looked at; see to it that somebody carries it out where it waits."""
    return _tend(store, run_id, partial(_wake_worker, store))


def tend_job(store: "Database", job_id: str) -> "Stamp":
    """Return the stamp of a job that is looked at; see to it that somebody carries it out where it waits."""
    return _tend(store, job_id, partial(_wake_job, job_id))


def _tend(store: "Database", run_id: str, wake: Callable[[], None]) -> "Stamp":
    from mnist_core.store import is_waiting, read_stamp, release_silent  # noqa: PLC0415 - see above

    database = read_settings().database
    _do_sometimes(database, "", partial(release_silent, store))
    stamp = read_stamp(store, run_id)
    if is_waiting(stamp, run_id):
        _do_sometimes(database, run_id, wake)
    return stamp


@st.cache_data(ttl=_LOOK_EVERY_S, max_entries=64, show_spinner=False)
def _do_sometimes(database: str, name: str, _do: Callable[[], None]) -> None:  # noqa: ARG001 - the key
    """Do what needs no doing at each refresh, once in a while for all tabs."""
    _do()


def _wake_worker(store: "Database") -> None:
    """Start a worker where runs wait and for some seconds nobody has carried any out."""
    if _find_patience(read_settings()).is_at_end(_is_deserted(store), time.monotonic()):
        from mnist_core.work.supervisor import start_worker  # noqa: PLC0415 - see above

        start_worker(read_settings())


def _wake_job(job_id: str) -> None:
    """Start a process for a job that waits, where for some seconds none has taken it."""
    if _find_patience(read_settings(), job_id).is_at_end(True, time.monotonic()):
        from mnist_core.work.supervisor import start_job  # noqa: PLC0415 - see above

        start_job(read_settings(), job_id)


def _is_deserted(store: "Database") -> bool:
    from mnist_core.store import WorkState, find_searches, has_searches  # noqa: PLC0415 - see above

    held = [state for state in WorkState if state.is_held]
    return has_searches(store) and not find_searches(store, states=held)


@dataclass(eq=False)
class Patience:
    """How long work has been seen to wait in vain, and when a worker was started for it."""

    since: float | None = None
    seen: float = 0.0
    started: float = float("-inf")
    lock: Lock = field(default_factory=Lock)

    def is_at_end(self, is_deserted: bool, clock: float) -> bool:
        """Say whether it is time to start a worker; then, count from anew.

        Parameters
        ----------
        is_deserted : bool
            Whether work waits now, and nobody carries any out.
        clock : float
            Seconds by a clock that never goes back.
        """
        with self.lock:
            if not is_deserted:
                self.since = None
                return False
            if self.since is None or clock - self.seen > _GAP_S:
                self.since = clock  # nobody looked for a while: what was seen before says nothing
            self.seen = clock
            if clock < max(self.since + _DESERTED_AFTER_S, self.started + _AGAIN_AFTER_S):
                return False
            self.started = clock
            return True


@st.cache_resource(show_spinner=False)
def _find_patience(settings: Settings, job_id: str = "") -> Patience:  # noqa: ARG001 - parts of the key
    return Patience()
