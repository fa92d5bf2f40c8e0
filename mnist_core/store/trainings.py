"""The fits of runs and their epochs: written by the worker, read by pages."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from mnist_core.network.history import EpochRecord
from mnist_core.store.claims import Claims
from mnist_core.store.rows import EpochRow, FitRow, FitState
from mnist_core.store.tables import EPOCHS, FITS

_INSERTS: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
_EPOCH_COLUMNS = [column for column in EPOCHS.c if column.name != "run_id"]
_FIT_KEY = ("run_id", "candidate", "fold")
_EPOCH_KEY = (*_FIT_KEY, "epoch")


class Trainings(Claims):
    """What happens within runs."""

    def add_epochs(self, run_id: str, epochs: Sequence[tuple[int, int, EpochRecord]]) -> None:
        """Record epochs that have ended, each with its candidate and fold, in one transaction.

        An epoch that comes again replaces what was recorded of it and keeps its id.

        Raises
        ------
        RunLostError
            If the run belongs to another by now.
        """
        rows = [
            {"run_id": run_id, "candidate": candidate, "fold": fold, **asdict(record)}
            for candidate, fold, record in epochs
        ]
        fits = {(candidate, fold) for candidate, fold, _ in epochs}
        with self._writing() as connection:
            self._hold(connection, run_id, {})
            if rows:
                connection.execute(_upsert(connection, EPOCHS, _EPOCH_KEY), rows)
                _count_epochs(connection, run_id, fits)

    def end_fit(self, run_id: str, candidate: int, fold: int, score: float) -> None:
        """Record the score of a training on the fold that it left out."""
        self.end_fits(run_id, [(candidate, fold, score)])

    def end_fits(self, run_id: str, scores: Sequence[tuple[int, int, float]]) -> None:
        """Record the scores of trainings, each with its candidate and fold, in one transaction.

        Raises
        ------
        RunLostError
            If the run belongs to another by now.
        """
        query = sa.update(FITS).where(*_name_fit(FITS, run_id))
        query = query.values(state=FitState.DONE, score=sa.bindparam("new_score"))
        rows = [{**_its((candidate, fold)), "new_score": score} for candidate, fold, score in scores]
        with self._writing() as connection:
            self._hold(connection, run_id, {})
            if rows:
                connection.execute(query, rows)

    def trim_fits(self, run_id: str, kept: Mapping[tuple[int, int], int]) -> None:
        """Forget what a run will do again when it goes on from its checkpoints.

        Parameters
        ----------
        run_id : str
            A run of one's own.
        kept : mapping of (int, int) to int
            For each candidate and fold the number of epochs that stay. A fit that loses some is
            running again and has no score; one that is not named is removed with all its epochs.

        Raises
        ------
        RunLostError
            If the run belongs to another by now.
        """
        with self._writing() as connection:
            self._hold(connection, run_id, {})
            query = sa.select(FITS.c.candidate, FITS.c.fold, FITS.c.n_epochs).where(FITS.c.run_id == run_id)
            before = {(row.candidate, row.fold): row.n_epochs for row in connection.execute(query)}
            losing = {
                fit: kept.get(fit, 0) for fit, n_epochs in before.items() if kept.get(fit, 0) < n_epochs
            }
            if losing:
                _trim_epochs(connection, run_id, losing)

    def read_fits(self, run_id: str) -> list[FitRow]:
        """Read the trainings of a run that have begun, in order of candidate and fold."""
        query = sa.select(FITS).where(FITS.c.run_id == run_id).order_by(FITS.c.candidate, FITS.c.fold)
        with self._reading() as connection:
            rows = connection.execute(query).all()
        return [FitRow(r.candidate, r.fold, FitState(r.state), r.score, r.n_epochs, r.seconds) for r in rows]

    def read_epochs(
        self, run_id: str, since: int = 0, fits: Iterable[tuple[int, int]] | None = None
    ) -> list[EpochRow]:
        """Read the epochs of a run with an id above `since`, in the order in which they ended.

        `fits`, pairs of candidate and fold, narrows them to those trainings.
        """
        query = sa.select(*_EPOCH_COLUMNS).where(EPOCHS.c.run_id == run_id, EPOCHS.c.id > since)
        if fits is not None:
            query = query.where(sa.tuple_(EPOCHS.c.candidate, EPOCHS.c.fold).in_(list(fits)))
        with self._reading() as connection:
            rows = connection.execute(query.order_by(EPOCHS.c.id)).all()
        return [
            EpochRow(
                number, candidate, fold, EpochRecord(epoch, _parse_loss(train), _parse_loss(valid), *rest)
            )
            for number, candidate, fold, epoch, train, valid, *rest in rows
        ]


def _upsert(connection: sa.Connection, table: sa.Table, key: Sequence[str], source: Any = None) -> Any:
    """Insert rows; where the key is there already, replace all but the key, the id and a fit's state."""
    insert = _INSERTS[connection.dialect.name](table)
    if source is not None:
        insert = insert.from_select([column.name for column in source.selected_columns], source)
    kept = (*key, "id", "state", "score")
    values = {c.name: insert.excluded[c.name] for c in table.c if c.name not in kept}
    return insert.on_conflict_do_update(index_elements=list(key), set_=values)


def _count_epochs(connection: sa.Connection, run_id: str, fits: Iterable[tuple[int, int]]) -> None:
    """Count epochs with their fits, which begin with the first."""
    counted = (
        sa.select(
            EPOCHS.c.run_id,
            EPOCHS.c.candidate,
            EPOCHS.c.fold,
            sa.literal(FitState.RUNNING.value).label("state"),
            sa.func.max(EPOCHS.c.epoch).label("n_epochs"),
            sa.func.sum(EPOCHS.c.seconds).label("seconds"),
        )
        .where(
            EPOCHS.c.run_id == run_id,
            EPOCHS.c.candidate == sa.bindparam("its_candidate"),
            EPOCHS.c.fold == sa.bindparam("its_fold"),
        )
        .group_by(EPOCHS.c.run_id, EPOCHS.c.candidate, EPOCHS.c.fold)
    )
    connection.execute(_upsert(connection, FITS, _FIT_KEY, counted), [_its(fit) for fit in fits])


def _trim_epochs(connection: sa.Connection, run_id: str, losing: Mapping[tuple[int, int], int]) -> None:
    late = sa.delete(EPOCHS).where(EPOCHS.c.epoch > sa.bindparam("n_kept"), *_name_fit(EPOCHS, run_id))
    rows = [{**_its(fit), "n_kept": n_kept} for fit, n_kept in losing.items()]
    connection.execute(late, rows)
    # Those that keep some begin anew with these.
    connection.execute(sa.delete(FITS).where(*_name_fit(FITS, run_id)), [_its(fit) for fit in losing])
    _count_epochs(connection, run_id, losing)


def _name_fit(table: sa.Table, run_id: str) -> tuple[Any, ...]:
    return (
        table.c.run_id == run_id,
        table.c.candidate == sa.bindparam("its_candidate"),
        table.c.fold == sa.bindparam("its_fold"),
    )


def _its(fit: tuple[int, int]) -> dict[str, int]:
    return {"its_candidate": fit[0], "its_fold": fit[1]}


def _parse_loss(loss: float | None) -> float:
    return math.nan if loss is None else loss
