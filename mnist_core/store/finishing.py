"""The wish that candidates which a race has dropped are trained to their end nevertheless."""

from collections.abc import Iterable
from dataclasses import replace

import sqlalchemy as sa

from mnist_core.ground.errors import RunError
from mnist_core.store.database import Database
from mnist_core.store.queue import add_job
from mnist_core.store.reading import IS_SEARCH, get_search
from mnist_core.store.rows import SEARCH, WorkRow, WorkState
from mnist_core.store.tables import RUNS

_FINISH, _AFTER = "finish", "after"


def request_finish(store: Database, run_id: str, numbers: Iterable[int]) -> str:
    """Ask that dropped candidates are trained to their end, and return the run that does it.

    A run that is not done does it itself, at once or when it goes on. What is done stays as it is: a new run
    takes over all that it has measured, and goes on from there.

    Raises
    ------
    RunError
        If there is no such run, or it belongs to somebody else.
    PersonError
        As `add_job` does, where there is a new run.
    """
    query = sa.select(RUNS.c.wishes, RUNS.c.state).where(RUNS.c.id == run_id, IS_SEARCH, store.changes)
    with store.writing() as connection:
        row = connection.execute(query.with_for_update()).one_or_none()
        if row is None:
            raise RunError(f"There is no run {run_id!r} that is yours: list the runs to see their ids.")
        finish = sorted({*row.wishes.get(_FINISH, ()), *numbers})
        if row.state != WorkState.DONE:
            wishes = {"wishes": row.wishes | {_FINISH: finish}, "n_wishes": RUNS.c.n_wishes + 1}
            connection.execute(sa.update(RUNS).where(RUNS.c.id == run_id).values(wishes))
            return run_id
    return _add_following(store, get_search(store, run_id), finish)


def _add_following(store: Database, run: WorkRow, finish: list[int]) -> str:
    words = f"{len(finish)} finished" if len(finish) > 1 else f"{run.plan.candidates()[finish[0]]} finished"
    return add_job(
        store,
        SEARCH,
        replace(run.plan, out=None).values(),  # where the first one has written, it stays
        name=f"{run.name.removesuffix(_tell_suffix(run))} ({words})",
        dataset_name=run.dataset_name,
        fingerprint=run.fingerprint,
        wishes={_FINISH: finish, _AFTER: run.id},
        n_fits=run.n_fits,
        message="waits for the worker; it takes over what was measured",
    )


def _tell_suffix(run: WorkRow) -> str:
    """Return what the name of a run ends with that has finished some itself."""
    return run.name[run.name.rindex(" (") :] if find_source(run) and " (" in run.name else ""


def list_to_finish(run: WorkRow) -> tuple[int, ...]:
    """List the candidates that a run is to train to their end, dropped or not."""
    return tuple(run.wishes.get(_FINISH, ()))


def find_source(run: WorkRow) -> str | None:
    """Return the id of the run whose measurements another takes over; None where it begins anew."""
    source: str | None = run.wishes.get(_AFTER)
    return source
