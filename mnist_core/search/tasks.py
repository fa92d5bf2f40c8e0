"""Tasks: networks that are trained side by side, cut so that all who work have enough of them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from mnist_core.engines.fused.stack import STACK_LANES
from mnist_core.network.candidate import Activation, Candidate
from mnist_core.network.recipe import Optimizer, Recipe
from mnist_core.search.rounds import Fold
from mnist_core.search.states import TaskState

_TASK_BYTES = 64e6  # the state of a task: it travels, and a process holds a few of them
_TASKS_A_SLOT = 3  # at least, so that all end together
_BYTES_A_LANE = 4 * 3 * 2  # of a pixel: float32, with Adam's two means, as state and in its stack
# Sigmoid networks learn the slowest, and so do low rates: those tasks come first.
_SLOWNESS = [Activation.SIGMOID, Activation.TANH, Activation.RELU, Activation.LINEAR, Activation.SQUARE]


@dataclass(frozen=True)
class Task:
    """Networks of one outer fold that are trained side by side.

    Attributes
    ----------
    name : str
        Unique in a search.
    fold : str
        The name of the fold.
    state : TaskState
        How far those have come that were begun.
    fresh : tuple of int
        The numbers of those that were not; their weights are drawn when the task begins.
    until : int or None
        Epochs that no network is to go beyond; None lets each train to its end.
    """

    name: str
    fold: str
    state: TaskState
    fresh: tuple[int, ...] = ()
    until: int | None = None


def cut_tasks(
    fold: Fold,
    state: TaskState,
    candidates: Sequence[Candidate],
    lanes: int,
    recipe: Recipe,
    numbers: Iterable[int] | None = None,
    until: int | None = None,
) -> list[Task]:
    """Cut the networks of a fold into tasks of one kind and a limited sum of hidden 1's units.

    Those of a kind see the same batches, and have one activation and one optimiser.

    Parameters
    ----------
    fold : Fold
        The fold.
    state : TaskState
        What of it was done before; those that have ended are left out.
    candidates : sequence of Candidate
        All, by their numbers.
    lanes : int
        The limit.
    recipe : Recipe
        By which they are trained, but for what they have of their own.
    numbers : iterable of int or None
        Those that are to be trained; None takes all.
    until : int or None
        Epochs that none is to go beyond: those of a task are of one age then.
    """
    recipes = [recipe.of(candidate) for candidate in candidates]

    def rank(number: int) -> tuple[Any, ...]:
        age = None if until is None else _tell_age(state, number)
        return *_tell_kind(candidates[number], recipes[number]), age, candidates[number].lr

    numbers = range(len(candidates)) if numbers is None else numbers
    numbers = [number for number in numbers if number not in state.ended]
    groups: list[list[int]] = []
    free = 0
    for number in sorted(numbers, key=rank):
        candidate = candidates[number]
        is_other = not groups or rank(groups[-1][0])[:-1] != rank(number)[:-1]
        if is_other or candidate.hidden1 > free:
            groups.append([])
            free = lanes
        groups[-1].append(number)
        free -= candidate.hidden1
    return [
        Task(
            f"{fold.name}-{group[0]}" if until is None else f"{fold.name}-{group[0]}-{until}",
            fold.name,
            _pick(state, [number for number in group if number in state.live]),
            tuple(number for number in group if number not in state.live),
            until,
        )
        for group in groups
    ]


def _tell_age(state: TaskState, number: int) -> int:
    return len(state.live[number].history) if number in state.live else 0


def choose_lanes(candidates: Iterable[Candidate], n_folds: int, n_slots: int, n_pixels: int) -> int:
    """Choose how many units of hidden 1 a task has at most: by memory, and for enough tasks to share out."""
    total = sum(candidate.hidden1 for candidate in candidates) * n_folds
    shared = max(total // (max(n_slots, 1) * _TASKS_A_SLOT), STACK_LANES)
    return int(min(shared, max(_TASK_BYTES // (_BYTES_A_LANE * n_pixels), STACK_LANES)))


def split_state(state: TaskState) -> list[TaskState]:
    """Split a task in two of about the same work; a task of one stack, or of one network, stays whole."""
    live = sorted(state.live, key=lambda number: -state.live[number].candidate.hidden1)
    if len(live) < 2 or sum(state.live[number].candidate.hidden1 for number in live) <= STACK_LANES:
        return []
    halves: tuple[list[int], list[int]] = ([], [])
    lanes = [0, 0]
    for number in live:
        smaller = lanes.index(min(lanes))
        halves[smaller].append(number)
        lanes[smaller] += state.live[number].candidate.hidden1
    first, second = (_pick(state, numbers) for numbers in halves)
    first.ended.update(state.ended)
    return [first, second]


def _pick(state: TaskState, numbers: Iterable[int]) -> TaskState:
    return TaskState(state.fold, {number: state.live[number] for number in numbers})


def _tell_kind(candidate: Candidate, recipe: Recipe) -> tuple[Any, ...]:
    """Tell what the networks of a task share; the slowest kinds sort first."""
    return _SLOWNESS.index(candidate.activation), recipe.optimizer == Optimizer.ADAM, recipe.batches
