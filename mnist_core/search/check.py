"""Whether a data set can be searched as planned."""

from mnist_core.data.dataset import Dataset, Split, check_inner_split, split_dataset
from mnist_core.network.plan import SearchPlan


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
        If it has more classes than networks can tell apart.
    """
    plan.fit_classes(dataset.n_classes)
    split = split_dataset(dataset, plan.split_seed, plan.limit)
    check_inner_split(dataset.labels[split.train], plan.recipe.inner_folds, plan.n_parts, dataset.class_names)
    return split
