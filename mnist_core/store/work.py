"""A job as the function that carries it out sees it: what to do, and the way back to its users."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event, Thread

from mnist_core.ground.errors import RunError, RunStoppedError
from mnist_core.ground.settings import Settings
from mnist_core.store.claims import lost
from mnist_core.store.jobs import JobRow, Jobs
from mnist_core.store.owner import HEARTBEAT_EVERY_S
from mnist_core.store.rows import RunState


class JobWork:
    """A claimed job.

    Parameters
    ----------
    store : Jobs
        The store that claimed it.
    job : JobRow
        As `claim_job` returned it.
    settings : Settings
        Names the folders.
    stop : Event
        Once it is set, the process is to end.
    """

    def __init__(self, store: Jobs, job: JobRow, settings: Settings, stop: Event) -> None:
        self.store = store
        self.job = job
        self.settings = settings
        self._stop = stop

    @property
    def folder(self) -> Path:
        """Where the job keeps what it makes; removed with the job. It may not exist yet."""
        return self.settings.runs_folder / self.job.id

    def look(self) -> JobRow:
        """Read the job anew, with the wishes of now; to be called often.

        Raises
        ------
        RunStoppedError
            If it is to be paused or cancelled, or its process is to end; let it pass.
        RunLostError
            If it belongs to another process by now; let it pass too.
        """
        owner, self.job = self.job.owner, self.store.get_job(self.job.id)
        if self.job.owner != owner:
            raise lost(self.job.id)
        if self._stop.is_set() or self.job.state is not RunState.RUNNING:
            raise RunStoppedError(f"The job {self.job.id} is {self.job.state}.")
        return self.job

    def wait(self, seconds: float) -> None:
        """Wait some seconds, less where the process is to end."""
        self._stop.wait(seconds)

    def tell(self, message: str, progress: float | None = None) -> None:
        """Tell users what it does, and how far it has come, 0 to 1."""
        self.store.note_progress(self.job.id, message, progress)


@contextmanager
def beating(store: Jobs, job_id: str) -> Iterator[None]:
    """Give signs of life of a job from a thread, so that who carries it out may take its time."""
    over = Event()

    def beat() -> None:
        while not over.wait(HEARTBEAT_EVERY_S):
            with suppress(RunError):  # who carries it out learns of it with what it writes next
                store.beat(job_id)

    thread = Thread(target=beat, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
