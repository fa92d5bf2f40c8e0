"""Work as the store has it, read."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from mnist_core.ground.errors import RunError
from mnist_core.network.history import REFIT_FOLD
from mnist_core.store.database import Database, FitCounts
from mnist_core.store.owner import Owner
from mnist_core.store.rows import HELD, SEARCH, BestScore, FitState, WorkRow, WorkState
from mnist_core.store.tables import FITS, RUNS

_ID = re.compile(r"\d{8}-\d{6}-[0-9a-f]{4}")
IS_SEARCH = RUNS.c.kind == SEARCH
IS_HELD = RUNS.c.state.in_(HELD)
IS_WAITING = RUNS.c.queue_position.is_not(None)
_SAME = sa.alias(RUNS)


def _of_space(value: Any, *where: Any) -> Any:
    query = sa.select(value).where(_SAME.c.space == RUNS.c.space, *where)
    return query.correlate(RUNS).scalar_subquery()


SPACE_TURN = (_of_space(sa.func.max(_SAME.c.turn)), _of_space(sa.func.min(_SAME.c.created)))
"""The order of the spaces of work: by their last turns; of those that had none, who came first."""

IN_TURN = (*SPACE_TURN, RUNS.c.queue_position, RUNS.c.created, RUNS.c.id)
"""The order in which work is taken: a space after the other, in each its own order."""

_SORT_TURN = _of_space(sa.func.max(_SAME.c.turn), (_SAME.c.kind == SEARCH) == IS_SEARCH)
"""When a space's searches, or what else it has, had their last turn."""

_IS_TOLD = (RUNS.c.state == WorkState.DONE) & RUNS.c.outcome.is_not(None)
_TOLD = (
    RUNS.c.outcome["best_score"].as_float().label("score"),
    RUNS.c.plan["cv"].as_integer().label("cv"),
)

_NO_FITS = FitCounts(0, 0, 0)
Stamp = tuple[tuple[Any, ...], ...]
_SELF = sa.alias(RUNS)
_ITSELF_IS_SEEN = (
    sa.bindparam("sees_all", type_=sa.Boolean)
    | (_SELF.c.space == sa.bindparam("space"))
    | _SELF.c.is_published
)
_ITSELF_WAITS = sa.exists().where(_SELF.c.id == sa.bindparam("run"), _SELF.c.queue_position.is_not(None))
_IS_OWN = (
    sa.bindparam("sees_all", type_=sa.Boolean)
    | (RUNS.c.space == sa.bindparam("space"))
    | (RUNS.c.id == sa.bindparam("run"))
)
# Whoever writes epochs or scores of a run beats with the same stroke. Of others' work it matters only that it
# is there, and waits or not: thirty pages that wait would else be drawn anew at each beat of anybody's.
_OF_OWN = (RUNS.c.name, RUNS.c.heartbeat, RUNS.c.message, RUNS.c.progress, RUNS.c.n_wishes, RUNS.c.owner)
_STAMPED: list[sa.ColumnElement[Any]] = [RUNS.c.id, RUNS.c.queue_position, RUNS.c.state]
_STAMPED += [sa.case((_IS_OWN, one)) for one in (*_OF_OWN, RUNS.c.ended, RUNS.c.is_published)]
# Made once: pages ask it each second, and to put it together takes longer than to answer it.
_STAMP_QUERY = (
    sa.select(*_STAMPED)
    .where((RUNS.c.id == sa.bindparam("run")) | ((IS_HELD | IS_WAITING) & _ITSELF_WAITS))
    .where(sa.exists().where(_SELF.c.id == sa.bindparam("run"), _ITSELF_IS_SEEN))
    .order_by(RUNS.c.id)
)


def is_id(text: str) -> bool:
    """Say whether a text looks like the id of work, as `make_id` makes it."""
    return _ID.fullmatch(text) is not None


def get_work(store: Database, work_id: str) -> WorkRow:
    """Read work of any kind.

    Raises
    ------
    RunError
        If there is none of that id.
    """
    return _get(store, work_id, sa.true())


def get_search(store: Database, work_id: str) -> WorkRow:
    """Read a search; raises as `get_work` does, also for work of other kinds."""
    return _get(store, work_id, IS_SEARCH)


def get_job(store: Database, work_id: str) -> WorkRow:
    """Read work of another kind than a search; raises as `get_work` does, also for searches."""
    return _get(store, work_id, ~IS_SEARCH, "job")


def list_work(store: Database, kind: str = SEARCH) -> list[WorkRow]:
    """Read all work of a kind, the latest first."""
    return read_rows(store, RUNS.c.kind == kind)


def list_all_work(store: Database) -> list[WorkRow]:
    """Read all work of all kinds that may be changed, the latest first."""
    return read_rows(store, store.changes)


def list_waiting(store: Database) -> list[WorkRow]:
    """Read the work of all kinds that waits for a process, in its turn.

    In a space searches take turns with what is none; of the two, what somebody looks on at begins.
    """
    return read_rows(store, IS_WAITING, *SPACE_TURN, RUNS.c.space, _SORT_TURN, IS_SEARCH, *IN_TURN)


def read_state(store: Database, work_id: str) -> WorkState:
    """Read where work stands; raises as `get_work` does."""
    query = sa.select(RUNS.c.state).where(RUNS.c.id == work_id, store.reads)
    with store.reading() as connection:
        state = connection.execute(query).scalar_one_or_none()
    if state is None:
        raise _unknown(work_id)
    return WorkState(state)


def check_yours(store: Database, work_id: str) -> None:
    """Refuse to change work that another person has published; raises as `get_work` does."""
    query = sa.select(store.changes).where(RUNS.c.id == work_id, store.reads)
    with store.reading() as connection:
        is_yours = connection.execute(query).scalar_one_or_none()
    if is_yours is None:
        raise _unknown(work_id)
    if not is_yours:
        raise RunError(f"{work_id} is what another person has published: it can be looked at, not changed.")


def read_stamp(store: Database, work_id: str) -> Stamp:
    """Read what differs once anything of some work has changed, its epochs among it.

    Of what waits, what is before it tells too. An id that is not there has an empty stamp.
    """
    with store.reading() as connection:
        asked = {"run": work_id, "sees_all": store.space is None, "space": store.space or ""}
        return tuple(tuple(row) for row in connection.execute(_STAMP_QUERY, asked))


def is_waiting(stamp: Stamp, work_id: str) -> bool:
    """Say whether work waited for a process when its stamp was read."""
    return any(row[0] == work_id and row[1] is not None for row in stamp)


def read_best_scores(store: Database, where: Any = None) -> dict[str, BestScore]:
    """Read how accurate the best candidate so far is, of every run that has a scored fold.

    Parameters
    ----------
    store : Database
        What may be read.
    where : condition of a row of `RUNS`, or None
        Which runs are asked for; None asks for all.
    """
    asked = store.reads if where is None else store.reads & where
    told = _IS_TOLD & IS_SEARCH
    n_folds, mean = sa.func.count(FITS.c.score).label("n_folds"), sa.func.avg(FITS.c.score).label("mean")
    scored = sa.select(FITS.c.run_id, n_folds, mean).where(
        FITS.c.score.is_not(None),
        FITS.c.fold != REFIT_FOLD,
        FITS.c.run_id.in_(sa.select(RUNS.c.id).where(asked, ~told)),
    )
    query = scored.group_by(FITS.c.run_id, FITS.c.candidate).order_by(n_folds, mean)
    with store.reading() as connection:
        # What is done tells it itself: to look through all fits of hundreds of runs takes half a second.
        best = {
            row.id: BestScore(row.score, row.cv)
            for row in connection.execute(sa.select(RUNS.c.id, *_TOLD).where(asked, told))
        }
        # The last of a run stays: the best of those with the most folds, as in the ranking.
        return best | {row.run_id: BestScore(row.mean, row.n_folds) for row in connection.execute(query)}


def read_owner(store: Database, work_id: str) -> Owner | None:
    """Read who carries work out; None where nobody does."""
    query = sa.select(RUNS.c.owner).where(RUNS.c.id == work_id, IS_HELD, store.reads)
    with store.reading() as connection:
        owner = connection.execute(query).scalar_one_or_none()
    return None if owner is None else Owner.parse(owner)


def read_rows(store: Database, where: Any, *order: Any) -> list[WorkRow]:
    """Read the work that a condition holds for, the latest first where no other order is given."""
    query = sa.select(RUNS).where(where, store.reads).order_by(*(order or (RUNS.c.created.desc(),)))
    with store.reading() as connection:
        rows = connection.execute(query).all()
        counts = _count_fits(store, connection, rows)
    return [_parse(row._mapping, counts.get(row.id, _NO_FITS)) for row in rows]


def _count_fits(store: Database, connection: sa.Connection, rows: Sequence[Any]) -> dict[str, FitCounts]:
    """Count the fits of some work, and their epochs; those of what is done for ever are counted once."""
    known = {row.id: store.counts[row.id, row.ended] for row in rows if (row.id, row.ended) in store.counts}
    asked = [row.id for row in rows if row.id not in known]
    if asked:
        counted = FITS.c.fold != REFIT_FOLD
        n_done, n_dropped = (
            sa.func.count().filter(counted, FITS.c.state == state)
            for state in (FitState.DONE, FitState.DROPPED)
        )
        n_epochs = sa.func.coalesce(sa.func.sum(FITS.c.n_epochs).filter(counted), 0)
        query = sa.select(FITS.c.run_id, n_done, n_dropped, n_epochs).where(FITS.c.run_id.in_(asked))
        for run_id, *numbers in connection.execute(query.group_by(FITS.c.run_id)):
            known[run_id] = FitCounts(*numbers)
    for row in rows:
        if row.state == WorkState.DONE and row.id in known:
            store.counts[row.id, row.ended] = known[row.id]
    return known


def _get(store: Database, work_id: str, where: Any, noun: str = "run") -> WorkRow:
    rows = read_rows(store, (RUNS.c.id == work_id) & where)
    if not rows:
        raise _unknown(work_id, noun)
    return rows[0]


def _parse(row: Any, counts: FitCounts) -> WorkRow:
    values = {**row, "state": WorkState(row["state"]), "settings": row["plan"], "tags": tuple(row["tags"])}
    values |= vars(counts)
    for time in ("created", "started", "ended", "heartbeat"):
        values[time] = None if row[time] is None else datetime.fromtimestamp(row[time], UTC)
    del values["plan"]
    return WorkRow(**values)


def _unknown(work_id: str, noun: str = "run") -> RunError:
    return RunError(f"There is no {noun} {work_id!r}: list the {noun}s to see their ids.")
