"""The history of work: searched, named, tagged, removed."""

import shutil
from collections.abc import Collection, Iterable
from typing import Any

import sqlalchemy as sa

from mnist_core.ground.errors import RunError
from mnist_core.ground.settings import Settings
from mnist_core.store.database import Database
from mnist_core.store.reading import IS_SEARCH, check_yours, read_rows, read_state
from mnist_core.store.rows import WorkRow, WorkState
from mnist_core.store.tables import EPOCHS, FITS, MARKS, RUNS

_MOST_LETTERS = 200  # of a name, as many as its column holds
_MOST_TAG_LETTERS = 40
_MOST_TAGS = 20


def find_searches(
    store: Database, text: str = "", tags: Collection[str] = (), states: Collection[WorkState] = ()
) -> list[WorkRow]:
    """Read the searches that fit, the latest first; large and small letters are the same.

    Parameters
    ----------
    text : str
        Every word of it must be part of the name, the id, the data set's name or a tag.
    tags : collection of str
        Tags that a run must all have.
    states : collection of WorkState
        States of which a run must have one; none given allows all.
    """
    columns = (RUNS.c.id, RUNS.c.name, RUNS.c.dataset_name, RUNS.c.tags, RUNS.c.state)
    words, wanted = text.casefold().split(), {tag.casefold() for tag in tags}
    with store.reading() as connection:
        found = [
            row.id
            for row in connection.execute(sa.select(*columns).where(store.reads))
            if (not states or row.state in states) and _is_found(row, words, wanted)
        ]
    return read_rows(store, IS_SEARCH & RUNS.c.id.in_(found)) if found else []


def list_tags(store: Database) -> list[str]:
    """Read the tags that are in use, in order of the alphabet."""
    with store.reading() as connection:
        tags = {
            tag for row in connection.execute(sa.select(RUNS.c.tags).where(store.changes)) for tag in row.tags
        }
    return sorted(tags, key=lambda tag: (tag.casefold(), tag))


def rename_work(store: Database, work_id: str, name: str) -> None:
    """Give a run another name.

    Raises
    ------
    RunError
        If the name is empty or too long, or there is no such run.
    """
    name = " ".join(name.split())
    if not 1 <= len(name) <= _MOST_LETTERS:
        raise RunError(f"A name needs 1 to {_MOST_LETTERS} letters, but has {len(name)}: choose another.")
    _change(store, work_id, {"name": name})


def set_tags(store: Database, work_id: str, tags: Iterable[str]) -> None:
    """File a run under these tags instead of those that it had.

    Raises
    ------
    RunError
        If a tag is too long or there are too many, or there is no such run.
    """
    kept = {tag.casefold(): tag for tag in (" ".join(tag.split()) for tag in tags) if tag}
    long = [tag for tag in kept.values() if len(tag) > _MOST_TAG_LETTERS]
    if long:
        raise RunError(f"A tag has at most {_MOST_TAG_LETTERS} letters, but {long[0]!r} has more: cut it.")
    if len(kept) > _MOST_TAGS:
        raise RunError(f"A run has at most {_MOST_TAGS} tags, but got {len(kept)}: leave some out.")
    _change(store, work_id, {"tags": list(kept.values())})


def delete_work(store: Database, work_id: str) -> None:
    """Remove a run with its fits, epochs and marks; the model that it saved stays.

    Raises
    ------
    RunError
        If it goes on or waits in the queue, or there is none of that id.
    """
    check_yours(store, work_id)
    state = read_state(store, work_id)
    inactive = [state for state in WorkState if not state.is_active]
    with store.writing() as connection:
        # Also keeps workers from it until it is gone.
        still = sa.update(RUNS).where(RUNS.c.id == work_id, RUNS.c.state.in_(inactive), store.changes)
        if connection.execute(still.values(queue_position=None)).rowcount == 0:
            raise RunError(f"A run that is {state} cannot be deleted: cancel {work_id} first.")
        for table in (EPOCHS, FITS, MARKS):
            connection.execute(sa.delete(table).where(table.c.run_id == work_id))
        connection.execute(sa.delete(RUNS).where(RUNS.c.id == work_id))


def remove_work(store: Database, work_id: str, settings: Settings) -> None:
    """Remove work as `delete_work` does, and its table, checkpoints and log."""
    delete_work(store, work_id)
    shutil.rmtree(settings.runs_folder / work_id, ignore_errors=True)
    (settings.logs_folder / f"{work_id}.log").unlink(missing_ok=True)


def _change(store: Database, work_id: str, values: dict[str, Any]) -> None:
    if store.write(sa.update(RUNS).where(RUNS.c.id == work_id, store.changes).values(values)) == 0:
        check_yours(store, work_id)  # says that there is none, or whose it is


def _is_found(row: Any, words: Iterable[str], tags: Collection[str]) -> bool:
    its_tags = [tag.casefold() for tag in row.tags]
    text = "\n".join([row.name, row.id, row.dataset_name, *its_tags]).casefold()
    return all(word in text for word in words) and all(tag in its_tags for tag in tags)
