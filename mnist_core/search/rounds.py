"""What a worker process does: some epochs of a task, then its state goes back.

This room imports neither torch nor scikit-learn, so that a worker is ready at once.
"""

import time
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np

from mnist_core.engines.fused import Trainer, TrainingInk, collect_ink, prepare_ink, score
from mnist_core.engines.fused.state import Ink
from mnist_core.engines.fused.training import Training
from mnist_core.ground.arrays import Indices, Inputs, Labels, Part
from mnist_core.network.history import EpochRecord
from mnist_core.network.recipe import Recipe
from mnist_core.search.messages import Records
from mnist_core.search.states import EndedFit, TaskState, read_state, write_state

Report = Callable[[int, Records], None]
"""Gets what has ended in a round as it does, each time with how often it was called in that round before."""

_MOST_FOLDS = 2  # whose ink a process keeps; each takes about 100 MB for 50,000 images
_MOST_TASKS = 4  # whose state a process keeps


@dataclass(frozen=True, eq=False)
class Source:
    """The images of a search: a file that can be mapped, or an array.

    Attributes
    ----------
    images : ndarray of shape (n, side, side) or (n, pixels), or Path
        The images, or the .npy file that holds them.
    labels : ndarray of shape (m,), int64
        The digits of the images to be used.
    rows : ndarray of shape (m,) or None
        Which images are to be used, in their order; None stands for all.
    """

    images: Inputs | Path
    labels: Labels
    rows: Indices | None = None

    def take(self, which: Part) -> tuple[Inputs, Labels]:
        """Return some of the images to be used, and their labels."""
        rows = which if self.rows is None else self.rows[which]
        images = self.images
        if isinstance(images, Path):
            images = np.load(images, mmap_mode="r", allow_pickle=False)
        return images[rows], self.labels[which]


@dataclass(frozen=True, eq=False)
class Fold:
    """Which images of a source a network is trained on, judged by, and scored on.

    Attributes
    ----------
    name : str
        Unique; a process keeps the ink of a fold under it.
    number : int
        Of the outer fold.
    train, valid, test : ndarray of int64
        Positions; no network is scored where `test` is empty.
    """

    name: str
    number: int
    train: Part
    valid: Part
    test: Part


@dataclass(frozen=True)
class Round:
    """An order to go on with a task.

    Attributes
    ----------
    task : str
        Its unique name.
    version : int
        How many rounds it has had.
    recipe : Recipe
        By which its networks are trained, but for what they have of their own.
    seconds : float
        After which the state goes back.
    until : int or None
        Epochs that no network is to go beyond; None lets each train to its end.
    """

    task: str
    version: int
    recipe: Recipe
    seconds: float
    until: int | None = None


@dataclass(frozen=True, eq=False)
class RoundEnd:
    """What a round came to.

    Attributes
    ----------
    state : bytes
        Of its task, as `write_state` wrote it.
    is_over : bool
        Whether no network of the task has an epoch to go, up to those that it is to have.
    records : tuple of Records
        All that ended in it, in the parts in which it was reported.
    """

    state: bytes
    is_over: bool
    records: tuple[Records, ...]


@dataclass(frozen=True, eq=False)
class Begun:
    """A round that a process carries out.

    Attributes
    ----------
    fold : Fold
        Which of the images are for what.
    order : Round
        The task, and how long to go on.
    state : bytes or None
        Where the task stands; None where this process did its last round.
    report : callable
        Gets every epoch and score as it comes; they are returned too.
    """

    fold: Fold
    order: Round
    state: bytes | None
    report: Report


@dataclass(eq=False)
class _FoldInk:
    training: TrainingInk
    test: Ink | None


@dataclass(eq=False)
class _Held:
    """A task in the hands of this process; its trainer may train others beside it."""

    version: int
    state: TaskState
    ink: _FoldInk
    trainer: Trainer | None = None

    @property
    def live(self) -> dict[int, Training]:
        """The networks that have an epoch to go."""
        return {number: one for number, one in self.state.live.items() if not one.is_over}

    def is_done(self, until: int | None) -> bool:
        """Say whether no network has an epoch to go; all that have are of one age where one is the last."""
        live = list(self.live.values())
        return not live or (until is not None and len(live[0].history) >= until)


_INK: OrderedDict[tuple[str, tuple[int | float, ...]], _FoldInk] = OrderedDict()
_HELD: OrderedDict[str, _Held] = OrderedDict()
_LOCK = Lock()  # a worker of a cluster may have several threads


def train_rounds(source: Source, rounds: Sequence[Begun]) -> list[RoundEnd | None]:
    """Train the networks of several tasks side by side for some seconds.

    Parameters
    ----------
    source : Source
        The images.
    rounds : sequence of Begun
        Of one search, each of another task.

    Returns
    -------
    list of RoundEnd or None
        What each has come to, in their order; None where no state was given and this process holds none.
    """
    helds = [_take_held(source, one, len(rounds)) for one in rounds]
    at_work = [(one, held) for one, held in zip(rounds, helds, strict=True) if held is not None]
    records: dict[str, list[Records]] = {one.order.task: [] for one in rounds}
    deadline = time.monotonic() + rounds[0].order.seconds
    while going := [(one, held) for one, held in at_work if not held.is_done(one.order.until)]:
        networks = [held.live for _, held in going]
        _join([held for _, held in going]).train_round()
        for (one, held), trained in zip(going, networks, strict=True):
            part = Records(_list_last(held.state, trained), _score_ended(held.state, held.ink))
            records[one.order.task].append(part)
            one.report(len(records[one.order.task]) - 1, part)
        if time.monotonic() > deadline:
            break
    for trainer in {held.trainer for _, held in at_work if held.trainer is not None}:
        trainer.write_back()
    return [
        None if held is None else _end(one, held, records[one.order.task], len(rounds))
        for one, held in zip(rounds, helds, strict=True)
    ]


def _join(helds: Sequence[_Held]) -> Trainer:
    """Return the trainer of the networks of these tasks and no others: theirs, or a new one."""
    fits = [(network, held.ink.training) for held in helds for network in held.live.values()]
    trainer = helds[0].trainer
    if trainer is None or set(trainer.live) != {network for network, _ in fits}:
        for held in helds:
            if held.trainer is not None:
                held.trainer.dissolve()
        trainer = Trainer([network for network, _ in fits], [ink for _, ink in fits])
        for held in helds:
            held.trainer = trainer
    return trainer


def _list_last(state: TaskState, networks: Mapping[int, Training]) -> list[tuple[int, int, EpochRecord]]:
    return [(number, state.fold, network.history[-1]) for number, network in networks.items()]


def _end(begun: Begun, held: _Held, records: Sequence[Records], n_beside: int) -> RoundEnd:
    held.version = begun.order.version + 1
    _keep(_HELD, begun.order.task, held, max(_MOST_TASKS, n_beside))
    return RoundEnd(write_state(held.state), held.is_done(begun.order.until), tuple(records))


def _take_held(source: Source, begun: Begun, n_beside: int) -> _Held | None:
    order = begun.order
    if begun.state is None:
        with _LOCK:
            held = _HELD.pop(order.task, None)
        return held if held is not None and held.version == order.version else None
    state = read_state(begun.state, order.recipe)
    live = [one for one in state.live.values() if not one.is_over]
    recipe = live[0].recipe if live else order.recipe  # of a task all see the same batches
    return _Held(order.version, state, _take_ink(source, begun.fold, recipe, n_beside))


def _take_ink(source: Source, fold: Fold, recipe: Recipe, n_beside: int) -> _FoldInk:
    name = fold.name, recipe.batches
    with _LOCK:
        ink = _INK.get(name)
    if ink is None:
        used = np.concatenate([fold.train, fold.valid])
        images, labels = source.take(used)
        positions = np.arange(len(used))
        train, valid = np.split(positions, [len(fold.train)])
        training = prepare_ink(images, labels, train, valid, recipe)
        ink = _FoldInk(training, collect_ink(*source.take(fold.test)) if len(fold.test) else None)
    _keep(_INK, name, ink, max(_MOST_FOLDS, n_beside))
    return ink


def _keep(kept: OrderedDict[Any, Any], name: object, item: Any, most: int) -> None:
    """Keep an item as the latest; the oldest go where there are too many."""
    with _LOCK:
        kept[name] = item
        kept.move_to_end(name)
        while len(kept) > most:
            kept.popitem(last=False)


def _score_ended(state: TaskState, ink: _FoldInk) -> list[tuple[int, int, float]]:
    """Score the networks that have stopped, and let their weights go."""
    ended = [number for number, training in state.live.items() if training.is_over]
    if ink.test is None or not ended:
        return []
    begin = time.perf_counter()
    scores = score([state.live[number] for number in ended], ink.test).tolist()
    seconds = (time.perf_counter() - begin) / len(ended)
    for number, accuracy in zip(ended, scores, strict=True):
        history = tuple(state.live.pop(number).history)
        state.ended[number] = EndedFit(history, accuracy, seconds)
    return [(number, state.fold, accuracy) for number, accuracy in zip(ended, scores, strict=True)]
