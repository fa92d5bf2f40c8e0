"""A race in rungs: all train some epochs on some folds, who falls behind is dropped, and so on."""

from collections.abc import Callable, Collection, Mapping, Sequence

from mnist_core.network.plan import SearchPlan
from mnist_core.network.racing import Drop, count_folds, judge, list_rungs
from mnist_core.search.messages import Phase, Records, Tell
from mnist_core.search.states import TaskState

TrainOnFolds = Callable[[dict[int, TaskState], Mapping[int, Sequence[int]], int | None], None]
"""Trains some networks of each fold until so many epochs, and notes in the states how far they come."""


def run_race(
    plan: SearchPlan,
    known: dict[int, TaskState],
    train: TrainOnFolds,
    tell: Tell,
    finish: Collection[int] = (),
) -> dict[int, Drop]:
    """Train all candidates from rung to rung, and return those that were dropped, with the reasons.

    Who is dropped follows from the epochs alone: a race that goes on from checkpoints decides again what it
    had decided.

    Parameters
    ----------
    plan : SearchPlan
        What to search.
    known : dict of int to TaskState
        How far each fold has come; changed.
    train : callable
        Trains.
    tell : callable
        Gets who was dropped.
    finish : collection of int
        Candidates whose weights are kept, and of whom nothing is told, where they are dropped.
    """
    drops: dict[int, Drop] = {}
    states = {fold: known[fold] for fold in range(plan.cv)}
    for rung in list_rungs(plan.recipe.max_epochs):
        n_folds = count_folds(rung, plan.cv)
        contenders = [number for number in range(plan.n_candidates) if number not in drops]
        behind = {
            fold: [n for n in contenders if fold < n_folds and not state.course(n).is_at(rung)]
            for fold, state in states.items()
        }
        if any(behind.values()):
            tell(Phase(f"searches: {len(contenders)} candidates up to {rung} epochs"))
            train(known, behind, rung)
        pairs = ((number, fold) for number in contenders for fold in range(n_folds))
        courses = {(number, fold): states[fold].course(number) for number, fold in pairs}
        if n_folds == plan.cv and all(course.has_ended for course in courses.values()):
            break
        fallen = judge(courses, contenders, n_folds, rung, plan.recipe.n_classes)
        drops |= fallen
        _let_go(states, [number for number in fallen if number not in finish], rung, tell)
    return drops


def _let_go(states: Mapping[int, TaskState], numbers: Sequence[int], rung: int, tell: Tell) -> None:
    """Let the weights of those go that were dropped, and tell which of their fits go no further."""
    fits = [
        (number, fold) for number in numbers for fold, state in states.items() if number not in state.ended
    ]
    for number, fold in fits:
        states[fold].leave(number, rung)
    if fits:
        tell(Records(dropped=fits))
