"""What `GridSearchCV` takes beside a grid, as far as `GridSearch` takes it."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace
from numbers import Integral
from typing import Any

import joblib
import numpy as np
from sklearn.model_selection import check_cv

from mnist_core.data.dataset import compute_fingerprint
from mnist_core.data.stratified import Split
from mnist_core.ground.arrays import Inputs, Labels
from mnist_core.ground.errors import GridError
from mnist_core.network.plan import Engine, SearchPlan, Strategy
from mnist_core.network.recipe import Keep
from mnist_core.search.estimators.inputs import make_plain, make_recipe, read_axes
from mnist_core.search.results import SearchResults

_ELSE = "use scikit-learn's GridSearchCV(NetworkClassifier(), ...) for it"


def check_settings(search: Any) -> None:
    """Refuse what only `GridSearchCV` can do.

    Parameters
    ----------
    search : GridSearch
        Its `scoring`, `refit`, `error_score` and `return_train_score` are looked at.

    Raises
    ------
    GridError
        If one of them asks for more than accuracy on the folds that are left out.
    """
    scoring, refit = search.scoring, search.refit
    if scoring not in (None, "accuracy"):
        raise GridError(f"scoring must be accuracy, or None for it, but is {scoring!r}: {_ELSE}.")
    if not isinstance(refit, bool | np.bool_) and refit != "accuracy" and not callable(refit):
        raise GridError(
            "refit must be True, False, accuracy, or a function of cv_results_ that returns the place of the "
            f"best, but is {refit!r}: choose one."
        )
    if search.error_score != "raise":
        raise GridError(
            "error_score must be raise, as a fit that goes wrong ends the search, but is "
            f"{search.error_score!r}: {_ELSE}."
        )
    if search.return_train_score:
        raise GridError(
            "return_train_score must be False, as networks are measured on the folds left out only, but is "
            f"{search.return_train_score!r}: {_ELSE}."
        )


def make_plan(search: Any, n_folds: int) -> SearchPlan:
    """Make the plan that the parameters of a `GridSearch` stand for.

    Raises
    ------
    GridError
        If one of them cannot be used.
    """
    for word, kind, value in (("engine", Engine, search.engine), ("strategy", Strategy, search.strategy)):
        if value not in list(kind):
            choices = f"{', '.join(list(kind)[:-1])} or {list(kind)[-1]}"
            raise GridError(f"The {word} must be {choices}, but is {value!r}: choose one.")
    if search.checkpoint_folder is not None and search.engine == Engine.SKLEARN:
        raise GridError("The sklearn engine keeps no checkpoints: choose fused, or no checkpoint folder.")
    return SearchPlan(
        grid=read_axes(search.param_grid),
        recipe=make_recipe(search),
        cv=n_folds,
        engine=Engine(search.engine),
        workers=joblib.effective_n_jobs(search.n_jobs),
        cluster=search.cluster,
        strategy=Strategy(search.strategy),
        n_trials=make_plain(search.n_trials),
    )


def read_splits(cv: Any, columns: Inputs, labels: Labels) -> list[Split] | None:
    """Read splits from a splitter or an iterable of them; None where cv is a number of folds.

    Parameters
    ----------
    cv : int, splitter, or iterable of (train, test)
        As `GridSearchCV` takes it; masks may stand for positions.
    columns : ndarray of shape (n, pixels), float32
        The images.
    labels : ndarray of shape (n,), int64
        Their labels.

    Raises
    ------
    GridError
        If it is none of these, or a split leaves nothing to train on or to measure with.
    """
    if isinstance(cv, Integral):
        return None
    if isinstance(cv, str) or not (hasattr(cv, "split") or isinstance(cv, Iterable)):
        raise GridError(
            "cv must be a whole number of folds, a splitter, or an iterable of pairs of positions, but is "
            f"{cv!r}: give one such as 5."
        )
    places = np.arange(len(labels))
    pairs = check_cv(cv, labels, classifier=True).split(columns, labels)
    splits = [(places[train], places[test]) for train, test in pairs]
    if not all(len(part) for split in splits for part in split):
        raise GridError("Each split of cv needs images to train on and to measure with: one has none.")
    return splits


def choose_best(refit: Any, found: SearchResults) -> SearchResults:
    """Return the results with the best candidate that `refit` chooses, where it is a function.

    Raises
    ------
    GridError
        If what it returns is no place of a candidate.
    """
    if not callable(refit):
        return found
    best, n = refit(found.cv_results), len(found.cv_results["params"])
    if not isinstance(best, Integral) or not 0 <= int(best) < n:
        raise GridError(f"refit must return the place of a candidate, 0 to {n - 1}, but returned {best!r}.")
    return replace(found, best_index=int(best))


def name_search(plan: SearchPlan, columns: Inputs, labels: Labels, splits: Sequence[Split] | None) -> str:
    """Name the folder that holds the checkpoints of this very search."""
    recipe = asdict(plan.recipe)
    # Earlier versions knew neither: their checkpoints go on.
    kept, has_own_units = recipe.pop("keep"), recipe.pop("own_units")
    words = json.dumps([plan.grid.values(), recipe, plan.cv])
    words += "" if kept == Keep.LAST else kept
    words += "own units" if has_own_units else ""
    words += "" if plan.strategy is Strategy.GRID else json.dumps([plan.strategy, plan.n_trials])
    words += "" if splits is None else json.dumps([[part.tolist() for part in split] for split in splits])
    words += compute_fingerprint(columns, labels)
    return hashlib.sha256(words.encode()).hexdigest()[:16]
