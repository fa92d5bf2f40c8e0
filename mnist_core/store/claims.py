"""Who carries which work out: claimed, kept alive by beats, ended, and taken over from the dead.

Claimed work belongs to the `Database` that claimed it. Whoever else writes to it is refused with
`RunLostError`: a process that was only slow learns so that its work was given away.
"""

import time
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from mnist_core.ground.errors import RunLostError
from mnist_core.store.database import Database
from mnist_core.store.owner import HEARTBEAT_EVERY_S, is_known_dead
from mnist_core.store.reading import IN_TURN, IS_HELD, IS_SEARCH, IS_WAITING, get_work, read_state
from mnist_core.store.rows import WorkRow, WorkState, now
from mnist_core.store.tables import RUNS

_OTHERS = sa.alias(RUNS)
_LOOK_EVERY_S = HEARTBEAT_EVERY_S / 4  # for a sign of life

_STRETCH = sa.func.coalesce(sa.func.coalesce(RUNS.c.ended, RUNS.c.heartbeat) - RUNS.c.started, 0.0)
# The stretch of work that is on record, added to those before it; none where the clock was set back.
WORKED_SECONDS = RUNS.c.worked_seconds + sa.case((_STRETCH > 0, _STRETCH), else_=0.0)


def claim(store: Database, work_id: str | None = None) -> WorkRow | None:
    """Take what waits, to carry it out: the search whose turn it is, or the work of that id.

    It is the turn of the space that had none for the longest time; in a space, of its first search, and those
    whose process is gone come first. No two callers get the same. None is returned where nothing
    waits.
    """
    release_silent(store)
    wanted = IS_WAITING & store.changes & (IS_SEARCH if work_id is None else RUNS.c.id == work_id)
    first = sa.select(RUNS.c.id).where(wanted).order_by(*IN_TURN).limit(1)
    while True:
        with store.writing() as connection:
            found: str | None = connection.execute(first).scalar_one_or_none()
            if found is None:
                return None
            query = sa.update(RUNS).where(RUNS.c.id == found, IS_WAITING).values(_claim_values(store))
            if connection.execute(query).rowcount == 1:
                break
    return get_work(store, found)


def _claim_values(store: Database) -> dict[str, Any]:
    beat = now().timestamp()
    return {
        "state": WorkState.RUNNING,
        "owner": store.owner,
        "queue_position": None,
        "worked_seconds": WORKED_SECONDS,
        "started": beat,
        "heartbeat": beat,
        "ended": None,
        "message": "starting",
        "turn": sa.select(sa.func.coalesce(sa.func.max(_OTHERS.c.turn), 0) + 1).scalar_subquery(),
    }


def beat(store: Database, work_id: str, message: str | None = None, progress: float | None = None) -> None:
    """Record that the process of some work lives; with a message, what it does and how far it has come."""
    with store.writing() as connection:
        hold(
            store, connection, work_id, {} if message is None else {"message": message, "progress": progress}
        )


def end(
    store: Database,
    work_id: str,
    state: WorkState,
    message: str = "done",
    outcome: Mapping[str, Any] | None = None,
) -> None:
    """Record how work ended, and what it came to; what has ended already stays as it is.

    What was to be cancelled is not paused or interrupted, but cancelled.
    """
    values: dict[str, Any] = {"state": state, "message": message, "outcome": outcome and dict(outcome)}
    if state is WorkState.DONE:
        values["progress"] = 1.0
    if state in (WorkState.INTERRUPTED, WorkState.PAUSED):
        cancelled = RUNS.c.state == WorkState.CANCELLING
        values["state"] = sa.case((cancelled, WorkState.CANCELLED.value), else_=state.value)
    _end(store, work_id, values)


def release(store: Database, work_id: str, message: str) -> None:
    """Give work up in favour of the next process: it is interrupted and first in the queue.

    What was to be paused or cancelled is; raises as `end` does.
    """
    _end(store, work_id, _release_values(message))


def give_way(store: Database, work_id: str) -> None:
    """Let work wait for its next turn: the first in its space, behind the spaces that had none since.

    What was to be paused or cancelled is; raises as `end` does.
    """
    _end(
        store, work_id, _release_values("waits for its turn; it goes on from where it was", WorkState.QUEUED)
    )


def rest(store: Database, work_id: str, n_wishes: int, message: str) -> bool:
    """Let work of one's own wait for its next wish, without a process; say whether it does.

    It does not where its wishes have changed since they were read, or it is to be stopped.
    """
    is_content = (RUNS.c.n_wishes == n_wishes) & (RUNS.c.state == WorkState.RUNNING)
    values = {"state": WorkState.PAUSED, "message": message, "ended": now().timestamp()}
    return store.write(sa.update(RUNS).where(_is_mine(store, work_id), is_content).values(values)) == 1


def release_silent(store: Database) -> None:
    """Release the work whose process is gone: it has been seen silent, or is known to be dead.

    It is interrupted and first in the queue, or paused or cancelled where that was asked for.
    """
    for row in _read_abandoned(store):
        query = sa.update(RUNS).where(
            RUNS.c.id == row.id,
            IS_HELD,
            # Unless it gave a sign of life meanwhile, or somebody else came first.
            RUNS.c.heartbeat == row.heartbeat,
            RUNS.c.owner.is_not_distinct_from(row.owner),
        )
        message = "its worker is gone; it goes on from its checkpoint when a worker starts"
        store.write(query.values({**_release_values(message), "ended": RUNS.c.heartbeat, "owner": None}))


def has_work(store: Database) -> bool:
    """Say whether a worker would find something to carry out."""
    with store.reading() as connection:
        waits = connection.execute(sa.select(sa.exists().where(IS_WAITING))).scalar_one()
    return bool(waits) or any(row.state == WorkState.RUNNING for row in _read_abandoned(store))


def await_word(store: Database, work_id: str) -> None:
    """Wait until the process of some work gives a sign of life, or it is released as none comes."""
    beat = _read_beat(store, work_id)
    while beat is not None and _read_beat(store, work_id) == beat:
        time.sleep(_LOOK_EVERY_S)
        release_silent(store)


def hold(store: Database, connection: sa.Connection, work_id: str, values: Mapping[str, Any]) -> None:
    """Write to work of one's own, and keep it from others until the transaction ends."""
    query = sa.update(RUNS).where(_is_mine(store, work_id))
    if connection.execute(query.values({"heartbeat": now().timestamp(), **values})).rowcount == 0:
        raise lost(work_id)


def lost(work_id: str) -> RunLostError:
    """Make the error of work that belongs to another by now."""
    return RunLostError(
        f"Run {work_id} no longer belongs to this worker, which was silent for too long: "
        "another one carries it on, so this one stops."
    )


def _is_mine(store: Database, work_id: str) -> Any:
    return (RUNS.c.id == work_id) & (RUNS.c.owner == store.owner) & store.changes


def _end(store: Database, work_id: str, values: Mapping[str, Any]) -> None:
    query = sa.update(RUNS).where(_is_mine(store, work_id), IS_HELD)
    n_ended = store.write(query.values({"ended": now().timestamp(), **values}))
    if n_ended == 0 and read_state(store, work_id).is_active:
        raise lost(work_id)


def _read_beat(store: Database, work_id: str) -> float | None:
    """Read the last sign of life of the process of some work; None where it has none."""
    query = sa.select(RUNS.c.heartbeat).where(RUNS.c.id == work_id, IS_HELD, store.changes)
    with store.reading() as connection:
        beat: float | None = connection.execute(query).scalar_one_or_none()
    return beat


def _read_abandoned(store: Database) -> list[Any]:
    columns = (RUNS.c.id, RUNS.c.state, RUNS.c.owner, RUNS.c.heartbeat)
    with store.reading() as connection:
        held = connection.execute(sa.select(*columns).where(IS_HELD)).all()
    silent = store.watch.find_silent({row.id: row.heartbeat for row in held})
    return [row for row in held if row.id in silent or is_known_dead(row.owner)]


def _release_values(message: str, state: WorkState = WorkState.INTERRUPTED) -> dict[str, Any]:
    front = sa.select(sa.func.coalesce(sa.func.min(_OTHERS.c.queue_position), now().timestamp()) - 1)
    return {
        "state": _after_stop(WorkState.PAUSED.value, WorkState.CANCELLED.value, state.value),
        "message": _after_stop("paused; its worker had ended", "cancelled; its worker had ended", message),
        "queue_position": _after_stop(None, None, front.scalar_subquery()),
    }


def _after_stop(paused: Any, cancelled: Any, interrupted: Any) -> Any:
    """Choose by what was asked for."""
    return sa.case(
        (RUNS.c.state == WorkState.PAUSING, paused),
        (RUNS.c.state == WorkState.CANCELLING, cancelled),
        else_=interrupted,
    )
