"""What users say of the candidates of a search: a flag, and a note."""

from dataclasses import dataclass

import sqlalchemy as sa

from mnist_core.ground.errors import RunError
from mnist_core.network.plan import SearchPlan
from mnist_core.store.database import Database
from mnist_core.store.reading import IS_SEARCH, check_yours, get_search
from mnist_core.store.tables import MARKS, RUNS

MOST_LETTERS = 500
"""Of a note."""


@dataclass(frozen=True)
class Mark:
    """What is said of a candidate; a candidate of which nothing is said has an empty one."""

    is_flagged: bool = False
    note: str = ""


NO_MARK = Mark()


def read_marks(store: Database, run_id: str) -> dict[int, Mark]:
    """Read what is said of a run's candidates, by their numbers."""
    query = sa.select(MARKS).where(MARKS.c.run_id == run_id, store.reads_run(run_id))
    with store.reading() as connection:
        rows = connection.execute(query.order_by(MARKS.c.candidate)).all()
    return {row.candidate: Mark(row.is_flagged, row.note) for row in rows}


def mark_candidate(
    store: Database, run_id: str, number: int, *, is_flagged: bool | None = None, note: str | None = None
) -> Mark:
    """Say something of a candidate of a search, and return what is said of it then.

    Parameters
    ----------
    store : Database
        Has the run, which must be of its space.
    run_id : str
        The search.
    number : int
        The candidate's, from 0.
    is_flagged, note
        What is said; None leaves it as it was, an empty note takes one away.

    Raises
    ------
    RunError
        If there is no such search or candidate, it is another person's, or the note is too long.
    """
    note = None if note is None else _tidy(note)
    check_yours(store, run_id)
    get_search(store, run_id)
    of_run = (RUNS.c.id == run_id) & IS_SEARCH & store.changes
    its = (MARKS.c.run_id == run_id) & (MARKS.c.candidate == number)
    with store.writing() as connection:
        # The row of the run is locked: who marks at once waits.
        plan = connection.execute(sa.select(RUNS.c.plan).where(of_run).with_for_update()).scalar_one()
        _check_number(number, SearchPlan.from_values(plan).n_candidates)
        before = connection.execute(sa.select(MARKS.c.is_flagged, MARKS.c.note).where(its)).one_or_none()
        old = NO_MARK if before is None else Mark(*before)
        mark = Mark(old.is_flagged if is_flagged is None else is_flagged, old.note if note is None else note)
        connection.execute(sa.delete(MARKS).where(its))
        if mark != NO_MARK:
            row = {"run_id": run_id, "candidate": number, **vars(mark)}
            connection.execute(sa.insert(MARKS).values(row))
    return mark


def _tidy(note: str) -> str:
    words = " ".join(note.split())
    note = "".join(letter for letter in words if letter.isprintable())
    if len(note) > MOST_LETTERS:
        raise RunError(f"A note has at most {MOST_LETTERS} letters, but this one has {len(note)}: cut it.")
    return note


def _check_number(number: int, n_candidates: int) -> None:
    if not 0 <= number < n_candidates:
        raise RunError(
            f"A candidate's number is from 0 to {n_candidates - 1:,} in this run, but is {number}: list the "
            "run to see them."
        )
