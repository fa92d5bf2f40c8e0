"""Runs as the store has them, read."""

import json
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from mnist_core.ground.errors import RunError
from mnist_core.network.grid import SearchPlan
from mnist_core.network.history import REFIT_FOLD
from mnist_core.store.database import Database
from mnist_core.store.owner import Owner
from mnist_core.store.rows import BestScore, FitState, Outcome, RunRow, RunState
from mnist_core.store.tables import FITS, RUNS

IS_SEARCH = RUNS.c.kind == "search"
HAS_PLACE = RUNS.c.queue_position.is_not(None)
IS_WAITING = HAS_PLACE & IS_SEARCH
_HELD = [state for state in RunState if state.is_held]
# Whoever writes epochs or scores of a run beats with the same stroke.
_STAMPED = [RUNS.c.id, RUNS.c.queue_position, RUNS.c.name, RUNS.c.state, RUNS.c.heartbeat, RUNS.c.message]
_STAMPED += [RUNS.c.progress, RUNS.c.n_wishes, RUNS.c.owner, RUNS.c.ended]
Stamp = tuple[tuple[Any, ...], ...]
_SELF = sa.alias(RUNS)
_ITSELF_WAITS = sa.exists().where(_SELF.c.id == sa.bindparam("run"), _SELF.c.queue_position.is_not(None))
# Made once: pages ask it each second, and to put it together takes longer than to answer it.
_STAMP_QUERY = (
    sa.select(*_STAMPED)
    .where((RUNS.c.id == sa.bindparam("run")) | ((RUNS.c.state.in_(_HELD) | HAS_PLACE) & _ITSELF_WAITS))
    .order_by(RUNS.c.id)
)
IN_TURN = (RUNS.c.queue_position, RUNS.c.created, RUNS.c.id)


class RunReading(Database):
    """Reads runs."""

    def get_run(self, run_id: str) -> RunRow:
        """Read a run.

        Raises
        ------
        RunError
            If there is none of that id.
        """
        rows = self._read_runs(RUNS.c.id == run_id)
        if not rows:
            raise _unknown(run_id)
        return rows[0]

    def read_state(self, run_id: str) -> RunState:
        """Read where a run or a job stands.

        Raises
        ------
        RunError
            If there is none of that id.
        """
        with self._reading() as connection:
            state = connection.execute(
                sa.select(RUNS.c.state).where(RUNS.c.id == run_id)
            ).scalar_one_or_none()
        if state is None:
            raise _unknown(run_id)
        return RunState(state)

    def read_stamp(self, run_id: str) -> Stamp:
        """Read what differs once anything of a run or a job has changed, its epochs among it.

        Of one that waits, what is before it tells too. An id that is not there has an empty stamp.
        """
        with self._reading() as connection:
            return tuple(tuple(row) for row in connection.execute(_STAMP_QUERY, {"run": run_id}))

    def list_runs(self) -> list[RunRow]:
        """Read all runs, the latest first."""
        return self._read_runs(sa.true())

    def read_best_scores(self) -> dict[str, BestScore]:
        """Read how accurate the best candidate so far is, of every run that has a scored fold."""
        n_folds, mean = sa.func.count(FITS.c.score).label("n_folds"), sa.func.avg(FITS.c.score).label("mean")
        scored = sa.select(FITS.c.run_id, n_folds, mean).where(
            FITS.c.score.is_not(None), FITS.c.fold != REFIT_FOLD
        )
        query = scored.group_by(FITS.c.run_id, FITS.c.candidate).order_by(n_folds, mean)
        with self._reading() as connection:
            # The last of a run stays: the best of those with the most folds, as in the ranking.
            return {row.run_id: BestScore(row.mean, row.n_folds) for row in connection.execute(query)}

    def read_owner(self, run_id: str) -> Owner | None:
        """Read who carries a run out; None where nobody does."""
        query = sa.select(RUNS.c.owner).where(RUNS.c.id == run_id, RUNS.c.state.in_(_HELD))
        with self._reading() as connection:
            owner = connection.execute(query).scalar_one_or_none()
        return None if owner is None else Owner.parse(owner)

    def _read_runs(self, where: Any, *order: Any) -> list[RunRow]:
        counted = FITS.c.fold != REFIT_FOLD
        query = (
            sa.select(
                RUNS,
                sa.func.count().filter(counted, FITS.c.state == FitState.DONE).label("n_done"),
                sa.func.sum(FITS.c.n_epochs).filter(counted).label("n_epochs"),
            )
            .outerjoin(FITS, FITS.c.run_id == RUNS.c.id)
            .where(where, IS_SEARCH)
            .group_by(RUNS.c.id)
            .order_by(*(order or (RUNS.c.created.desc(),)))
        )
        with self._reading() as connection:
            return [_parse_run(row) for row in connection.execute(query)]


def is_waiting(stamp: Stamp, run_id: str) -> bool:
    """Say whether a run or a job waited for a process when its stamp was read."""
    return any(row[0] == run_id and row[1] is not None for row in stamp)


def _parse_run(row: Any) -> RunRow:
    return RunRow(
        id=row.id,
        name=row.name,
        state=RunState(row.state),
        plan=_parse_plan(json.dumps(row.plan)),
        dataset_name=row.dataset_name,
        fingerprint=row.fingerprint,
        n_fits=row.n_fits,
        n_fits_done=row.n_done,
        n_epochs=row.n_epochs or 0,
        created=datetime.fromtimestamp(row.created, UTC),
        started=parse_time(row.started),
        ended=parse_time(row.ended),
        heartbeat=parse_time(row.heartbeat),
        message=row.message,
        outcome=Outcome(**row.outcome) if row.outcome else None,
        worked_seconds=row.worked_seconds,
        queue_position=row.queue_position,
        tags=tuple(row.tags),
    )


@lru_cache(maxsize=256)
def _parse_plan(text: str) -> SearchPlan:
    # Checking a grid takes a millisecond, and pages read the same plans every second.
    return SearchPlan.from_values(json.loads(text))


def parse_time(seconds: float | None) -> datetime | None:
    """Turn seconds since 1970 into a time, in UTC."""
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def _unknown(run_id: str) -> RunError:
    return RunError(f"There is no run {run_id!r}: list the runs to see their ids.")
