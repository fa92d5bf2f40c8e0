"""The epochs of a live training on disk: each as a small frame, some with all that it needs to go on."""

import json
import os
import shutil
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float16, Float32
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from mnist_core.ground.arrays import Confusion
from mnist_core.ground.errors import RunError
from mnist_core.ground.replacing import keep_file, needing_room
from mnist_core.network.history import EpochRecord
from mnist_core.training.live.live_plan import Rates

_STATE_EVERY = 8  # epochs; a state takes six times as much room as a frame
_STATE_EVERY_S = 2.0  # of training: to go back takes no longer
_GREATEST = np.finfo(np.float16).max
_SUFFIX = ".safetensors"
_WHAT = "its epochs"

Weights = Mapping[str, Float16[np.ndarray, "..."]]
"""Weights and biases by their names in `MLP`, rounded: for pictures."""


@dataclass(frozen=True, eq=False)
class Frame:
    """An epoch of a live training, to be looked at.

    Attributes
    ----------
    epoch : int
        Counted from 1; 0 is the network before it learns.
    record : EpochRecord or None
        None for epoch 0.
    rates : Rates
        What the epoch was trained with.
    confusion : ndarray of shape (classes, classes), int64
        Of the validation images; rows are true digits, columns guesses.
    weights : Weights
        After the epoch.
    """

    epoch: int
    record: EpochRecord | None
    rates: Rates
    confusion: Confusion
    weights: Weights

    @property
    def accuracy(self) -> float:
        """Return the share of validation images that are read right."""
        return float(np.trace(self.confusion) / self.confusion.sum())


@dataclass(frozen=True, eq=False)
class State:
    """All that a training needs to go on: weights with Adam's means, and its count of steps."""

    epoch: int
    steps: int
    arrays: Mapping[str, Float32[np.ndarray, "..."]]


@dataclass(frozen=True)
class Frames:
    """The folder of a live training."""

    folder: Path

    @property
    def last_epoch(self) -> int:
        """Return the last epoch that is kept; -1 where none is."""
        return max(_list_epochs(self._frames), default=-1)

    def keep(self, frame: Frame) -> None:
        """Keep a frame; a reader sees the one before or the new one, whole.

        Raises
        ------
        StorageError
            If the folder cannot be written.
        """
        record = None if frame.record is None else asdict(frame.record)
        described = {"record": record, "rates": asdict(frame.rates)}
        arrays = {**frame.weights, "confusion": frame.confusion.astype(np.int32)}
        data = save(arrays, {"frame": json.dumps(described)})
        keep_file(self._frames / _name(frame.epoch), data, _WHAT)

    def keep_state(self, state: State) -> None:
        """Keep a state.

        Raises
        ------
        StorageError
            If the folder cannot be written.
        """
        data = save(dict(state.arrays), {"steps": str(state.steps)})
        keep_file(self._states / _name(state.epoch), data, _WHAT)

    def read(self, epoch: int) -> Frame:
        """Read a frame.

        Raises
        ------
        RunError
            If it is not kept, or damaged.
        """
        arrays, metadata = _read(self._frames / _name(epoch))
        described = json.loads(metadata["frame"])
        record = described["record"]
        return Frame(
            epoch,
            None if record is None else EpochRecord(**record),
            Rates(**described["rates"]),
            arrays.pop("confusion").astype(np.int64),
            arrays,
        )

    def read_outline(self, epoch: int) -> tuple[EpochRecord | None, Rates]:
        """Read a frame without its arrays: what was measured after it, and what it was trained with."""
        described = json.loads(_read(self._frames / _name(epoch), with_arrays=False)[1]["frame"])
        record = described["record"]
        return None if record is None else EpochRecord(**record), Rates(**described["rates"])

    def read_state_before(self, epoch: int) -> State | None:
        """Read the latest whole state up to an epoch; None where none is kept."""
        for kept in sorted((one for one in _list_epochs(self._states) if one <= epoch), reverse=True):
            with suppress(RunError):  # a damaged one is left out: the epochs since then are trained again
                arrays, metadata = _read(self._states / _name(kept))
                return State(kept, int(metadata["steps"]), arrays)
        return None

    def is_state_due(self, epoch: int, seconds: float) -> bool:
        """Say whether it is time to keep a state, some seconds of training after the last one."""
        return epoch % _STATE_EVERY == 0 or seconds >= _STATE_EVERY_S

    def branch_to(self, folder: Path, epoch: int) -> None:
        """Give another folder all up to an epoch; files are shared where the disk can, as none changes.

        Raises
        ------
        RunError
            If the epoch is not kept.
        StorageError
            If the folder cannot be written.
        """
        if not 0 <= epoch <= self.last_epoch:
            raise RunError(
                f"A branch must begin at an epoch from 0 to {self.last_epoch}, but asks for {epoch}."
            )
        other = Frames(folder)
        for ours, theirs in ((self._frames, other._frames), (self._states, other._states)):
            for one in _list_epochs(ours):
                if one <= epoch:
                    _share(ours / _name(one), theirs / _name(one))

    @property
    def _frames(self) -> Path:
        return self.folder / "epochs"

    @property
    def _states(self) -> Path:
        return self.folder / "states"


def round_weights(weights: Mapping[str, np.ndarray]) -> Weights:
    """Round weights to 16 bits; what is too great for them becomes the greatest."""
    return {name: np.clip(array, -_GREATEST, _GREATEST).astype(np.float16) for name, array in weights.items()}


def _name(epoch: int) -> str:
    return f"{epoch:06d}{_SUFFIX}"


def _list_epochs(folder: Path) -> list[int]:
    with suppress(FileNotFoundError, NotADirectoryError):
        return [int(path.stem) for path in folder.iterdir() if path.suffix == _SUFFIX]
    return []


def _read(path: Path, *, with_arrays: bool = True) -> tuple[dict[str, Any], dict[str, str]]:
    try:
        with safe_open(path, "numpy") as file:
            arrays = {name: file.get_tensor(name) for name in file.keys()} if with_arrays else {}  # noqa: SIM118
            return arrays, file.metadata()
    except (OSError, SafetensorError) as error:
        raise RunError(f"{path} must hold an epoch of a training, but cannot be read: {error}.") from error


def _share(ours: Path, theirs: Path) -> None:
    with needing_room(theirs.parent, _WHAT):
        try:
            os.link(ours, theirs)
        except OSError:  # not every disk can
            shutil.copyfile(ours, theirs)
