"""A data set's classes as a model knows them."""

import numpy as np

from mnist_core.data.dataset import Dataset
from mnist_core.ground.arrays import Labels
from mnist_core.ground.errors import DataError


def match_labels(dataset: Dataset, class_names: tuple[str, ...]) -> Labels:
    """Return the labels of a data set as positions among the classes of a model.

    Parameters
    ----------
    dataset : Dataset
        With labels.
    class_names : tuple of str
        What the model tells apart.

    Raises
    ------
    DataError
        If the data set has no labels, or images of a class that the model does not know.
    """
    labels = dataset.labels
    if dataset.class_names == class_names:
        return labels
    known = {name: place for place, name in enumerate(class_names)}
    places = np.array([known.get(name, -1) for name in dataset.class_names], dtype=np.int64)
    matched: Labels = places[labels]
    unknown = [dataset.class_names[label] for label in np.unique(labels[matched < 0])]
    if unknown:
        raise DataError(
            f"The model tells {_list(class_names)} apart, but {dataset.name} has images of {_list(unknown)}: "
            "choose another data set or another model."
        )
    return matched


def _list(names: tuple[str, ...] | list[str], most: int = 12) -> str:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
