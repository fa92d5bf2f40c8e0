"""The runs that wait for a worker, and the wishes of users: cancel, pause, resume, first in the queue."""

import secrets
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from mnist_core.ground.errors import RunError
from mnist_core.network.grid import SearchPlan
from mnist_core.store.claims import IS_HELD, WORKED_SECONDS
from mnist_core.store.reading import IN_TURN, IS_SEARCH, IS_WAITING, RunReading
from mnist_core.store.rows import RunRow, RunState, now
from mnist_core.store.tables import RUNS

_STOPPED = (RunState.PAUSED, RunState.INTERRUPTED)
_GOING_ON = (RunState.RUNNING, RunState.PAUSING)
_RESUMABLE = [state for state in RunState if state.is_resumable]


class Queue(RunReading):
    """What users and pages ask of runs."""

    def add_run(self, plan: SearchPlan, dataset_name: str, fingerprint: str, name: str = "") -> str:
        """Queue a search of a kept data set and return the new run's id."""
        run_id = make_id()
        created = now().timestamp()
        row = {
            "id": run_id,
            "name": name or f"{plan.grid.n_candidates} candidates on {dataset_name}",
            "state": RunState.QUEUED,
            "plan": plan.values(),
            "dataset_name": dataset_name,
            "fingerprint": fingerprint,
            "n_fits": plan.n_fits,
            "created": created,
            "queue_position": last_place(),
            "message": "waits for the worker",
        }
        self._write(sa.insert(RUNS).values(row))
        return run_id

    def request_cancel(self, run_id: str) -> None:
        """Ask for the end of a run; one that no worker has ends at once, one that has ended stays."""
        self._ask(
            run_id,
            {
                RunState.QUEUED: (RunState.CANCELLED, "cancelled before it began"),
                **dict.fromkeys(_STOPPED, (RunState.CANCELLED, "cancelled; what had finished is kept")),
                **dict.fromkeys(_GOING_ON, (RunState.CANCELLING, "stopping")),
            },
        )

    def request_pause(self, run_id: str) -> None:
        """Ask that a run stops until it is resumed; one that no worker has is paused at once.

        Raises
        ------
        RunError
            If it has ended, or is about to be cancelled.
        """
        waiting = [RunState.QUEUED, RunState.INTERRUPTED]
        paused = (RunState.PAUSED, "paused; it waits to be resumed")
        steps = {**dict.fromkeys(waiting, paused), RunState.RUNNING: (RunState.PAUSING, "pausing")}
        if self._ask(run_id, steps) == 0:
            state = self.read_state(run_id)
            if state not in (RunState.PAUSED, RunState.PAUSING):
                raise RunError(f"Only a run that goes on or waits can be paused, but {run_id} is {state}.")

    def request_resume(self, run_id: str) -> None:
        """Queue a run that has stopped again, behind those that wait; it goes on from its checkpoint.

        Raises
        ------
        RunError
            If it is done, or has not stopped.
        """
        query = sa.update(RUNS).where(RUNS.c.id == run_id, RUNS.c.state.in_(_RESUMABLE))
        n_resumed = self._write(query.values(queue_again()))
        if n_resumed == 0:
            state = self.read_state(run_id)
            raise RunError(f"Only a run that has stopped can be resumed, but {run_id} is {state}.")

    def set_cluster(self, run_id: str, address: str) -> None:
        """Let a run that waits or has stopped use the workers of another scheduler.

        Raises
        ------
        RunError
            If a worker has it, or it is done, or there is none of that id.
        """
        query = sa.select(RUNS.c.plan, RUNS.c.state).where(RUNS.c.id == run_id, IS_SEARCH)
        with self._writing() as connection:
            row = connection.execute(query.with_for_update()).one_or_none()
            state = None if row is None else RunState(row.state)
            if row is None or state not in (RunState.QUEUED, *_RESUMABLE):
                raise RunError(
                    f"Only a run that waits or has stopped can go to another cluster, but {run_id} is "
                    f"{state or 'none'}: pause it first."
                )
            values = replace(SearchPlan.from_values(row.plan), cluster=address).values()
            connection.execute(sa.update(RUNS).where(RUNS.c.id == run_id).values(plan=values))

    def read_queue(self) -> list[RunRow]:
        """Read the runs that wait for a worker, the next first."""
        return self._read_runs(IS_WAITING, *IN_TURN)

    def describe_wait(self, run: RunRow) -> str:
        """Say why a run waits; empty where it does not."""
        if not run.is_waiting:
            return ""
        places = [other.id for other in self.read_queue()]
        n_before = places.index(run.id) if run.id in places else 0
        if n_before:
            return "1 run is before it" if n_before == 1 else f"{n_before} runs are before it"
        held = self._read_runs(IS_HELD)
        if not held:
            return "waits for the worker to start"
        return f"waits for {held[0].name}, {held[0].n_fits_done:,} of {held[0].n_fits:,} fits"

    def move_up(self, run_id: str) -> None:
        """Let a waiting run change places with the one before it; the first stays."""
        self._swap(run_id, -1)

    def move_down(self, run_id: str) -> None:
        """Let a waiting run change places with the one behind it; the last stays."""
        self._swap(run_id, 1)

    def move_to_front(self, run_id: str) -> None:
        """Let a waiting run be the next one."""
        with self._writing() as connection:
            places = _read_places(connection, run_id)
            _put(connection, run_id, min(places.values()) - 1)

    def _swap(self, run_id: str, step: int) -> None:
        with self._writing() as connection:
            places = _read_places(connection, run_id)
            order = list(places)
            other = order.index(run_id) + step
            if 0 <= other < len(order):
                _put(connection, run_id, places[order[other]])
                _put(connection, order[other], places[run_id])

    def _ask(self, run_id: str, steps: Mapping[RunState, tuple[RunState, str]]) -> int:
        """Bring a run from the state of now to the next, in one statement; return how many changed."""
        # Of several statements each could miss a run whose worker changes its state in between.
        after, message = (
            sa.case({before.value: str(step[part]) for before, step in steps.items()}, value=RUNS.c.state)
            for part in (0, 1)
        )
        ended = sa.case((IS_HELD, None), else_=sa.func.coalesce(RUNS.c.ended, now().timestamp()))
        query = sa.update(RUNS).where(RUNS.c.id == run_id, RUNS.c.state.in_(steps))
        return self._write(query.values(state=after, message=message, ended=ended, queue_position=None))


def make_id() -> str:
    """Make the id of a new run: when it was asked for, and letters that tell it from others."""
    return f"{now():%Y%m%d-%H%M%S}-{secrets.token_hex(2)}"


def queue_again() -> dict[str, Any]:
    """Return what a run that had stopped becomes when it is to go on."""
    return {
        "state": RunState.QUEUED,
        "message": "waits for the worker; it goes on from its checkpoint",
        "owner": None,
        "queue_position": last_place(),
        "worked_seconds": WORKED_SECONDS,
        "started": None,
        "ended": None,
    }


def last_place() -> Any:
    """Return the place behind all that wait: that of now, unless the clock was set back meanwhile."""
    others, clock = sa.alias(RUNS), now().timestamp()
    last = sa.func.coalesce(sa.func.max(others.c.queue_position) + 1, clock)
    return sa.select(sa.case((last > clock, last), else_=clock)).scalar_subquery()


def _read_places(connection: sa.Connection, run_id: str) -> dict[str, float]:
    """Read where the waiting runs stand, and keep them so until the transaction ends."""
    query = sa.select(RUNS.c.id, RUNS.c.queue_position).where(IS_WAITING).order_by(*IN_TURN)
    places = {row.id: row.queue_position for row in connection.execute(query.with_for_update())}
    if run_id not in places:
        raise RunError(f"Only a run that waits can be moved, but {run_id} does not: list the runs to see it.")
    return places


def _put(connection: sa.Connection, run_id: str, place: float) -> None:
    connection.execute(sa.update(RUNS).where(RUNS.c.id == run_id).values(queue_position=place))
