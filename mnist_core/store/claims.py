"""Who carries which run out: claimed, kept alive by beats, ended, and taken over from the dead."""

import time
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import sqlalchemy as sa

from mnist_core.ground.errors import RunLostError
from mnist_core.store.owner import HEARTBEAT_EVERY_S, is_known_dead
from mnist_core.store.reading import HAS_PLACE, IN_TURN, IS_SEARCH, IS_WAITING, RunReading
from mnist_core.store.rows import Outcome, RunRow, RunState, now
from mnist_core.store.tables import RUNS

_LOOK_EVERY_S = HEARTBEAT_EVERY_S / 4  # for a sign of life

IS_HELD = RUNS.c.state.in_([state for state in RunState if state.is_held])
_STRETCH = sa.func.coalesce(sa.func.coalesce(RUNS.c.ended, RUNS.c.heartbeat) - RUNS.c.started, 0.0)
# The stretch of work that is on record, added to those before it; none where the clock was set back.
WORKED_SECONDS = RUNS.c.worked_seconds + sa.case((_STRETCH > 0, _STRETCH), else_=0.0)


class Claims(RunReading):
    """What a worker does to a run as a whole.

    A claimed run belongs to the store that claimed it. Whoever else writes to it is refused with
    `RunLostError`: a worker that was only slow learns so that its run was given away.
    """

    def claim_run(self, run_id: str | None = None) -> RunRow | None:
        """Take a waiting run to carry out: the first in the queue, or the named one.

        Runs whose worker is gone come first. No two callers get the same run. None is returned
        where no run waits.
        """
        self.mark_silent_runs()
        found = self._claim(IS_WAITING if run_id is None else IS_WAITING & (RUNS.c.id == run_id))
        return None if found is None else self.get_run(found)

    def _claim(self, wanted: Any) -> str | None:
        """Take the first that waits of those that are wanted; return its id."""
        first = sa.select(RUNS.c.id).where(wanted).order_by(*IN_TURN).limit(1)
        with self._writing() as connection:
            found: str | None = connection.execute(first).scalar_one_or_none()
            if found is None:
                return None
            query = sa.update(RUNS).where(RUNS.c.id == found, HAS_PLACE)
            is_mine = connection.execute(query.values(self._claim_values())).rowcount == 1
        return found if is_mine else self._claim(wanted)

    def _claim_values(self) -> dict[str, Any]:
        beat = now().timestamp()
        return {
            "state": RunState.RUNNING,
            "owner": self._owner,
            "queue_position": None,
            "worked_seconds": WORKED_SECONDS,
            "started": beat,
            "heartbeat": beat,
            "ended": None,
            "message": "starting",
        }

    def beat(self, run_id: str, message: str | None = None) -> None:
        """Record that the process of a run lives, and what it does.

        Raises
        ------
        RunLostError
            If the run belongs to another by now.
        """
        with self._writing() as connection:
            self._hold(connection, run_id, {} if message is None else {"message": message})

    def end_run(self, run_id: str, state: RunState, message: str, outcome: Outcome | None = None) -> None:
        """Record how a run ended; a run that has ended already stays as it is.

        One that was to be cancelled is not paused or interrupted, but cancelled.

        Raises
        ------
        RunLostError
            If the run belongs to another by now.
        """
        stored = asdict(outcome) if outcome else None
        after = _unless_cancelled(state) if state in (RunState.INTERRUPTED, RunState.PAUSED) else state
        self._end(run_id, {"state": after, "message": message, "outcome": stored})

    def pause_run(self, run_id: str, message: str) -> None:
        """Record that the worker of a run has stopped and that it waits to be resumed, as by `end_run`."""
        self.end_run(run_id, RunState.PAUSED, message)

    def release_run(self, run_id: str, message: str) -> None:
        """Give a run up in favour of the next worker: it is interrupted and first in the queue.

        One that was to be paused or cancelled is.

        Raises
        ------
        RunLostError
            If the run belongs to another by now.
        """
        self._end(run_id, _release_values(message))

    def mark_silent_runs(self) -> None:
        """Release the runs whose worker is gone: it has been seen silent, or its process is known to be dead.

        They are interrupted and first in the queue, or paused or cancelled where that was asked for.
        """
        for row in self._read_abandoned():
            query = sa.update(RUNS).where(
                RUNS.c.id == row.id,
                IS_HELD,
                # Unless it gave a sign of life meanwhile, or somebody else came first.
                RUNS.c.heartbeat == row.heartbeat,
                RUNS.c.owner.is_not_distinct_from(row.owner),
            )
            message = "its worker is gone; it goes on from its checkpoint when a worker starts"
            self._write(query.values({**_release_values(message), "ended": RUNS.c.heartbeat, "owner": None}))

    def has_work(self) -> bool:
        """Say whether a worker would find a run to carry out."""
        with self._reading() as connection:
            waits = connection.execute(sa.select(sa.exists().where(IS_WAITING))).scalar_one()
        gone = self._read_abandoned()
        return bool(waits) or any(row.state == RunState.RUNNING and row.is_search for row in gone)

    def await_word(self, run_id: str) -> None:
        """Wait until the worker of a run gives a sign of life, or the run is released as it gives none."""
        beat = self._read_beat(run_id)
        while beat is not None and self._read_beat(run_id) == beat:
            time.sleep(_LOOK_EVERY_S)
            self.mark_silent_runs()

    def _read_beat(self, run_id: str) -> float | None:
        """Read the last sign of life of a run's worker; None where it has none."""
        query = sa.select(RUNS.c.heartbeat).where(RUNS.c.id == run_id, IS_HELD)
        with self._reading() as connection:
            beat: float | None = connection.execute(query).scalar_one_or_none()
        return beat

    def _read_abandoned(self) -> list[Any]:
        columns = (RUNS.c.id, RUNS.c.state, RUNS.c.owner, RUNS.c.heartbeat, IS_SEARCH.label("is_search"))
        with self._reading() as connection:
            held = connection.execute(sa.select(*columns).where(IS_HELD)).all()
        silent = self._watch.find_silent({row.id: row.heartbeat for row in held})
        return [row for row in held if row.id in silent or is_known_dead(row.owner)]

    def _hold(self, connection: sa.Connection, run_id: str, values: Mapping[str, Any]) -> None:
        """Write to a run of one's own, and keep it from others until the transaction ends."""
        mine = (RUNS.c.id == run_id) & (RUNS.c.owner == self._owner)
        query = sa.update(RUNS).where(mine).values({"heartbeat": now().timestamp(), **values})
        if connection.execute(query).rowcount == 0:
            raise lost(run_id)

    def _end(self, run_id: str, values: Mapping[str, Any]) -> None:
        mine = (RUNS.c.id == run_id) & (RUNS.c.owner == self._owner)
        query = sa.update(RUNS).where(mine, IS_HELD)
        n_ended = self._write(query.values({"ended": now().timestamp(), **values}))
        if n_ended == 0 and self.read_state(run_id).is_active:
            raise lost(run_id)


def _unless_cancelled(state: RunState) -> Any:
    return sa.case((RUNS.c.state == RunState.CANCELLING, RunState.CANCELLED.value), else_=state.value)


def _release_values(message: str) -> dict[str, Any]:
    others = sa.alias(RUNS)
    front = sa.select(sa.func.coalesce(sa.func.min(others.c.queue_position), now().timestamp()) - 1)
    return {
        "state": _after_stop(RunState.PAUSED.value, RunState.CANCELLED.value, RunState.INTERRUPTED.value),
        "message": _after_stop("paused; its worker had ended", "cancelled; its worker had ended", message),
        "queue_position": _after_stop(None, None, front.scalar_subquery()),
    }


def _after_stop(paused: Any, cancelled: Any, interrupted: Any) -> Any:
    """Choose by what the run was asked for."""
    return sa.case(
        (RUNS.c.state == RunState.PAUSING, paused),
        (RUNS.c.state == RunState.CANCELLING, cancelled),
        else_=interrupted,
    )


def lost(run_id: str) -> RunLostError:
    """Make the error of a run that belongs to another by now."""
    return RunLostError(
        f"Run {run_id} no longer belongs to this worker, which was silent for too long: "
        "another one carries it on, so this one stops."
    )
