"""The cross-validated search over a grid, by either of two engines."""

import sys
from pathlib import Path

import joblib

from mnist_core.arrays import Images, Labels
from mnist_core.classifier import check_inner_split
from mnist_core.dataset import Split, split_dataset
from mnist_core.grid import Engine, SearchPlan
from mnist_core.search.events import EventSender
from mnist_core.search.reference import search_by_sklearn
from mnist_core.search.results import SearchResults
from mnist_core.search.stacks import search_by_stacks

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
) -> SearchResults:
    """Fit every candidate of a plan on every fold, on one-threaded processes side by side.

    Parameters
    ----------
    images : ndarray of shape (n, side, side), float32
        Training images, in the order in which they are used.
    labels : ndarray of shape (n,), int64
        Their digits.
    plan : SearchPlan
        Grid, folds, recipe, engine, processes.
    sender : EventSender
        Gets every epoch and every score as it comes.
    temp_folder : Path
        Where processes share the images.
    """
    search = {Engine.FUSED: search_by_stacks, Engine.SKLEARN: search_by_sklearn}[plan.engine]
    n_processes = min(plan.workers or joblib.cpu_count(), plan.n_fits)
    with _configure_processes(plan.engine, temp_folder):
        return search(images, labels, plan, sender, n_processes)


def _configure_processes(engine: Engine, temp_folder: Path) -> joblib.parallel_config:
    if engine is Engine.FUSED and sys.platform == "linux":
        # Forked, they begin at once: libraries, compiled code and images are there already.
        return joblib.parallel_config("multiprocessing", temp_folder=str(temp_folder))
    return joblib.parallel_config("loky", inner_max_num_threads=1, temp_folder=str(temp_folder))
