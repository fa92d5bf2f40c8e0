"""Where the lab keeps its state: the `MNIST_LAB_*` environment variables."""

import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from mnist_core.ground.errors import StorageError

PROJECT_FOLDER = Path(__file__).resolve().parents[2]
SHIPPED_MODELS = PROJECT_FOLDER / "models"


@dataclass(frozen=True)
class Settings:
    """The places that a lab works in.

    Attributes
    ----------
    home : Path
        Folder of all state (`MNIST_LAB_HOME`, else `.lab` beside `app.py`).
    database : str
        SQLAlchemy URL of the store (`MNIST_LAB_DATABASE`, else `lab.db` in `home`).
    notify : str
        Addresses, with spaces or commas between them, that are told of the end of a run
        (`MNIST_LAB_NOTIFY`); they may hold passwords, so they are not shown.
    """

    home: Path
    database: str
    notify: str = field(default="", repr=False)

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
    def datasets_folder(self) -> Path:
        """Where data sets are kept as memory-mapped arrays, a folder a fingerprint."""
        return self.home / "datasets"

    @property
    def corrections_folder(self) -> Path:
        """Where drawings whose digit a person has told are kept, a file each."""
        return self.home / "corrections"

    @property
    def scores_folder(self) -> Path:
        """Where the board of the game is kept, a file a round."""
        return self.home / "scores"

    @property
    def models_folder(self) -> Path:
        """Where models that were made here are saved, a folder a model."""
        return self.home / "models"

    @property
    def runs_folder(self) -> Path:
        """Where runs keep their tables and checkpoints, a folder a run."""
        return self.home / "runs"

    @property
    def logs_folder(self) -> Path:
        """Where worker processes write their logs."""
        return self.home / "logs"

    @property
    def model_roots(self) -> tuple[Path, Path]:
        """The folders that hold models: made here, then shipped."""
        return self.models_folder, SHIPPED_MODELS


def read_settings(environ: Mapping[str, str] = os.environ) -> Settings:
    """Read the settings from environment variables.

    Parameters
    ----------
    environ : mapping of str to str
        `MNIST_LAB_HOME`, `MNIST_LAB_DATABASE` and `MNIST_LAB_NOTIFY` are read; all may be absent.
    """
    home = Path(environ.get("MNIST_LAB_HOME") or PROJECT_FOLDER / ".lab").expanduser().resolve()
    database = environ.get("MNIST_LAB_DATABASE") or f"sqlite:///{home / 'lab.db'}"
    return Settings(home=home, database=database, notify=environ.get("MNIST_LAB_NOTIFY", ""))
