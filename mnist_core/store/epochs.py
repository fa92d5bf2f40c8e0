"""Trainings within work and their epochs: written by who carries it out, read by pages.

Who writes to work that belongs to another by now is refused with `RunLostError`.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from mnist_core.network.history import EpochRecord
from mnist_core.store.claims import hold
from mnist_core.store.database import Database
from mnist_core.store.rows import EpochRow, FitRow, FitState
from mnist_core.store.tables import EPOCHS, FITS, RUNS

FitEpoch = tuple[int, int, EpochRecord]
"""An epoch that has ended, with its candidate and fold."""
FitScore = tuple[int, int, float]
"""A score, with its candidate and fold."""


class EpochAccuracy(NamedTuple):
    """Of one epoch of one training what its curve needs: pages read a hundred thousand of them."""

    id: int
    candidate: int
    fold: int
    epoch: int
    accuracy: float


_INSERTS: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
_EPOCH_COLUMNS = [column for column in EPOCHS.c if column.name != "run_id"]
_FIT_KEY = ("run_id", "candidate", "fold")
_EPOCH_KEY = (*_FIT_KEY, "epoch")


def record(
    store: Database,
    work_id: str,
    epochs: Sequence[FitEpoch] = (),
    scores: Sequence[FitScore] = (),
    dropped: Sequence[tuple[int, int]] = (),
) -> None:
    """Record epochs that have ended, and scores of trainings on the folds that they left out, all or nothing.

    An epoch that comes again replaces what was recorded of it and keeps its id. What was dropped, a candidate
    and a fold each, whether it had begun there or not, is in training again once an epoch of it comes.
    """
    left = sa.update(FITS).where(*_name_fit(FITS, work_id), FITS.c.state == FitState.RUNNING)
    ended = sa.update(FITS).where(*_name_fit(FITS, work_id))
    ended = ended.values(state=FitState.DONE, score=sa.bindparam("new_score"))
    rows = [
        {"run_id": work_id, "candidate": candidate, "fold": fold, **asdict(one)}
        for candidate, fold, one in epochs
    ]
    with store.writing() as connection:
        hold(store, connection, work_id, {})
        if rows:
            connection.execute(_upsert(connection, EPOCHS, _EPOCH_KEY), rows)
            _count_epochs(connection, work_id, {(candidate, fold) for candidate, fold, _ in epochs})
        if scores:
            connection.execute(ended, [{**_its(fit), "new_score": score} for *fit, score in scores])
        if dropped:
            connection.execute(left.values(state=FitState.DROPPED), [_its(fit) for fit in dropped])
            connection.execute(_insert_dropped(connection), [_name_dropped(work_id, fit) for fit in dropped])


def _insert_dropped(connection: sa.Connection) -> Any:
    """Insert fits that were dropped before they had begun."""
    return _INSERTS[connection.dialect.name](FITS).on_conflict_do_nothing(index_elements=list(_FIT_KEY))


def _name_dropped(work_id: str, fit: tuple[int, int]) -> dict[str, Any]:
    candidate, fold = fit
    return {"run_id": work_id, "candidate": candidate, "fold": fold, "state": FitState.DROPPED}


def note_drawn(store: Database, work_id: str, candidates: Sequence[Mapping[str, Any]]) -> None:
    """Note in the plan of a search of one's own which candidates it has drawn so far."""
    query = sa.select(RUNS.c.plan).where(RUNS.c.id == work_id)
    with store.writing() as connection:
        hold(store, connection, work_id, {})
        plan = connection.execute(query).scalar_one()
        hold(store, connection, work_id, {"plan": plan | {"drawn": [dict(one) for one in candidates]}})


def trim_fits(store: Database, work_id: str, kept: Mapping[tuple[int, int], int]) -> None:
    """Forget what work will do again when it goes on from its checkpoints.

    Parameters
    ----------
    work_id : str
        Work of one's own.
    kept : mapping of (int, int) to int
        For each candidate and fold the number of epochs that stay. A fit that loses some is
        running again and has no score; one that is not named is removed with all its epochs.
    """
    with store.writing() as connection:
        hold(store, connection, work_id, {})
        query = sa.select(FITS.c.candidate, FITS.c.fold, FITS.c.n_epochs).where(FITS.c.run_id == work_id)
        before = {(row.candidate, row.fold): row.n_epochs for row in connection.execute(query)}
        losing = {fit: kept.get(fit, 0) for fit, n_epochs in before.items() if kept.get(fit, 0) < n_epochs}
        if losing:
            _trim_epochs(connection, work_id, losing)


def read_fits(store: Database, work_id: str) -> list[FitRow]:
    """Read the trainings of some work that have begun, in order of candidate and fold."""
    query = (
        sa.select(FITS)
        .where(FITS.c.run_id == work_id, store.reads_run(work_id))
        .order_by(FITS.c.candidate, FITS.c.fold)
    )
    with store.reading() as connection:
        rows = connection.execute(query).all()
    return [FitRow(r.candidate, r.fold, FitState(r.state), r.score, r.n_epochs, r.seconds) for r in rows]


def read_epochs(
    store: Database, work_id: str, since: int = 0, fits: Iterable[tuple[int, int]] | None = None
) -> list[EpochRow]:
    """Read the epochs of some work with an id above `since`, in the order in which they ended.

    `fits`, pairs of candidate and fold, narrows them to those trainings.
    """
    query = sa.select(*_EPOCH_COLUMNS).where(
        EPOCHS.c.run_id == work_id, EPOCHS.c.id > since, store.reads_run(work_id)
    )
    order: sa.ColumnElement[int] = EPOCHS.c.id
    if fits is not None:
        wanted = list(fits)
        query = query.where(EPOCHS.c.candidate.in_({candidate for candidate, _ in wanted}))
        query = query.where(sa.tuple_(EPOCHS.c.candidate, EPOCHS.c.fold).in_(wanted))
        order = order + 0  # else SQLite looks through all epochs of the run in their order
    with store.reading() as connection:
        rows = connection.execute(query.order_by(order)).all()
    return [
        EpochRow(number, candidate, fold, EpochRecord(epoch, _parse_loss(train), _parse_loss(valid), *rest))
        for number, candidate, fold, epoch, train, valid, *rest in rows
    ]


def read_accuracies(store: Database, work_id: str, since: int = 0) -> list[EpochAccuracy]:
    """Read the validation accuracies of some work, of epochs with an id above `since`, as these ended."""
    columns = (EPOCHS.c.id, EPOCHS.c.candidate, EPOCHS.c.fold, EPOCHS.c.epoch, EPOCHS.c.valid_accuracy)
    query = sa.select(*columns).where(
        EPOCHS.c.run_id == work_id, EPOCHS.c.id > since, store.reads_run(work_id)
    )
    with store.reading() as connection:
        return list(map(EpochAccuracy._make, connection.execute(query.order_by(EPOCHS.c.id))))


def _upsert(connection: sa.Connection, table: sa.Table, key: Sequence[str], source: Any = None) -> Any:
    """Insert rows; where the key is there already, replace all but the key, the id and a fit's state."""
    insert = _INSERTS[connection.dialect.name](table)
    if source is not None:
        insert = insert.from_select([column.name for column in source.selected_columns], source)
    kept = (*key, "id", "state", "score")
    values = {c.name: insert.excluded[c.name] for c in table.c if c.name not in kept}
    if table is FITS:
        is_dropped = FITS.c.state == FitState.DROPPED
        values["state"] = sa.case((is_dropped, FitState.RUNNING.value), else_=FITS.c.state)
    return insert.on_conflict_do_update(index_elements=list(key), set_=values)


def _count_epochs(connection: sa.Connection, work_id: str, fits: Iterable[tuple[int, int]]) -> None:
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
            EPOCHS.c.run_id == work_id,
            EPOCHS.c.candidate == sa.bindparam("its_candidate"),
            EPOCHS.c.fold == sa.bindparam("its_fold"),
        )
        .group_by(EPOCHS.c.run_id, EPOCHS.c.candidate, EPOCHS.c.fold)
    )
    connection.execute(_upsert(connection, FITS, _FIT_KEY, counted), [_its(fit) for fit in fits])


def _trim_epochs(connection: sa.Connection, work_id: str, losing: Mapping[tuple[int, int], int]) -> None:
    late = sa.delete(EPOCHS).where(EPOCHS.c.epoch > sa.bindparam("n_kept"), *_name_fit(EPOCHS, work_id))
    rows = [{**_its(fit), "n_kept": n_kept} for fit, n_kept in losing.items()]
    connection.execute(late, rows)
    # Those that keep some begin anew with these.
    connection.execute(sa.delete(FITS).where(*_name_fit(FITS, work_id)), [_its(fit) for fit in losing])
    _count_epochs(connection, work_id, losing)


def _name_fit(table: sa.Table, work_id: str) -> tuple[Any, ...]:
    return (
        table.c.run_id == work_id,
        table.c.candidate == sa.bindparam("its_candidate"),
        table.c.fold == sa.bindparam("its_fold"),
    )


def _its(fit: Sequence[int]) -> dict[str, int]:
    return {"its_candidate": fit[0], "its_fold": fit[1]}


def _parse_loss(loss: float | None) -> float:
    return math.nan if loss is None else loss
