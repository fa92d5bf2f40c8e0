"""What a backup says of itself: who made it, what it holds, and the mark of each file."""

import json
from collections.abc import Collection
from dataclasses import asdict, dataclass
from pathlib import PurePosixPath
from typing import Any

from mnist_core.ground.errors import BackupError
from mnist_core.store.backup.belongings import is_belonging
from mnist_core.store.schema import REVISIONS

FORMAT = 1
LAB = "0.1.0"
"""The version of the lab, as `pyproject.toml` has it."""
MANIFEST, STORE, HOME = "manifest.json", "lab.db", "home/"
"""Names within a backup: what it says of itself, the rows of the store, and the folder of all else."""

_N_HEX = 64  # of a SHA-256


@dataclass(frozen=True)
class Mark:
    """By what a file is known again, and when it was written, in nanoseconds since 1970."""

    size: int
    sha256: str
    mtime_ns: int


@dataclass(frozen=True)
class Contents:
    """How much a lab has: searches, other jobs, people; and by their files models, data sets and the rest."""

    n_runs: int
    n_jobs: int
    n_people: int
    n_models: int
    n_datasets: int
    n_corrections: int
    n_scores: int

    @property
    def is_nothing(self) -> bool:
        """Whether there is nothing of all that."""
        return not any(asdict(self).values())

    def say(self) -> str:
        """Say what there is, in words."""
        nouns = {
            "n_runs": "run",
            "n_jobs": "training or other job",
            "n_people": "person",
            "n_models": "model",
            "n_datasets": "data set",
            "n_corrections": "correction",
            "n_scores": "score",
        }
        many = {"training or other job": "trainings and other jobs", "person": "people"}
        counted = [(getattr(self, name), noun) for name, noun in nouns.items() if getattr(self, name)]
        words = [f"{n:,} {noun if n == 1 else many.get(noun, noun + 's')}" for n, noun in counted]
        return ", ".join(words) or "nothing"


@dataclass(frozen=True)
class Manifest:
    """What a backup says of itself.

    Attributes
    ----------
    format : int
        Of the archive, counted from 1.
    lab : str
        The version of the lab that wrote it.
    revision : str
        Of the schema of its store.
    created : str
        When, ISO 8601 in UTC.
    home : str
        The folder that was backed up: rows name models by it.
    contents : Contents
        How much it holds.
    store : Mark
        Of the store's file.
    files : dict of str to Mark
        All others, by their paths below the home.
    links : dict of str to str
        Paths whose file is the same as another's.
    """

    format: int
    lab: str
    revision: str
    created: str
    home: str
    contents: Contents
    store: Mark
    files: dict[str, Mark]
    links: dict[str, str]

    @property
    def members(self) -> dict[str, Mark]:
        """All that the archive holds but the manifest."""
        return {STORE: self.store, **{HOME + name: mark for name, mark in self.files.items()}}

    def write(self) -> bytes:
        """Write it down."""
        return json.dumps(asdict(self), indent=1).encode()


def read_manifest(data: bytes) -> Manifest:
    """Read what `Manifest.write` wrote; trust nothing in it.

    Raises
    ------
    BackupError
        If a newer lab wrote it.
    ValueError
        If it is no manifest.
    """
    try:
        return _parse(json.loads(data))
    except (KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError("its manifest is none") from error


def _parse(values: Any) -> Manifest:
    _check_age(values)
    files = {name: _read_mark(mark) for name, mark in values["files"].items()}
    links = {str(name): str(other) for name, other in values["links"].items()}
    _check_paths(files, links)
    contents = Contents(**{name: int(count) for name, count in values["contents"].items()})
    lab, revision, created, home = (str(values[name]) for name in ("lab", "revision", "created", "home"))
    store = _read_mark(values["store"])
    return Manifest(values["format"], lab, revision, created, home, contents, store, files, links)


def count_files(names: Collection[str]) -> dict[str, int]:
    """Count models, data sets and what else files tell of, by their paths below the home.

    A data set that several people have opened is one; what is published is its owner's.
    """
    paths = [PurePosixPath(name).parts for name in names if not name.startswith("class/")]
    return {
        "n_models": sum(path[-3::2] == ("models", "model.json") for path in paths),
        "n_datasets": len({path[-2] for path in paths if path[-3::2] == ("datasets", "dataset.json")}),
        "n_corrections": sum(path[-2:-1] == ("corrections",) for path in paths),
        "n_scores": sum(path[-2:-1] == ("scores",) for path in paths),
    }


def _check_age(values: Any) -> None:
    made, revision = values["format"], values["revision"]
    if not isinstance(made, int) or not isinstance(revision, str):
        raise TypeError("its age")
    is_newer = made > FORMAT or (revision not in REVISIONS and revision > REVISIONS[-1])
    if is_newer:
        raise BackupError(
            f"it is newer than this lab: of format {made} and revision {revision}, but known are "
            f"{FORMAT} and {REVISIONS[-1]}; update the lab"
        )
    if revision not in REVISIONS or made < 1:
        raise ValueError("its age")


def _read_mark(values: Any) -> Mark:
    mark = Mark(values["size"], values["sha256"], values["mtime_ns"])
    if not all(isinstance(number, int) and number >= 0 for number in (mark.size, mark.mtime_ns)):
        raise ValueError("a size")
    if len(bytes.fromhex(mark.sha256)) * 2 != _N_HEX:
        raise ValueError("a SHA-256")
    return mark


def _check_paths(files: dict[str, Mark], links: dict[str, str]) -> None:
    names = files.keys() | links.keys()
    folders = {str(parent) for name in names for parent in PurePosixPath(name).parents}
    odd = [name for name in names if not is_belonging(name) or name in folders]
    odd += [name for name, other in links.items() if name in files or other not in files]
    if odd:
        raise ValueError(f"the path {odd[0]!r}")
