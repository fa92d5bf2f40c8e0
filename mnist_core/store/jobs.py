"""Jobs of other kinds than searches: rows in the table of runs, with wishes that change meanwhile."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from mnist_core.ground.errors import RunError
from mnist_core.network.history import REFIT_FOLD, EpochRecord
from mnist_core.store.queue import last_place, make_id, queue_again
from mnist_core.store.reading import HAS_PLACE, IS_SEARCH, parse_time
from mnist_core.store.rows import RunState, now
from mnist_core.store.tables import RUNS
from mnist_core.store.trainings import Trainings

_RESUMABLE = [state for state in RunState if state.is_resumable]


@dataclass(frozen=True)
class JobRow:
    """A job as the store has it; times are UTC.

    Attributes
    ----------
    kind : str
        Names the function that carries it out.
    settings : dict
        What it was asked for at its beginning; plain JSON values, and never changed.
    wishes : dict
        What its user wants of it now; plain JSON values.
    n_wishes : int
        How often that has changed.
    progress : float or None
        How far it has come, 0 to 1; None where it does not tell.
    owner : str or None
        Who carries it out, or did so last.
    is_waiting : bool
        Whether a process may take it.
    outcome : dict or None
        What it came to.
    """

    id: str
    kind: str
    name: str
    state: RunState
    settings: dict[str, Any]
    wishes: dict[str, Any]
    n_wishes: int
    progress: float | None
    dataset_name: str
    fingerprint: str
    created: datetime
    ended: datetime | None
    message: str
    owner: str | None
    is_waiting: bool
    outcome: dict[str, Any] | None


class Jobs(Trainings):
    """What users and processes do with jobs.

    Asked for by id, what other parts of the store have for runs goes for jobs too: `beat`, `pause_run`,
    `release_run`, `request_pause`, `request_resume`, `request_cancel`, `rename_run`, `delete_run`.
    """

    def add_job(
        self,
        kind: str,
        settings: Mapping[str, Any],
        *,
        name: str,
        dataset_name: str = "",
        fingerprint: str = "",
        wishes: Mapping[str, Any] | None = None,
        job_id: str | None = None,
    ) -> str:
        """Ask for a job and return its id, a new one of `make_id`; it waits until a process takes it."""
        job_id, created = job_id or make_id(), now().timestamp()
        row = {
            "id": job_id,
            "kind": kind,
            "name": name,
            "state": RunState.QUEUED,
            "plan": dict(settings),
            "wishes": dict(wishes or {}),
            "dataset_name": dataset_name,
            "fingerprint": fingerprint,
            "n_fits": 0,
            "created": created,
            "queue_position": last_place(),
            "message": "starting",
        }
        self._write(sa.insert(RUNS).values(row))
        return job_id

    def get_job(self, job_id: str) -> JobRow:
        """Read a job.

        Raises
        ------
        RunError
            If there is none of that id.
        """
        rows = self._read_jobs(RUNS.c.id == job_id)
        if not rows:
            raise RunError(f"There is no job {job_id!r}: look at the list of them for their ids.")
        return rows[0]

    def list_jobs(self, kind: str) -> list[JobRow]:
        """Read all jobs of a kind, the latest first."""
        return self._read_jobs(RUNS.c.kind == kind)

    def list_waiting_jobs(self) -> list[JobRow]:
        """Read the jobs that no process has taken, those whose process is gone among them."""
        return self._read_jobs(HAS_PLACE)

    def claim_job(self, job_id: str) -> JobRow | None:
        """Take a job that waits, to carry it out; None where it does not wait, or another was faster."""
        self.mark_silent_runs()
        found = self._claim(HAS_PLACE & ~IS_SEARCH & (RUNS.c.id == job_id))
        return None if found is None else self.get_job(found)

    def wish(self, job_id: str, **wishes: Any) -> None:
        """Change what a user wants of a job; one that rests or has stopped waits for a process again.

        Raises
        ------
        RunError
            If there is no such job, or it is done.
        """
        columns = sa.select(RUNS.c.wishes, RUNS.c.state).where(RUNS.c.id == job_id, ~IS_SEARCH)
        with self._writing() as connection:
            row = connection.execute(columns.with_for_update()).one_or_none()
            if row is None or row.state == RunState.DONE:
                raise RunError(
                    f"Only a job that is not done takes wishes, but {job_id} is none: start another."
                )
            values = {"wishes": row.wishes | wishes, "n_wishes": RUNS.c.n_wishes + 1}
            if row.state in _RESUMABLE:
                values |= queue_again()
            connection.execute(sa.update(RUNS).where(RUNS.c.id == job_id).values(values))

    def rest_job(self, job_id: str, n_wishes: int, message: str) -> bool:
        """Let a job of one's own wait for its next wish, without a process; say whether it does.

        It does not where its wishes have changed since they were read, or it is to be stopped.
        """
        is_content = (RUNS.c.n_wishes == n_wishes) & (RUNS.c.state == RunState.RUNNING)
        query = sa.update(RUNS).where(RUNS.c.id == job_id, RUNS.c.owner == self._owner, is_content)
        values = {"state": RunState.PAUSED, "message": message, "ended": now().timestamp()}
        return self._write(query.values(values)) == 1

    def note_progress(self, job_id: str, message: str, progress: float | None = None) -> None:
        """Record what a job of one's own does, and how far it has come.

        Raises
        ------
        RunLostError
            If the job belongs to another by now.
        """
        with self._writing() as connection:
            self._hold(connection, job_id, {"message": message, "progress": progress})

    def add_job_epochs(self, job_id: str, records: Sequence[EpochRecord]) -> None:
        """Record epochs of the one network that a job trains; `read_epochs` reads them.

        Raises
        ------
        RunLostError
            If the job belongs to another by now.
        """
        self.add_epochs(job_id, [(0, REFIT_FOLD, record) for record in records])

    def trim_job_epochs(self, job_id: str, n_kept: int) -> None:
        """Forget the epochs of a job of one's own behind the first so many."""
        self.trim_fits(job_id, {(0, REFIT_FOLD): n_kept})

    def end_job(self, job_id: str, outcome: Mapping[str, Any]) -> None:
        """Record that a job is done, and what it came to.

        Raises
        ------
        RunLostError
            If the job belongs to another by now.
        """
        values = {"state": RunState.DONE, "message": "done", "progress": 1.0, "outcome": dict(outcome)}
        self._end(job_id, values)

    def _read_jobs(self, where: Any) -> list[JobRow]:
        query = sa.select(RUNS).where(where, ~IS_SEARCH).order_by(RUNS.c.created.desc())
        with self._reading() as connection:
            return [_parse_job(row) for row in connection.execute(query)]


def _parse_job(row: Any) -> JobRow:
    return JobRow(
        id=row.id,
        kind=row.kind,
        name=row.name,
        state=RunState(row.state),
        settings=row.plan,
        wishes=row.wishes,
        n_wishes=row.n_wishes,
        progress=row.progress,
        dataset_name=row.dataset_name,
        fingerprint=row.fingerprint,
        created=datetime.fromtimestamp(row.created, UTC),
        ended=parse_time(row.ended),
        message=row.message,
        owner=row.owner,
        is_waiting=row.queue_position is not None,
        outcome=row.outcome,
    )
