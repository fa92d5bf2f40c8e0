"""The state of a task between two rounds, and its form as bytes: what travels, and what checkpoints hold."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load, save

from mnist_core.engines.fused.training import Training
from mnist_core.ground.errors import LabError, RunError
from mnist_core.network.candidate import Candidate
from mnist_core.network.history import Course, EpochRecord
from mnist_core.network.recipe import Recipe

_VERSION = 1
_ARRAYS = ("first", "bias", "upper")


@dataclass(frozen=True)
class EndedFit:
    """A network that has stopped and was scored; its weights are no longer needed."""

    history: tuple[EpochRecord, ...]
    score: float
    score_seconds: float


@dataclass(frozen=True, eq=False)
class TaskState:
    """How far the networks of a task have come, each by its number in the grid.

    Attributes
    ----------
    fold : int
        The outer fold that they leave out.
    live : dict of int to Training
        Those whose weights are held.
    ended : dict of int to EndedFit
        Those that are over.
    left : dict of int to tuple of EpochRecord
        Those that fell behind in a race, with their epochs; their weights were let go.
    """

    fold: int
    live: dict[int, Training] = field(default_factory=dict)
    ended: dict[int, EndedFit] = field(default_factory=dict)
    left: dict[int, tuple[EpochRecord, ...]] = field(default_factory=dict)

    def course(self, number: int) -> Course:
        """Return how far a network has come."""
        if number in self.ended:
            return Course(self.ended[number].history, has_ended=True)
        histories = [self.left.get(number, ())]
        histories += [tuple(self.live[number].history)] if number in self.live else []
        return Course(max(histories, key=len), has_ended=False)

    def take_over(self, state: "TaskState") -> None:
        """Take over how far networks of the same fold have come meanwhile."""
        self.live.update(state.live)
        for number, fit in state.ended.items():
            self.live.pop(number, None)
            self.ended[number] = fit

    def leave(self, number: int, n_epochs: int) -> None:
        """Let the weights of a network go that was dropped after so many epochs, where it has not ended."""
        if number not in self.ended:
            self.left[number] = tuple(self.course(number).history[:n_epochs])
            self.live.pop(number, None)

    @property
    def is_over(self) -> bool:
        """Whether no network has an epoch to go."""
        return all(training.is_over for training in self.live.values())


def write_state(state: TaskState) -> bytes:
    """Write a state as safetensors, the histories in its header."""
    arrays = {
        # Of a network that has not begun the weights only: its means are zeros.
        f"{number}.{name}": np.ascontiguousarray(getattr(training, name)[: None if training.steps else 1])
        for number, training in state.live.items()
        for name in _ARRAYS
    }
    arrays |= {
        f"{number}.best.{name}": array
        for number, training in state.live.items()
        for name, array in zip(_ARRAYS, training.best or (), strict=False)
    }
    live = [
        {
            "number": number,
            "candidate": training.candidate.params(),
            "steps": training.steps,
            "history": _write_history(training.history),
        }
        for number, training in state.live.items()
    ]
    ended = [
        {
            "number": number,
            "history": _write_history(fit.history),
            "score": fit.score,
            "score_seconds": fit.score_seconds,
        }
        for number, fit in state.ended.items()
    ]
    left = [{"number": number, "history": _write_history(one)} for number, one in state.left.items()]
    described: dict[str, Any] = {"version": _VERSION, "fold": state.fold}
    described |= {"live": live, "ended": ended, "left": left}
    return save(arrays, metadata={"state": json.dumps(described)})


def read_state(data: bytes, recipe: Recipe) -> TaskState:
    """Read a state from what `write_state` wrote, of networks that are trained by a recipe.

    Raises
    ------
    RunError
        If the bytes are no such state.
    """
    try:
        described = _read_header(data)
        arrays = load(data)
        live = {item["number"]: _read_training(item, arrays, recipe) for item in described["live"]}
        ended = {item["number"]: _read_ended(item) for item in described["ended"]}
        left = {item["number"]: _read_history(item["history"]) for item in described.get("left", [])}
        return TaskState(described["fold"], live, ended, left)
    except (SafetensorError, LabError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise RunError(f"A checkpoint must be one that this version wrote, but is not: {error!r}.") from error


def _read_header(data: bytes) -> dict[str, Any]:
    size = int.from_bytes(data[:8], "little")
    described: dict[str, Any] = json.loads(json.loads(data[8 : 8 + size])["__metadata__"]["state"])
    if described["version"] != _VERSION:
        raise ValueError(f"its form is {described['version']}, known is {_VERSION}")
    return described


def _read_training(item: Mapping[str, Any], arrays: Mapping[str, np.ndarray], recipe: Recipe) -> Training:
    first, bias, upper = (_with_means(arrays[f"{item['number']}.{name}"]) for name in _ARRAYS)
    candidate = Candidate.from_params(item["candidate"])
    training = Training(candidate, recipe.of(candidate), first, bias, upper, steps=item["steps"])
    for record in _read_history(item["history"]):
        training.add_epoch(record)
    best = [f"{item['number']}.best.{name}" for name in _ARRAYS]
    if best[0] in arrays:
        training.best = arrays[best[0]], arrays[best[1]], arrays[best[2]]
    return training


def _with_means(array: np.ndarray) -> np.ndarray:
    """Return a writable state, its means zeros where there were none."""
    whole = np.zeros((3, *array.shape[1:]), np.float32)
    whole[: len(array)] = array
    return whole


def _read_ended(item: Mapping[str, Any]) -> EndedFit:
    return EndedFit(_read_history(item["history"]), item["score"], item["score_seconds"])


def _write_history(history: Any) -> list[list[Any]]:
    return [list(asdict(record).values()) for record in history]


def _read_history(rows: list[list[Any]]) -> tuple[EpochRecord, ...]:
    return tuple(EpochRecord(*row) for row in rows)
