"""All trainings of a search as one table: seed, fold, epochs, seconds, score, and where the model is."""

import csv
import io
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from mnist_core.ground.spreadsheets import guard_word
from mnist_core.network.history import REFIT_FOLD
from mnist_core.store.candidate_rows import AXES, list_axes
from mnist_core.store.database import Database
from mnist_core.store.epochs import read_fits
from mnist_core.store.marks import NO_MARK, read_marks
from mnist_core.store.reading import get_search
from mnist_core.store.rows import WorkRow
from mnist_core.store.tables import EPOCHS

REFIT = "refit"
"""The fold of the winner's retraining on all training images."""

_OF_FIT = ("split_seed", "fold", "state", "epochs", "best_epoch", "score", "seconds", "model", "flag", "note")
FIT_COLUMNS = ("run", "candidate", "network", *AXES, *_OF_FIT)


def list_fit_rows(store: Database, run_id: str) -> list[dict[str, Any]]:
    """List the trainings that a search has begun or dropped, by candidate and fold; see `FIT_COLUMNS`.

    Candidates and folds count from 0, as `split0_test_score` does. The score is the accuracy on the fold that
    was left out, of the retrained winner that on the held-out images; the best epoch has the lowest
    validation loss. Only the winner is kept as a model.

    Raises
    ------
    RunError
        If there is no such search.
    """
    run, marks, best = get_search(store, run_id), read_marks(store, run_id), _read_best_epochs(store, run_id)
    axes, found = list_axes(run.plan), run.found
    rows = []
    for fit in read_fits(store, run_id):
        if fit.candidate >= len(axes):  # read later than the plan, and drawn meanwhile
            continue
        mark, is_refit = marks.get(fit.candidate, NO_MARK), fit.fold == REFIT_FOLD
        ended = {"score": fit.score, "model": ""}
        if is_refit and found is not None:
            ended = {"score": found.test_accuracy, "model": _name_model(store, run, found.model)}
        row = {
            "run": run_id,
            "candidate": fit.candidate,
            **axes[fit.candidate],
            "split_seed": run.plan.split_seed,
            "fold": REFIT if is_refit else fit.fold,
            "state": fit.state.value,
            "epochs": fit.n_epochs,
            "best_epoch": best.get((fit.candidate, fit.fold)),
            "seconds": round(fit.seconds, 3),
            "flag": int(mark.is_flagged),
            "note": mark.note,
            **ended,
        }
        rows.append({name: row[name] for name in FIT_COLUMNS})
    return rows


def write_fits(store: Database, run_id: str) -> bytes:
    """Write the trainings of a search as CSV, in which no word is a formula; raises as `list_fit_rows`."""
    table = io.StringIO()
    writer = csv.DictWriter(table, FIT_COLUMNS, lineterminator="\n")
    writer.writeheader()
    for row in list_fit_rows(store, run_id):
        writer.writerow({name: guard_word(value) for name, value in row.items()})
    return table.getvalue().encode()


def _name_model(store: Database, run: WorkRow, model: str) -> str:
    """Name the folder of a model, to others by its name alone."""
    return model if store.space in (None, run.space) else Path(model).name


def _read_best_epochs(store: Database, run_id: str) -> dict[tuple[int, int], int]:
    """Read the epoch with the lowest validation loss of each training, the first of equals."""
    # A loss that is no number, which SQLite has as none, comes last.
    order = (EPOCHS.c.valid_loss.is_(None), EPOCHS.c.valid_loss, EPOCHS.c.epoch)
    place = sa.func.row_number().over(partition_by=(EPOCHS.c.candidate, EPOCHS.c.fold), order_by=order)
    placed = (
        sa.select(EPOCHS.c.candidate, EPOCHS.c.fold, EPOCHS.c.epoch, place.label("place"))
        .where(EPOCHS.c.run_id == run_id, store.reads_run(run_id))
        .subquery()
    )
    with store.reading() as connection:
        rows = connection.execute(sa.select(placed).where(placed.c.place == 1))
        return {(row.candidate, row.fold): row.epoch for row in rows}
