"""The candidates of a search as rows of one table: what each is, what it measured, what is said of it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

from mnist_core.network.candidate import Candidate
from mnist_core.network.history import REFIT_FOLD
from mnist_core.network.plan import SearchPlan
from mnist_core.network.recipe import GRID_SETTINGS, Recipe
from mnist_core.store.marks import NO_MARK, Mark
from mnist_core.store.ranking import RankedCandidate
from mnist_core.store.rows import FitRow

Value: TypeAlias = float | int | str | bool | None

WIDTHS = ("hidden1", "hidden2", "hidden3")
AXES = ("activation", "lr", "hidden", *WIDTHS, *GRID_SETTINGS)
"""The names of what makes a candidate what it is; `hidden` has the widths as `96-24`."""

MEASURED = ("rank", "accuracy", "error", "tied", "folds", "epochs", "seconds")
"""What its folds came to. Accuracy is a share of 1, its standard error in points of percent."""

SAID = ("flag", "note")
COLUMNS = ("network", *AXES, *MEASURED, *SAID)


@dataclass(frozen=True)
class CandidateRow:
    """A candidate of a search.

    Attributes
    ----------
    index : int
        Its number.
    candidate : Candidate
        What it is.
    ranked : RankedCandidate or None
        What its folds came to; None where none is scored.
    mark : Mark
        What is said of it.
    values : mapping of str to value
        All of that, by `COLUMNS`; None where there is none.
    """

    index: int
    candidate: Candidate
    ranked: RankedCandidate | None
    mark: Mark
    values: Mapping[str, Value]


def list_candidate_rows(
    plan: SearchPlan,
    fits: Iterable[FitRow],
    ranked: Sequence[RankedCandidate],
    marks: Mapping[int, Mark],
) -> list[CandidateRow]:
    """List all candidates in the order of their numbers."""
    by_index = {one.index: one for one in ranked}
    spent: dict[int, list[float]] = defaultdict(lambda: [0, 0.0])
    for fit in fits:
        if fit.fold != REFIT_FOLD:
            its = spent[fit.candidate]
            its[0] += fit.n_epochs
            its[1] += fit.seconds
    is_sure = bool(ranked) and ranked[0].n_folds_done > 1
    rows = []
    for index, (candidate, axes) in enumerate(zip(plan.candidates(), list_axes(plan), strict=True)):
        one, mark = by_index.get(index), marks.get(index, NO_MARK)
        n_epochs, seconds = spent.get(index, (0, 0.0))
        values = {**axes, **_measure(one, is_sure), "epochs": int(n_epochs), "seconds": seconds}
        values |= {"flag": mark.is_flagged, "note": mark.note}
        rows.append(CandidateRow(index, candidate, one, mark, values))
    return rows


@lru_cache(maxsize=16)  # pages ask again each second
def list_axes(plan: SearchPlan) -> tuple[Mapping[str, Value], ...]:
    """List what makes each candidate of a plan what it is, by the names of `AXES`, and its `network`."""
    return tuple(_tell_axes(candidate, plan.recipe) for candidate in plan.candidates())


def _tell_axes(candidate: Candidate, recipe: Recipe) -> dict[str, Value]:
    recipe = recipe.of(candidate)
    return {
        "network": str(candidate),
        "activation": candidate.activation.value,
        "lr": candidate.lr,
        "hidden": candidate.architecture,
        **{name: getattr(candidate, name) for name in WIDTHS},
        **{name: getattr(recipe, name) for name in GRID_SETTINGS},
    }


def _measure(one: RankedCandidate | None, is_sure: bool) -> dict[str, Value]:
    if one is None:
        return {"rank": None, "accuracy": None, "error": None, "tied": False, "folds": 0}
    error = one.standard_error * 100 if one.n_folds_done > 1 else None
    tied = is_sure and one.is_tied
    return {"rank": one.rank, "accuracy": one.mean, "error": error, "tied": tied, "folds": one.n_folds_done}
