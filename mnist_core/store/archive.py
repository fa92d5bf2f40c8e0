"""The history of runs: searched, named, tagged, deleted."""

from collections.abc import Collection, Iterable
from typing import Any

import sqlalchemy as sa

from mnist_core.ground.errors import RunError
from mnist_core.store.reading import RunReading
from mnist_core.store.rows import RunRow, RunState
from mnist_core.store.tables import EPOCHS, FITS, RUNS

_MOST_LETTERS = 200  # of a name, as many as its column holds
_MOST_TAG_LETTERS = 40
_MOST_TAGS = 20


class Archive(RunReading):
    """What users do with the list of their runs."""

    def search_runs(
        self, text: str = "", tags: Collection[str] = (), states: Collection[RunState] = ()
    ) -> list[RunRow]:
        """Read the runs that fit, the latest first; large and small letters are the same.

        Parameters
        ----------
        text : str
            Every word of it must be part of the name, the id, the data set's name or a tag.
        tags : collection of str
            Tags that a run must all have.
        states : collection of RunState
            States of which a run must have one; none given allows all.
        """
        columns = (RUNS.c.id, RUNS.c.name, RUNS.c.dataset_name, RUNS.c.tags, RUNS.c.state)
        words, wanted = text.casefold().split(), {tag.casefold() for tag in tags}
        with self._reading() as connection:
            found = [
                row.id
                for row in connection.execute(sa.select(*columns))
                if (not states or row.state in states) and _is_found(row, words, wanted)
            ]
        return self._read_runs(RUNS.c.id.in_(found)) if found else []

    def list_tags(self) -> list[str]:
        """Read the tags that are in use, in order of the alphabet."""
        with self._reading() as connection:
            tags = {tag for row in connection.execute(sa.select(RUNS.c.tags)) for tag in row.tags}
        return sorted(tags, key=lambda tag: (tag.casefold(), tag))

    def rename_run(self, run_id: str, name: str) -> None:
        """Give a run another name.

        Raises
        ------
        RunError
            If the name is empty or too long, or there is no such run.
        """
        name = " ".join(name.split())
        if not 1 <= len(name) <= _MOST_LETTERS:
            raise RunError(f"A name needs 1 to {_MOST_LETTERS} letters, but has {len(name)}: choose another.")
        self._change(run_id, {"name": name})

    def set_tags(self, run_id: str, tags: Iterable[str]) -> None:
        """File a run under these tags instead of those that it had.

        Raises
        ------
        RunError
            If a tag is too long or there are too many, or there is no such run.
        """
        kept = {tag.casefold(): tag for tag in (" ".join(tag.split()) for tag in tags) if tag}
        long = [tag for tag in kept.values() if len(tag) > _MOST_TAG_LETTERS]
        if long:
            raise RunError(
                f"A tag has at most {_MOST_TAG_LETTERS} letters, but {long[0]!r} has more: cut it."
            )
        if len(kept) > _MOST_TAGS:
            raise RunError(f"A run has at most {_MOST_TAGS} tags, but got {len(kept)}: leave some out.")
        self._change(run_id, {"tags": list(kept.values())})

    def delete_run(self, run_id: str) -> None:
        """Remove a run with its fits and epochs; the model that it saved stays.

        Raises
        ------
        RunError
            If it goes on or waits in the queue, or there is none of that id.
        """
        state = self.read_state(run_id)
        inactive = [state for state in RunState if not state.is_active]
        with self._writing() as connection:
            # Also keeps workers from it until it is gone.
            still = sa.update(RUNS).where(RUNS.c.id == run_id, RUNS.c.state.in_(inactive))
            if connection.execute(still.values(queue_position=None)).rowcount == 0:
                raise RunError(f"A run that is {state} cannot be deleted: cancel {run_id} first.")
            for table in (EPOCHS, FITS):
                connection.execute(sa.delete(table).where(table.c.run_id == run_id))
            connection.execute(sa.delete(RUNS).where(RUNS.c.id == run_id))

    def _change(self, run_id: str, values: dict[str, Any]) -> None:
        if self._write(sa.update(RUNS).where(RUNS.c.id == run_id).values(values)) == 0:
            self.read_state(run_id)  # says that there is none


def _is_found(row: Any, words: Iterable[str], tags: Collection[str]) -> bool:
    its_tags = [tag.casefold() for tag in row.tags]
    text = "\n".join([row.name, row.id, row.dataset_name, *its_tags]).casefold()
    return all(word in text for word in words) and all(tag in its_tags for tag in tags)
