"""The checkpoints of a search on disk: a file a task, replaced as it goes on."""

import logging
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from mnist_core.engines.fused.training import Training
from mnist_core.ground.errors import RunError
from mnist_core.ground.replacing import keep_file
from mnist_core.network.recipe import Recipe
from mnist_core.search.states import TaskState, read_state, write_state

_SUFFIX = ".safetensors"
_LOG = logging.getLogger("mnist_lab.checkpoints")


@dataclass(frozen=True)
class Checkpoints:
    """A folder of checkpoints; None keeps none.

    A task may have been cut in two since its file was written, so that a network may be in two files:
    the one with more epochs counts.
    """

    folder: Path | None

    def save(self, task: str, data: bytes) -> None:
        """Replace the checkpoint of a task; a reader sees the old one or the new one, whole.

        Raises
        ------
        StorageError
            If the folder cannot be written.
        """
        if self.folder is not None:
            keep_file(self.folder / f"{task}{_SUFFIX}", data, "its checkpoints")

    def remove(self, task: str) -> None:
        """Remove the checkpoint of a task that others have taken over."""
        if self.folder is not None:
            (self.folder / f"{task}{_SUFFIX}").unlink(missing_ok=True)

    def load(self, recipe: Recipe) -> dict[int, TaskState]:
        """Read how far every fold has come, and bring it to a file a fold.

        What is damaged is left out and will be trained anew.
        """
        folds: dict[int, TaskState] = {}
        paths = self._list_paths()
        for path in paths:
            try:
                state = read_state(path.read_bytes(), recipe)
            except (RunError, OSError) as error:
                _LOG.warning("%s is left out: %s", path, error)
                continue
            _merge(folds.setdefault(state.fold, TaskState(state.fold)), state)
        # Under new names, so that at each moment each network is in some file.
        for fold, state in folds.items():
            self.save(f"{secrets.token_hex(4)}-{fold}", write_state(state))
        for path in paths:
            path.unlink(missing_ok=True)
        return folds

    def _list_paths(self) -> list[Path]:
        return sorted(self.folder.glob(f"*{_SUFFIX}")) if self.folder is not None else []


def _merge(into: TaskState, state: TaskState) -> None:
    for number, fit in state.ended.items():
        into.live.pop(number, None)
        into.ended[number] = fit
    for number, training in state.live.items():
        if number not in into.ended and _n_epochs(into.live, number) < len(training.history):
            into.live[number] = training

    for number, history in state.left.items():
        if len(into.left.get(number, ())) < len(history):
            into.left[number] = history


def _n_epochs(live: Mapping[int, Training], number: int) -> int:
    return len(live[number].history) if number in live else -1
