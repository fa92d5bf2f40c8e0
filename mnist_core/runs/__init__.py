"""The durable store of runs, their fits and their epochs."""

import math
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from mnist_core.errors import RunError
from mnist_core.grid import SearchPlan
from mnist_core.history import EpochRecord
from mnist_core.runs.rows import (
    REFIT_FOLD,
    EpochRow,
    FitRow,
    FitState,
    Outcome,
    RunRow,
    RunState,
    now,
)
from mnist_core.runs.tables import EPOCHS, FITS, METADATA, RUNS

__all__ = ["HEARTBEAT_EVERY_S", "REFIT_FOLD", "EpochRow", "FitRow", "FitState", "Outcome", "RunRow"]
__all__ += ["RunState", "Store", "now"]

HEARTBEAT_EVERY_S = 2.0
_SILENT_AFTER_S = 15.0  # several missed beats: the process is gone, not just busy
_BUSY_TIMEOUT_S = 30.0  # how long SQLite waits for another process's write
_ACTIVE = [RunState.RUNNING, RunState.CANCELLING]


class Store:
    """Runs on disk: the truth that pages show and worker processes write.

    Parameters
    ----------
    url : str
        Any SQLAlchemy URL. SQLite files are made with their folder.

    Raises
    ------
    RunError
        If the database cannot be opened.
    """

    def __init__(self, url: str) -> None:
        self._engine = _make_engine(url)
        with self._asking():
            METADATA.create_all(self._engine)

    def add_run(self, plan: SearchPlan, dataset_name: str, fingerprint: str, name: str = "") -> str:
        """Queue a search of a kept data set and return the new run's id."""
        run_id = f"{now():%Y%m%d-%H%M%S}-{secrets.token_hex(2)}"
        row = {
            "id": run_id,
            "name": name or f"{plan.grid.n_candidates} candidates on {dataset_name}",
            "state": RunState.QUEUED,
            "plan": plan.values(),
            "dataset_name": dataset_name,
            "fingerprint": fingerprint,
            "n_fits": plan.n_fits,
            "created": now().timestamp(),
            "message": "waits for the worker",
        }
        self._write(sa.insert(RUNS).values(row))
        return run_id

    def get_run(self, run_id: str) -> RunRow:
        """Read a run.

        Raises
        ------
        RunError
            If there is none of that id.
        """
        rows = self._read_runs(RUNS.c.id == run_id)
        if not rows:
            raise RunError(f"There is no run {run_id!r}: list the runs to see their ids.")
        return rows[0]

    def list_runs(self) -> list[RunRow]:
        """Read all runs, the latest first."""
        return self._read_runs(sa.true())

    def claim_run(self, run_id: str | None = None) -> RunRow | None:
        """Take a queued run to carry out: the oldest, or the named one.

        No two callers get the same run. None is returned where no run waits.
        """
        wanted = RUNS.c.state == RunState.QUEUED
        if run_id is not None:
            wanted &= RUNS.c.id == run_id
        oldest = sa.select(RUNS.c.id).where(wanted).order_by(RUNS.c.created).limit(1)
        beat = now().timestamp()
        values = {"state": RunState.RUNNING, "started": beat, "heartbeat": beat, "message": "starting"}
        with self._asking() as connection:
            found = connection.execute(oldest).scalar_one_or_none()
            if found is None:
                return None
            query = sa.update(RUNS).where(RUNS.c.id == found, RUNS.c.state == RunState.QUEUED)
            claimed = connection.execute(query.values(values)).rowcount == 1
        return self.get_run(found) if claimed else self.claim_run(run_id)

    def beat(self, run_id: str, message: str | None = None) -> None:
        """Record that the process of a run lives, and what it does."""
        values: dict[str, Any] = {"heartbeat": now().timestamp()}
        if message is not None:
            values["message"] = message
        self._write(sa.update(RUNS).where(RUNS.c.id == run_id).values(values))

    def request_cancel(self, run_id: str) -> None:
        """Ask for the end of a run; one that still waits ends at once."""
        self._move(run_id, [RunState.QUEUED], RunState.CANCELLED, "cancelled before it began")
        query = sa.update(RUNS).where(RUNS.c.id == run_id, RUNS.c.state == RunState.RUNNING)
        self._write(query.values(state=RunState.CANCELLING, message="stopping"))

    def end_run(self, run_id: str, state: RunState, message: str, outcome: Outcome | None = None) -> None:
        """Record how a run ended; a run that has ended already stays as it is."""
        stored = asdict(outcome) if outcome else None
        self._move(run_id, [RunState.QUEUED, *_ACTIVE], state, message, stored)

    def mark_silent_runs(self) -> None:
        """Mark the runs whose process is gone as interrupted, or cancelled where that was asked for."""
        silent = RUNS.c.heartbeat < now().timestamp() - _SILENT_AFTER_S
        for before, after, message in (
            (RunState.RUNNING, RunState.INTERRUPTED, "its process ended without a word; start it again"),
            (RunState.CANCELLING, RunState.CANCELLED, "cancelled; its process had ended"),
        ):
            query = sa.update(RUNS).where(silent, RUNS.c.state == before)
            self._write(query.values(state=after, message=message, ended=RUNS.c.heartbeat))

    def add_epochs(self, run_id: str, epochs: Sequence[tuple[int, int, EpochRecord]]) -> None:
        """Record epochs that have ended, each with its candidate and fold, in one transaction."""
        with self._asking() as connection:
            for candidate, fold, record in epochs:
                fit = {"run_id": run_id, "candidate": candidate, "fold": fold}
                _count_epoch(connection, fit, record)
                connection.execute(sa.insert(EPOCHS).values({**fit, **asdict(record)}))

    def end_fit(self, run_id: str, candidate: int, fold: int, score: float) -> None:
        """Record the score of a training on the fold that it left out."""
        mine = (FITS.c.run_id == run_id) & (FITS.c.candidate == candidate) & (FITS.c.fold == fold)
        self._write(sa.update(FITS).where(mine).values(state=FitState.DONE, score=score))

    def read_fits(self, run_id: str) -> list[FitRow]:
        """Read the trainings of a run that have begun, in order of candidate and fold."""
        query = sa.select(FITS).where(FITS.c.run_id == run_id).order_by(FITS.c.candidate, FITS.c.fold)
        with self._asking() as connection:
            rows = connection.execute(query).all()
        return [FitRow(r.candidate, r.fold, FitState(r.state), r.score, r.n_epochs, r.seconds) for r in rows]

    def read_epochs(
        self, run_id: str, since: int = 0, fits: Iterable[tuple[int, int]] | None = None
    ) -> list[EpochRow]:
        """Read the epochs of a run with an id above `since`, in the order in which they ended.

        `fits`, pairs of candidate and fold, narrows them to those trainings.
        """
        query = sa.select(EPOCHS).where(EPOCHS.c.run_id == run_id, EPOCHS.c.id > since)
        if fits is not None:
            query = query.where(sa.tuple_(EPOCHS.c.candidate, EPOCHS.c.fold).in_(list(fits)))
        with self._asking() as connection:
            rows = connection.execute(query.order_by(EPOCHS.c.id)).all()
        return [EpochRow(r.id, r.candidate, r.fold, _parse_record(r)) for r in rows]

    def read_best_scores(self) -> dict[str, float]:
        """Read the mean accuracy of the best candidate so far of every run that has a scored fold."""
        n_folds, mean = sa.func.count(FITS.c.score).label("n_folds"), sa.func.avg(FITS.c.score).label("mean")
        scored = sa.select(FITS.c.run_id, n_folds, mean).where(
            FITS.c.score.is_not(None), FITS.c.fold != REFIT_FOLD
        )
        query = scored.group_by(FITS.c.run_id, FITS.c.candidate).order_by(n_folds, mean)
        with self._asking() as connection:
            # The last of a run stays: the best of those with the most folds, as in the ranking.
            return {row.run_id: row.mean for row in connection.execute(query)}

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()

    def _read_runs(self, where: Any) -> list[RunRow]:
        done = sa.func.count(sa.case((FITS.c.state == FitState.DONE, 1)))
        counted = FITS.c.fold != REFIT_FOLD
        query = (
            sa.select(
                RUNS,
                done.filter(counted).label("n_done"),
                sa.func.sum(FITS.c.n_epochs).filter(counted).label("n_epochs"),
            )
            .outerjoin(FITS, FITS.c.run_id == RUNS.c.id)
            .where(where)
            .group_by(RUNS.c.id)
            .order_by(RUNS.c.created.desc())
        )
        with self._asking() as connection:
            return [_parse_run(row) for row in connection.execute(query)]

    def _move(
        self, run_id: str, before: Sequence[RunState], after: RunState, message: str, outcome: Any = None
    ) -> None:
        query = sa.update(RUNS).where(RUNS.c.id == run_id, RUNS.c.state.in_(before))
        values = {"state": after, "message": message, "ended": now().timestamp(), "outcome": outcome}
        self._write(query.values(values))

    def _write(self, statement: Any) -> None:
        with self._asking() as connection:
            connection.execute(statement)

    @contextmanager
    def _asking(self) -> Iterator[sa.Connection]:
        try:
            with self._engine.begin() as connection:
                yield connection
        except SQLAlchemyError as error:
            reason = getattr(error, "orig", None) or error
            raise RunError(
                f"The store of runs at {self._engine.url.render_as_string()} does not answer ({reason}): "
                "free it or name another with MNIST_LAB_DATABASE."
            ) from error


def _count_epoch(connection: sa.Connection, fit: Mapping[str, Any], record: EpochRecord) -> None:
    """Count an epoch with its fit, which begins with the first."""
    mine = sa.and_(*(FITS.c[name] == value for name, value in fit.items()))
    progress = {"n_epochs": record.epoch, "seconds": FITS.c.seconds + record.seconds}
    if connection.execute(sa.update(FITS).where(mine).values(progress)).rowcount == 0:
        begin = {"state": FitState.RUNNING, "n_epochs": record.epoch, "seconds": record.seconds}
        connection.execute(sa.insert(FITS).values({**fit, **begin}))


def _make_engine(url: str) -> sa.Engine:
    try:
        parsed = sa.make_url(url)
        if parsed.get_backend_name() != "sqlite":
            return sa.create_engine(parsed, pool_pre_ping=True)
        if parsed.database:
            Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
        engine = sa.create_engine(parsed, connect_args={"timeout": _BUSY_TIMEOUT_S})
    except (SQLAlchemyError, ImportError, OSError) as error:
        raise RunError(
            f"MNIST_LAB_DATABASE must be a URL of a database, but {url!r} is not: {error}."
        ) from error
    sa.event.listen(engine, "connect", _set_up_sqlite)
    return engine


def _set_up_sqlite(connection: Any, _: Any) -> None:
    # Readers do not wait for the writer, and a committed epoch survives a crash of the process.
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=NORMAL")


def _parse_run(row: Any) -> RunRow:
    return RunRow(
        id=row.id,
        name=row.name,
        state=RunState(row.state),
        plan=SearchPlan.from_values(row.plan),
        dataset_name=row.dataset_name,
        fingerprint=row.fingerprint,
        n_fits=row.n_fits,
        n_fits_done=row.n_done,
        n_epochs=row.n_epochs or 0,
        created=datetime.fromtimestamp(row.created, UTC),
        started=_parse_time(row.started),
        ended=_parse_time(row.ended),
        heartbeat=_parse_time(row.heartbeat),
        message=row.message,
        outcome=Outcome(**row.outcome) if row.outcome else None,
    )


def _parse_time(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def _parse_record(row: Any) -> EpochRecord:
    train_loss, valid_loss = (math.nan if loss is None else loss for loss in (row.train_loss, row.valid_loss))
    return EpochRecord(row.epoch, train_loss, valid_loss, row.valid_accuracy, row.seconds)
