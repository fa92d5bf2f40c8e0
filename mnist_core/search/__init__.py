"""The cross-validated search over a grid: scikit-learn's `GridSearchCV` over skorch."""

from pathlib import Path

import joblib
from sklearn.model_selection import GridSearchCV

from mnist_core.arrays import Images, Labels
from mnist_core.classifier import check_inner_split, classifier_params, make_classifier
from mnist_core.dataset import Split, split_dataset
from mnist_core.grid import SearchPlan
from mnist_core.search.events import EventSender, FitScorer, SearchMonitor

__all__ = ["check_plan", "search_grid"]


def check_plan(plan: SearchPlan, labels: Labels) -> Split:
    """Check that a data set can be searched as planned, and return how it will be split.

    Parameters
    ----------
    plan : SearchPlan
        Its seed, limit, folds and recipe are looked at.
    labels : ndarray of shape (n,), int64
        Of the whole data set.

    Raises
    ------
    DataError
        If a digit has too few images for the splits and folds.
    """
    split = split_dataset(labels, plan.split_seed, plan.limit)
    check_inner_split(labels[split.train], plan.recipe, plan.cv)
    return split


def search_grid(
    images: Images, labels: Labels, plan: SearchPlan, sender: EventSender, temp_folder: Path
) -> GridSearchCV:
    """Fit every candidate of a plan on every fold, on one-threaded processes side by side.

    Parameters
    ----------
    images : ndarray of shape (n, side, side), float32
        Training images, in the order in which they are used.
    labels : ndarray of shape (n,), int64
        Their digits.
    plan : SearchPlan
        Grid, folds, recipe, processes.
    sender : EventSender
        Gets every epoch and every score as it comes.
    temp_folder : Path
        Where processes share the images.

    Returns
    -------
    GridSearchCV
        Fitted, but for the winner: `cv_results_` in the order of `plan.grid.candidates()`.
    """
    search = GridSearchCV(
        make_classifier(plan.recipe, n_inputs=images[0].size),
        # A grid for each candidate keeps their order ours.
        [
            {name: [value] for name, value in classifier_params(candidate).items()}
            for candidate in plan.grid.candidates()
        ],
        scoring=FitScorer(sender, plan.cv),
        cv=plan.cv,
        refit=False,
        error_score="raise",
        n_jobs=min(plan.workers or joblib.cpu_count(), plan.n_fits),
    )
    search.set_callbacks(SearchMonitor(sender, plan.cv))
    with joblib.parallel_config("loky", inner_max_num_threads=1, temp_folder=str(temp_folder)):
        return search.fit(images.reshape(len(images), -1), labels)
