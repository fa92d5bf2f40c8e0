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
    from mnist_core.store import Database, has_work  # noqa: PLC0415
    from mnist_core.work.supervisor import start_worker  # noqa: PLC0415

    try:
        settings.make_home()
        store = Database(settings.database)
        if has_work(store):
            start_worker(settings)
        store.close()
    except (LabError, OSError) as error:
        # The Search page says so too; nobody has asked for a run yet.
        _LOG.warning("whether runs wait could not be seen: %s", error)


def tend_work(store: "Database", work_id: str) -> "Stamp":
    """Return the stamp of work that is looked at; see to it that somebody carries it out where it waits."""
    from mnist_core.store import is_waiting, read_stamp, release_silent  # noqa: PLC0415 - see above

    database = read_settings().database
    _do_sometimes(database, "release", partial(release_silent, store))
    stamp = read_stamp(store, work_id)
    if is_waiting(stamp, work_id):
        _do_sometimes(database, "wake", _wake_worker)
    return stamp


# A resource, though it returns nothing: of data Streamlit warns where this is imported before it runs.
@st.cache_resource(ttl=_LOOK_EVERY_S, max_entries=64, show_spinner=False)
def _do_sometimes(database: str, name: str, _do: Callable[[], None]) -> None:  # noqa: ARG001 - the key
    """Do what needs no doing at each refresh, once in a while for all tabs."""
    _do()


def _wake_worker() -> None:
    """Start a worker where work waits and for some seconds none has lived."""
    from mnist_core.work.supervisor import is_held, start_worker  # noqa: PLC0415 - see above

    settings = read_settings()
    if _find_patience(settings).is_at_end(not is_held(settings.worker_lock), time.monotonic()):
        start_worker(settings)


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
def _find_patience(settings: Settings) -> Patience:  # noqa: ARG001 - the key
    return Patience()
