"""Where the lab keeps its state: the `MNIST_LAB_*` environment variables."""

import os
import tempfile
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path

import platformdirs

from mnist_core.ground.errors import DataError, StorageError

_BESIDE = Path(__file__).resolve().parents[2]
_INSTALLED = _BESIDE / "mnist_lab"
PROJECT_FOLDER = _INSTALLED if _INSTALLED.exists() else _BESIDE
"""Where `app.py`, pages and models lie: the checkout, or what the wheel puts beside this package."""

SHIPPED_MODELS = PROJECT_FOLDER / "models"
_MOST_PLACES = 1024  # more are a typing error
_LONGEST_SLICE_S = 3600


class People(StrEnum):
    """Who uses a lab, and how it tells them apart."""

    ONE = "one"
    NAMES = "names"
    LOGIN = "login"


def count_cores() -> int:
    """Count the cores of this machine."""
    return os.cpu_count() or 1


@dataclass(frozen=True)
class Settings:
    """The places that a lab works in, as one person's space has them.

    Attributes
    ----------
    home : Path
        Folder of all state (`MNIST_LAB_HOME`, else `.lab` beside `app.py` in a checkout, else the folder that
        the system has for a user's data).
    database : str
        SQLAlchemy URL of the store (`MNIST_LAB_DATABASE`, else `lab.db` in `home`).
    notify : str
        Addresses, with spaces or commas between them, that are told of the end of a run
        (`MNIST_LAB_NOTIFY`); they may hold passwords, so they are not shown.
    people : People
        Whether the lab is one person's, or many enter it by name or by login (`MNIST_LAB_PEOPLE`).
    hosts : frozenset of str
        Who looks after the others, by name or, with login, by e-mail (`MNIST_LAB_HOST`, with commas
        between); without regard to large and small letters.
    class_code : str
        What a new name needs beside a code of its own; empty where anybody may come in
        (`MNIST_LAB_CLASS_CODE`).
    places : int
        How many processes train side by side (`MNIST_LAB_PLACES`, else as many as the machine has cores).
    slice_s : float
        How long work goes on while another person's waits, in seconds (`MNIST_LAB_SLICE_S`); less where many
        wait.
    space : str
        Whose things these are: the id of a person, "" where the lab is one person's.
    """

    home: Path
    database: str
    notify: str = field(default="", repr=False)
    people: People = People.ONE
    hosts: frozenset[str] = frozenset()
    class_code: str = field(default="", repr=False)
    places: int = field(default_factory=count_cores)
    slice_s: float = 10.0
    space: str = ""

    def of(self, space: str) -> "Settings":
        """Return the same lab as another space has it."""
        return self if space == self.space else replace(self, space=space)

    def make_home(self) -> None:
        """Make the folder of all state where it is absent, and see that it can be written to.

        Raises
        ------
        StorageError
            If it cannot.
        """
        try:
            self.home.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=self.home):
                pass
        except OSError as error:
            raise StorageError(
                f"The lab keeps its state in {self.home}, but cannot write there ({error.strerror}): allow "
                "it, or name another folder with MNIST_LAB_HOME."
            ) from error

    @property
    def folder(self) -> Path:
        """Where the space keeps what is its own: the home itself, or a folder of the person's."""
        return self.home / "people" / self.space if self.space else self.home

    @property
    def datasets_folder(self) -> Path:
        """Where the space's data sets are kept as memory-mapped arrays, a folder a fingerprint."""
        return self.folder / "datasets"

    @property
    def last_dataset_path(self) -> Path:
        """Where the fingerprint of the data set that the space opened last stands."""
        return self.folder / "last_dataset"

    @property
    def pool_folder(self) -> Path:
        """Where every data set is kept once for all spaces, whose files are links to these."""
        return self.home / "datasets"

    @property
    def downloads_folder(self) -> Path:
        """Where what was fetched is kept; all spaces share it."""
        return self.home / "downloads"

    @property
    def corrections_folder(self) -> Path:
        """Where drawings whose digit a person has told are kept, a file each."""
        return self.folder / "corrections"

    @property
    def drafts_folder(self) -> Path:
        """Where what a reload of a page would lose is kept, a file a tab."""
        return self.folder / "drafts"

    @property
    def scores_folder(self) -> Path:
        """Where the board of the game is kept, a file a round; all spaces share it."""
        return self.home / "scores"

    @property
    def models_folder(self) -> Path:
        """Where models that were made in this space are saved, a folder a model."""
        return self.folder / "models"

    @property
    def class_folder(self) -> Path:
        """Where what people have published lies, a folder a space with `datasets` and `models` in it."""
        return self.home / "class"

    @property
    def shared_folder(self) -> Path:
        """Where what this space has published lies."""
        return self.class_folder / (self.space or "one")

    @property
    def runs_folder(self) -> Path:
        """Where runs of all spaces keep their tables and checkpoints, a folder a run."""
        return self.home / "runs"

    @property
    def worker_lock(self) -> Path:
        """What the one worker of this home holds while it lives."""
        return self.home / "worker.lock"

    @property
    def logs_folder(self) -> Path:
        """Where worker processes write their logs."""
        return self.home / "logs"

    @property
    def model_roots(self) -> tuple[Path, ...]:
        """The folders that hold models: made here, then those of the class, then shipped."""
        return self.models_folder, *sorted(self.class_folder.glob("*/models")), SHIPPED_MODELS


def read_settings(environ: Mapping[str, str] = os.environ) -> Settings:
    """Read the settings from environment variables.

    Parameters
    ----------
    environ : mapping of str to str
        `MNIST_LAB_HOME`, `MNIST_LAB_DATABASE`, `MNIST_LAB_NOTIFY`, `MNIST_LAB_PEOPLE`, `MNIST_LAB_HOST` and
        `MNIST_LAB_CLASS_CODE` are read, `MNIST_LAB_PLACES` and `MNIST_LAB_SLICE_S` too; all may be absent.

    Raises
    ------
    DataError
        If `MNIST_LAB_PEOPLE` is none of its words, or a number is none.
    """
    home = Path(environ.get("MNIST_LAB_HOME") or _find_home()).expanduser().resolve()
    people = environ.get("MNIST_LAB_PEOPLE") or People.ONE
    if people not in list(People):
        raise DataError(f"MNIST_LAB_PEOPLE must be {', '.join(People)}, but is {people!r}: set one of them.")
    return Settings(
        home=home,
        database=environ.get("MNIST_LAB_DATABASE") or f"sqlite:///{home / 'lab.db'}",
        notify=environ.get("MNIST_LAB_NOTIFY", ""),
        people=People(people),
        hosts=frozenset(filter(None, map(fold_name, environ.get("MNIST_LAB_HOST", "").split(",")))),
        class_code=environ.get("MNIST_LAB_CLASS_CODE", ""),
        places=_read_places(environ.get("MNIST_LAB_PLACES", "")),
        slice_s=_read_slice(environ.get("MNIST_LAB_SLICE_S", "")),
    )


def _find_home() -> Path:
    if PROJECT_FOLDER == _INSTALLED:
        return platformdirs.user_data_path("mnist-lab", appauthor=False)
    return PROJECT_FOLDER / ".lab"


def _read_slice(text: str) -> float:
    if not text:
        return Settings.slice_s
    if not text.isdecimal() or not 1 <= int(text) <= _LONGEST_SLICE_S:
        raise DataError(
            f"MNIST_LAB_SLICE_S must be 1 to {_LONGEST_SLICE_S} seconds, but is {text!r}: set such a number."
        )
    return float(text)


def _read_places(text: str) -> int:
    if not text:
        return count_cores()
    if not text.isdecimal() or not 1 <= int(text) <= _MOST_PLACES:
        raise DataError(f"MNIST_LAB_PLACES must be 1 to {_MOST_PLACES}, but is {text!r}: set such a number.")
    return int(text)


def fold_name(name: str) -> str:
    """Return what two names have in common that are one person's: letters without case, single spaces."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())
