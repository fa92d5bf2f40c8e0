"""Work as the function that carries it out sees it: what to do, and the way back to its users."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread

from mnist_core.ground.errors import RunError, RunStoppedError
from mnist_core.ground.settings import Settings
from mnist_core.network.history import REFIT_FOLD, EpochRecord
from mnist_core.store.claims import beat, lost
from mnist_core.store.database import Database
from mnist_core.store.epochs import record, trim_fits
from mnist_core.store.owner import HEARTBEAT_EVERY_S
from mnist_core.store.reading import get_work
from mnist_core.store.rows import WorkRow, WorkState

_ONLY_FIT = (0, REFIT_FOLD)


@dataclass(frozen=True)
class Turn:
    """What a process gives to some work, and for how long.

    Attributes
    ----------
    stop : Event
        Once it is set, the process is to end.
    gives_way : Event
        Once it is set, the work is to wait for its next turn, as others wait.
    n_processes : int or None
        As many as a search may use side by side; None as many as it is planned with.
    """

    stop: Event = field(default_factory=Event)
    gives_way: Event = field(default_factory=Event)
    n_processes: int | None = None


class Job:
    """Claimed work.

    Parameters
    ----------
    store : Database
        The one that claimed it.
    row : WorkRow
        As `claim` returned it.
    settings : Settings
        Names the folders.
    turn : Turn
        What its process gives to it.
    """

    def __init__(self, store: Database, row: WorkRow, settings: Settings, turn: Turn) -> None:
        self.store = store
        self.row = row
        self.settings = settings
        self.turn = turn

    @property
    def folder(self) -> Path:
        """Where it keeps what it makes; removed with it. It may not exist yet."""
        return self.settings.runs_folder / self.row.id

    def look(self) -> WorkRow:
        """Read it anew, with the wishes of now; to be called often.

        Raises
        ------
        RunStoppedError
            If it is to be paused or cancelled, or its process is to end; let it pass.
        RunLostError
            If it belongs to another process by now; let it pass too.
        """
        owner, self.row = self.row.owner, get_work(self.store, self.row.id)
        if self.row.owner != owner:
            raise lost(self.row.id)
        if self.turn.stop.is_set() or self.row.state is not WorkState.RUNNING:
            raise RunStoppedError(f"The job {self.row.id} is {self.row.state}.")
        return self.row

    def wait(self, seconds: float) -> None:
        """Wait some seconds, less where the process is to end."""
        self.turn.stop.wait(seconds)

    def tell(self, message: str, progress: float | None = None) -> None:
        """Tell users what it does, and how far it has come, 0 to 1."""
        beat(self.store, self.row.id, message, progress)

    def add_epochs(self, epochs: Sequence[EpochRecord]) -> None:
        """Record epochs of the one network that it trains; `read_epochs` reads them."""
        record(self.store, self.row.id, [(*_ONLY_FIT, epoch) for epoch in epochs])

    def trim_epochs(self, n_kept: int) -> None:
        """Forget its epochs behind the first so many."""
        trim_fits(self.store, self.row.id, {_ONLY_FIT: n_kept})


@contextmanager
def beating(store: Database, work_id: str) -> Iterator[None]:
    """Give signs of life of some work from a thread, so that who carries it out may take its time."""
    over = Event()

    def keep_beating() -> None:
        while not over.wait(HEARTBEAT_EVERY_S):
            with suppress(RunError):  # who carries it out learns of it with what it writes next
                beat(store, work_id)

    thread = Thread(target=keep_beating, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
