"""Whether a data set can be searched as planned."""

from mnist_core.arrays import Labels
from mnist_core.dataset import Split, check_inner_split, split_dataset
from mnist_core.grid import SearchPlan


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
    check_inner_split(labels[split.train], plan.recipe.inner_folds, plan.cv)
    return split
