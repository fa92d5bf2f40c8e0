"""The work that waits for a process, and the wishes of users: cancel, pause, resume, first in the queue."""

import logging
import secrets
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from mnist_core.ground.errors import RunError
from mnist_core.ground.logs import about
from mnist_core.network.plan import SearchPlan
from mnist_core.store.allowance import check_within
from mnist_core.store.claims import WORKED_SECONDS
from mnist_core.store.database import Database
from mnist_core.store.reading import (
    IN_TURN,
    IS_HELD,
    IS_SEARCH,
    IS_WAITING,
    SPACE_TURN,
    check_yours,
    read_rows,
    read_state,
)
from mnist_core.store.rows import RESUMABLE, SEARCH, WorkRow, WorkState, now
from mnist_core.store.tables import RUNS

_LOG = logging.getLogger("mnist_lab.queue")
_STOPPED = (WorkState.PAUSED, WorkState.INTERRUPTED)
_OTHERS = sa.alias(RUNS)
_GOING_ON = (WorkState.RUNNING, WorkState.PAUSING)


def add_search(store: Database, plan: SearchPlan, dataset_name: str, fingerprint: str, name: str = "") -> str:
    """Queue a search of a kept data set and return its id."""
    return add_job(
        store,
        SEARCH,
        replace(plan, drawn=()).values(),
        name=name or f"{plan.say_size()} on {dataset_name}",
        dataset_name=dataset_name,
        fingerprint=fingerprint,
        n_fits=plan.n_fits,
        message="waits for the worker",
    )


def add_job(
    store: Database,
    kind: str,
    settings: Mapping[str, Any],
    *,
    name: str,
    dataset_name: str = "",
    fingerprint: str = "",
    wishes: Mapping[str, Any] | None = None,
    job_id: str | None = None,
    n_fits: int = 0,
    message: str = "starting",
) -> str:
    """Ask for work and return its id, a new one of `make_id`; it waits until a process takes it.

    Raises
    ------
    PersonError
        If the person has as much as the lab allows one.
    """
    job_id = job_id or make_id()
    row = {
        "id": job_id,
        "kind": kind,
        "name": name,
        "state": WorkState.QUEUED,
        "plan": dict(settings),
        "wishes": dict(wishes or {}),
        "dataset_name": dataset_name,
        "fingerprint": fingerprint,
        "n_fits": n_fits,
        "created": now().timestamp(),
        "queue_position": _last_place(),
        "message": message,
        "space": store.space or "",
    }
    with store.writing() as connection:
        check_within(store, connection, kind)
        connection.execute(sa.insert(RUNS).values(row))
    _LOG.info("%s asked for: %s", kind, name, extra=about(work=job_id))
    return job_id


def make_id() -> str:
    """Make the id of new work: when it was asked for, and letters that tell it from others."""
    return f"{now():%Y%m%d-%H%M%S}-{secrets.token_hex(2)}"


def request_cancel(store: Database, work_id: str) -> None:
    """Ask for the end of work; what no process has ends at once, what has ended stays."""
    steps = {
        WorkState.QUEUED: (WorkState.CANCELLED, "cancelled before it began"),
        **dict.fromkeys(_STOPPED, (WorkState.CANCELLED, "cancelled; what had finished is kept")),
        **dict.fromkeys(_GOING_ON, (WorkState.CANCELLING, "stopping")),
    }
    _ask(store, work_id, steps)


def request_pause(store: Database, work_id: str) -> None:
    """Ask that work stops until it is resumed; what no process has is paused at once.

    Raises
    ------
    RunError
        If it has ended, or is about to be cancelled.
    """
    waiting = [WorkState.QUEUED, WorkState.INTERRUPTED]
    paused = (WorkState.PAUSED, "paused; it waits to be resumed")
    steps = {**dict.fromkeys(waiting, paused), WorkState.RUNNING: (WorkState.PAUSING, "pausing")}
    if _ask(store, work_id, steps) == 0:
        state = read_state(store, work_id)
        if state not in (WorkState.PAUSED, WorkState.PAUSING):
            raise RunError(f"Only a run that goes on or waits can be paused, but {work_id} is {state}.")


def request_resume(store: Database, work_id: str) -> None:
    """Queue work that has stopped again, behind what waits; it goes on from its checkpoint.

    Raises
    ------
    RunError
        If it is done, or has not stopped.
    PersonError
        As `add_job` does.
    """
    check_yours(store, work_id)
    query = sa.update(RUNS).where(RUNS.c.id == work_id, RUNS.c.state.in_(RESUMABLE))
    with store.writing() as connection:
        kind = connection.execute(sa.select(RUNS.c.kind).where(RUNS.c.id == work_id)).scalar_one()
        check_within(store, connection, kind, is_new=False)
        n_queued = connection.execute(query.values(_queue_again())).rowcount
    if n_queued == 0:
        state = read_state(store, work_id)
        raise RunError(f"Only a run that has stopped can be resumed, but {work_id} is {state}.")


def wish(store: Database, job_id: str, **wishes: Any) -> None:
    """Change what a user wants of a job; one that rests or has stopped waits for a process again.

    Raises
    ------
    RunError
        If there is no such job, or it is done.
    PersonError
        As `add_job` does, where it has to be begun again.
    """
    columns = sa.select(RUNS.c.wishes, RUNS.c.state, RUNS.c.kind).where(
        RUNS.c.id == job_id, ~IS_SEARCH, store.changes
    )
    with store.writing() as connection:
        row = connection.execute(columns.with_for_update()).one_or_none()
        if row is None or row.state == WorkState.DONE:
            raise RunError(f"Only a job that is not done takes wishes, but {job_id} is none: start another.")
        values = {"wishes": row.wishes | wishes, "n_wishes": RUNS.c.n_wishes + 1}
        if row.state in RESUMABLE:
            check_within(store, connection, row.kind, is_new=False)
            values |= _queue_again()
        connection.execute(sa.update(RUNS).where(RUNS.c.id == job_id).values(values))


def set_cluster(store: Database, work_id: str, address: str) -> None:
    """Let a search that waits or has stopped use the workers of another scheduler.

    Raises
    ------
    RunError
        If a worker has it, or it is done, or there is none of that id.
    """
    query = sa.select(RUNS.c.plan, RUNS.c.state).where(RUNS.c.id == work_id, IS_SEARCH, store.changes)
    with store.writing() as connection:
        row = connection.execute(query.with_for_update()).one_or_none()
        state = None if row is None else WorkState(row.state)
        if row is None or state not in (WorkState.QUEUED, *RESUMABLE):
            raise RunError(
                f"Only a run that waits or has stopped can go to another cluster, but {work_id} is "
                f"{state or 'none'}: pause it first."
            )
        values = replace(SearchPlan.from_values(row.plan), cluster=address).values()
        connection.execute(sa.update(RUNS).where(RUNS.c.id == work_id).values(plan=values))


def read_queue(store: Database) -> list[WorkRow]:
    """Read the searches that wait for a worker, the next first."""
    return read_rows(store, IS_WAITING & IS_SEARCH & store.changes, *IN_TURN)


def describe_wait(store: Database, run: WorkRow) -> str:
    """Say why work waits; empty where it does not. Of others' work no more is said than that it is there."""
    if not run.is_waiting:
        return ""
    places = [other.id for other in read_queue(store)]
    n_before = places.index(run.id) if run.id in places else 0  # a training comes before its own searches
    if n_before:
        return "1 run is before it" if n_before == 1 else f"{n_before} runs are before it"
    n_others = _count_spaces_before(store, run)
    if n_others:
        runs = "1 run of others is" if n_others == 1 else f"{n_others} runs of others are"
        return f"waits for its turn; {runs} before it"
    held = read_rows(store, IS_HELD & IS_SEARCH & store.changes)
    if held and run.kind == SEARCH:
        return f"waits for {held[0].name}, {held[0].say_fits()}"
    return "waits for its turn; it is the next one" if _is_busy(store) else "waits for the worker to start"


def _count_spaces_before(store: Database, run: WorkRow) -> int:
    """Count the other spaces that have their turn before that of some work: a run of each comes first."""
    query = sa.select(RUNS.c.space).where(IS_WAITING).order_by(*SPACE_TURN)
    with store.reading() as connection:
        spaces = list(dict.fromkeys(row.space for row in connection.execute(query)))
    return spaces.index(run.space) if run.space in spaces else 0


def _is_busy(store: Database) -> bool:
    """Say whether anything is carried out, whosever it is."""
    with store.reading() as connection:
        return bool(connection.execute(sa.select(sa.exists().where(IS_HELD))).scalar_one())


def move_up(store: Database, work_id: str) -> None:
    """Let a waiting search change places with the one before it; the first stays."""
    with store.writing() as connection:
        places = _read_places(store, connection, work_id)
        order = list(places)
        before = order[max(order.index(work_id) - 1, 0)]
        _put(connection, work_id, places[before])
        _put(connection, before, places[work_id])


def move_to_front(store: Database, work_id: str) -> None:
    """Let a waiting search be the next one; of all people's, where the store sees those of all."""
    with store.writing() as connection:
        places = _read_places(store, connection, work_id)
        _put(connection, work_id, min(places.values()) - 1)
        if store.space is None:
            _give_next_turn(connection, work_id)


def _ask(store: Database, work_id: str, steps: Mapping[WorkState, tuple[WorkState, str]]) -> int:
    """Bring work from the state of now to the next, in one statement; return how much changed."""
    check_yours(store, work_id)
    # Of several statements each could miss work whose process changes its state in between.
    after, message = (
        sa.case({before.value: str(step[part]) for before, step in steps.items()}, value=RUNS.c.state)
        for part in (0, 1)
    )
    ended = sa.case((IS_HELD, None), else_=sa.func.coalesce(RUNS.c.ended, now().timestamp()))
    query = sa.update(RUNS).where(RUNS.c.id == work_id, RUNS.c.state.in_(steps))
    return store.write(query.values(state=after, message=message, ended=ended, queue_position=None))


def _queue_again() -> dict[str, Any]:
    """Return what work that had stopped becomes when it is to go on."""
    return {
        "state": WorkState.QUEUED,
        "message": "waits for the worker; it goes on from its checkpoint",
        "owner": None,
        "queue_position": _last_place(),
        "worked_seconds": WORKED_SECONDS,
        "started": None,
        "ended": None,
    }


def _last_place() -> Any:
    """Return the place behind all that wait: that of now, unless the clock was set back meanwhile."""
    clock = now().timestamp()
    last = sa.func.coalesce(sa.func.max(_OTHERS.c.queue_position) + 1, clock)
    return sa.select(sa.case((last > clock, last), else_=clock)).scalar_subquery()


def _read_places(store: Database, connection: sa.Connection, work_id: str) -> dict[str, float]:
    """Read where the waiting searches stand, and keep them so until the transaction ends."""
    query = sa.select(RUNS.c.id, RUNS.c.queue_position).where(IS_WAITING & IS_SEARCH & store.changes)
    rows = connection.execute(query.order_by(*IN_TURN).with_for_update())
    places = {row.id: row.queue_position for row in rows}
    if work_id not in places:
        raise RunError(
            f"Only a run that waits can be moved, but {work_id} does not: list the runs to see it."
        )
    return places


def _give_next_turn(connection: sa.Connection, work_id: str) -> None:
    """Let the space of some work be the one that had its last turn before all others."""
    space = sa.select(_OTHERS.c.space).where(_OTHERS.c.id == work_id).scalar_subquery()
    first = sa.select(sa.func.min(_OTHERS.c.turn) - 1).scalar_subquery()
    connection.execute(sa.update(RUNS).where(RUNS.c.space == space).values(turn=first))


def _put(connection: sa.Connection, work_id: str, place: float) -> None:
    connection.execute(sa.update(RUNS).where(RUNS.c.id == work_id).values(queue_position=place))
