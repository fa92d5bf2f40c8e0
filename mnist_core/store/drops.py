"""Who was dropped in a race, and why: found again from what the store has of it."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from mnist_core.network.history import Course, EpochRecord
from mnist_core.network.plan import SearchPlan, Strategy
from mnist_core.network.racing import Drop, replay_race
from mnist_core.store.forecast import forecast_fit
from mnist_core.store.rows import EpochRow, FitRow, FitState

_ANY_IMAGES = 50_000  # how many there are cancels out


def find_drops(plan: SearchPlan, fits: Sequence[FitRow], epochs: Iterable[EpochRow]) -> dict[int, Drop]:
    """Find the candidates that a race has dropped so far, by their numbers; of other searches none.

    Those that were finished nevertheless are among them.
    """
    if plan.strategy is not Strategy.RACE:
        return {}
    histories: dict[tuple[int, int], list[EpochRecord]] = defaultdict(list)
    for row in epochs:
        histories[row.candidate, row.fold].append(row.record)
    ended = {(fit.candidate, fit.fold) for fit in fits if fit.state is FitState.DONE}
    courses = {
        fit: Course(sorted(history, key=lambda record: record.epoch), fit in ended)
        for fit, history in histories.items()
    }
    recipe = plan.recipe
    return replay_race(courses, plan.n_candidates, plan.cv, recipe.max_epochs, recipe.n_classes)


def list_unmeasured(plan: SearchPlan, fits: Sequence[FitRow]) -> list[int]:
    """List the candidates of a race that were dropped and are not measured on all folds."""
    dropped = {fit.candidate for fit in fits if fit.state is FitState.DROPPED}
    return sorted(number for number in dropped if 0 <= number < plan.n_candidates)


def estimate_saved(plan: SearchPlan, fits: Sequence[FitRow]) -> float | None:
    """Estimate the share of the whole grid's epochs that a race has saved so far; None where nothing tells.

    What the dropped ones would have taken follows from the rule of thumb by which searches are planned,
    corrected by what the others took.
    """
    usual = [forecast_fit(candidate, plan, _ANY_IMAGES) for candidate in plan.candidates()]
    done = [fit for fit in fits if fit.fold >= 0 and fit.state is FitState.DONE]
    left = [fit for fit in fits if fit.state is FitState.DROPPED]
    if not done or not left:
        return None
    scale = sum(fit.n_epochs for fit in done) / sum(usual[fit.candidate] for fit in done)
    saved = sum(max(usual[fit.candidate] * scale - fit.n_epochs, 0.0) for fit in left)
    spent = sum(fit.n_epochs for fit in fits if fit.fold >= 0)
    return saved / (saved + spent)
