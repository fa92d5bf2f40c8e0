"""Carries out what waits, each work in a process of its own, as many at once as the machine has places."""

import logging
import time
from collections import Counter
from collections.abc import Collection
from contextlib import suppress
from dataclasses import replace
from threading import Event

from mnist_core.ground.child import Child, warm_up
from mnist_core.ground.errors import RunError
from mnist_core.ground.logs import about
from mnist_core.ground.settings import People, Settings
from mnist_core.network.plan import Engine, SearchPlan
from mnist_core.search.process import LOADED
from mnist_core.store import SEARCH, Database, WorkRow, list_waiting, release_silent, request_pause
from mnist_core.work.carrying import BEGUN, GIVE_WAY
from mnist_core.work.fairness import Piece, Places
from mnist_core.work.kinds import GOES_ON, KINDS

_TARGET = "mnist_core.work.carrying:main"
_LOOK_EVERY_S = 0.2
_RELEASE_EVERY_S = 2.0  # as often as processes beat
_CLAIM_S = 20.0  # within which a process has claimed its work, also where libraries are compiled first
_END_S = 3.0  # for processes that are asked to end
_IDLE_S = {True: 600.0, False: 2.0}  # that a worker for many, or for one, stays ready when nothing waits
_MOST_DEATHS = 10  # of processes of one work, before it is taken to be the work's fault
_LOG = logging.getLogger("mnist_lab.worker")


class Dispatcher:
    """Gives places to work and looks after its processes.

    Parameters
    ----------
    settings : Settings
        Of the lab.
    store : Database
        Of all people.
    """

    def __init__(self, settings: Settings, store: Database) -> None:
        self._settings = settings
        self._store = store
        self._places = Places(settings.places, settings.people is not People.ONE, settings.slice_s)
        self._at_work: dict[str, tuple[Piece, Child]] = {}
        self._deaths: Counter[str] = Counter()
        self._released_s = float("-inf")

    def run(self, stop: Event) -> None:
        """Carry out what waits until nothing does, and for some time more where many people use the lab."""
        if self._places.is_shared:
            warm_up(_list_modules(KINDS))
        last_s = time.monotonic()
        try:
            while not stop.is_set():
                self._reap()
                if self._tend():
                    last_s = time.monotonic()
                elif time.monotonic() - last_s >= _IDLE_S[self._places.is_shared]:
                    return
                self._wait(stop)
        finally:
            self._end_all()

    def has_work(self) -> bool:
        """Say whether there is something to carry out."""
        release_silent(self._store)
        return bool(self._list_waiting())

    def _tend(self) -> bool:
        """Begin what can begin, and ask what is to give way; say whether there is anything to do."""
        if time.monotonic() - self._released_s > _RELEASE_EVERY_S:
            release_silent(self._store)
            self._released_s = time.monotonic()
        waiting = self._list_waiting()
        while (chosen := self._places.choose_next(waiting, self._list_at_work())) is not None:
            self._begin(chosen)
            waiting = self._list_waiting()
        now_s = time.monotonic()
        for piece in self._places.choose_yielding(waiting, self._list_at_work(), now_s):
            child = self._at_work[piece.id][1]
            child.send(GIVE_WAY)
            self._at_work[piece.id] = (replace(piece, is_asked=True), child)
        return bool(waiting or self._at_work)

    def _begin(self, piece: Piece) -> None:
        n_processes = piece.n_places if self._places.is_shared and piece.is_search else None
        log_path = self._settings.logs_folder / f"{piece.id}.log"
        arguments = (self._settings, piece.id, n_processes)
        child = Child(_TARGET, arguments, log_path, loads=_list_modules([piece.kind]))
        self._at_work[piece.id] = (replace(piece, since_s=time.monotonic()), child)
        # Whose turn is next depends on this one's claim.
        deadline = time.monotonic() + _CLAIM_S
        while child.exit_code is None and time.monotonic() < deadline:
            if child.receive(_LOOK_EVERY_S) == BEGUN:
                return

    def _wait(self, stop: Event) -> None:
        """Wait until something may have changed."""
        until_s = time.monotonic() + _LOOK_EVERY_S
        while time.monotonic() < until_s and not stop.wait(_LOOK_EVERY_S / 10):
            if any(child.exit_code is not None for _, child in self._at_work.values()):
                return

    def _reap(self) -> None:
        """Take note of what has ended; the work of a process that was killed waits again."""
        for work_id, (_, child) in list(self._at_work.items()):
            code = child.exit_code
            if code is None:
                continue
            child.stop()
            del self._at_work[work_id]
            self._deaths[work_id] = self._deaths[work_id] + 1 if code else 0
            self._released_s = float("-inf")
            if self._deaths[work_id] >= _MOST_DEATHS:
                _LOG.error("its process ended %d times", _MOST_DEATHS, extra=about(work=work_id))
                with suppress(RunError):  # it has ended by itself
                    request_pause(self._store, work_id)

    def _end_all(self) -> None:
        """End the processes; they have a moment to note how far they are."""
        children = [child for _, child in self._at_work.values()]
        for child in children:
            child.ask_to_end()
        until_s = time.monotonic() + _END_S
        while any(child.exit_code is None for child in children) and time.monotonic() < until_s:
            time.sleep(_LOOK_EVERY_S / 10)
        for child in children:
            child.stop()
        self._at_work.clear()

    def _list_waiting(self) -> list[Piece]:
        rows = list_waiting(self._store)
        return [_make_piece(row) for row in rows if row.id not in self._at_work and self._has_data(row)]

    def _list_at_work(self) -> list[Piece]:
        return [piece for piece, _ in self._at_work.values()]

    def _has_data(self, row: WorkRow) -> bool:
        """Say whether the data of some work may be here; one machine alone has all, or nobody has."""
        folder = self._settings.of(row.space).datasets_folder / row.fingerprint
        return not self._store.is_of_many_machines or not row.fingerprint or folder.exists()


def _list_modules(kinds: Collection[str]) -> list[str]:
    """List the modules that work of some kinds needs, for the process that others are forked from."""
    modules = [str(KINDS[kind]).partition(":")[0] for kind in kinds if kind in KINDS]
    return [*([LOADED] if SEARCH in kinds else []), *modules]


def _make_piece(row: WorkRow) -> Piece:
    if row.kind != SEARCH:
        return Piece(row.id, row.space, row.kind, can_give_way=row.kind in GOES_ON)
    plan: SearchPlan = row.plan
    most = 1 if plan.cluster is not None else plan.n_processes
    can_give_way = plan.engine is Engine.FUSED
    return Piece(row.id, row.space, row.kind, can_give_way, most)
