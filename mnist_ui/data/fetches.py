"""What the server fetches for its tabs: one download a public set, beside the pages, whoever looks on."""

from dataclasses import dataclass
from pathlib import Path
from threading import Lock, Thread

import streamlit as st

from mnist_core.data.fetching import PublicSet, fetch_files
from mnist_core.ground.errors import FetchError

_MEGABYTE = 1e6


@dataclass(frozen=True)
class Progress:
    """How far a download is.

    Attributes
    ----------
    share : float
        Of the file that comes now, 0 to 1.
    words : str
        The same in words.
    is_done : bool
        Whether it has come to its end.
    trouble : BaseException or None
        Why it ended without its files.
    """

    share: float = 0.0
    words: str = "Looking for a mirror …"
    is_done: bool = False
    trouble: BaseException | None = None


class Fetch:
    """A download that goes on by itself, also where its tab is closed.

    Attributes
    ----------
    progress : Progress
        As of now; another object each time.
    """

    def __init__(self, public: PublicSet, folder: Path) -> None:
        self.progress = Progress()
        self._public, self._folder = public, folder
        self._is_stopped = False
        # A daemon: the server need not wait for it to end; what has come is gone on with later.
        Thread(target=self._run, name=f"fetch-{public.name}", daemon=True).start()

    def stop(self) -> None:
        """Let it end before its files are whole, for all who wait for it."""
        self._is_stopped = True

    def _run(self) -> None:
        try:
            fetch_files(self._public, self._folder, self._report)
        except BaseException as error:  # whoever waits is told
            self.progress = Progress(is_done=True, trouble=error)
        else:
            self.progress = Progress(1.0, is_done=True)

    def _report(self, name: str, done: int, whole: int) -> None:
        if self._is_stopped:
            raise FetchError(
                f"Fetching {self._public.title} was stopped: what has come is kept, and the next try goes on "
                "from there."
            )
        words = f"{name}: {done / _MEGABYTE:.1f} of {whole / _MEGABYTE:.1f} MB"
        self.progress = Progress(done / whole if whole else 0.0, words)


class Fetches:
    """The downloads of a server, by folder and set."""

    def __init__(self) -> None:
        self._running: dict[tuple[Path, str], Fetch] = {}
        self._lock = Lock()

    def start(self, public: PublicSet, folder: Path) -> Fetch:
        """Start to fetch a set, or join in where it is being fetched."""
        key = folder, public.name
        with self._lock:
            running = self._running.get(key)
            if running is None or running.progress.is_done:
                running = self._running[key] = Fetch(public, folder)
            return running


@st.cache_resource(show_spinner=False)
def find_fetches() -> Fetches:
    """Return the downloads of this server."""
    return Fetches()
