"""Whether a data set can be searched as planned."""

from importlib.util import find_spec

from mnist_core.data.dataset import Dataset, Split, check_inner_split, split_dataset
from mnist_core.ground.errors import GridError
from mnist_core.ground.extras import extra
from mnist_core.network.plan import SearchPlan, Strategy

_MOST_BYTES = 4e9  # of the weights that a race begins with; the paper's take 0.2e9
_BYTES_A_WEIGHT = 12  # float32, with Adam's two means


def check_plan(plan: SearchPlan, dataset: Dataset) -> Split:
    """Check that a data set can be searched as planned, and return how it will be split.

    Parameters
    ----------
    plan : SearchPlan
        Its seed, limit, folds and recipe are looked at.
    dataset : Dataset
        What is to be searched on.

    Raises
    ------
    DataError
        If it has no labels, or a class has too few images for the splits and folds.
    GridError
        If it has more classes than networks can tell apart, a race of so many networks has no room, or its
        strategy needs a library that is not installed.
    """
    plan.fit_classes(dataset.n_classes)
    if plan.strategy is Strategy.BAYES and find_spec("optuna") is None:
        with extra("bayes", "The strategy bayes", GridError):
            raise ModuleNotFoundError(name="optuna")
    check_room(plan, dataset.images[0].size)
    split = split_dataset(dataset, plan.split_seed, plan.limit)
    check_inner_split(dataset.labels[split.train], plan.recipe.inner_folds, plan.n_parts, dataset.class_names)
    return split


def check_room(plan: SearchPlan, n_pixels: int) -> None:
    """Check that the networks of a race, trained side by side, have room in memory; raise `GridError`.

    Counted are all folds: a race begins on some, but may have dropped nobody when the others begin.
    """
    if plan.strategy is not Strategy.RACE:
        return
    units = sum(candidate.hidden1 for candidate in plan.candidates()) * plan.cv
    needed = units * n_pixels * _BYTES_A_WEIGHT
    if needed > _MOST_BYTES:
        raise GridError(
            f"A race trains its networks side by side: up to {plan.n_fits:,} of them would take "
            f"{needed / 1e9:.0f} GB, but {_MOST_BYTES / 1e9:.0f} GB are allowed: take fewer candidates, or "
            "the strategy random."
        )
