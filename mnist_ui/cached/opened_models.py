"""Slow reads, done once for all tabs: models, what they read in a data set, what their units look for."""

from pathlib import Path

import numpy as np

from mnist_core.data.dataset import Dataset, Split, split_dataset
from mnist_core.data.layouts import read_or_sample
from mnist_core.data.side import bring_to_side
from mnist_core.ground.arrays import Activations, Fields
from mnist_core.insight.evaluation import Evaluation
from mnist_core.insight.evaluation.answers import evaluate_model
from mnist_core.insight.evaluation.part import Part, Which, take_examples
from mnist_core.insight.fields import layer_sums, receptive_fields
from mnist_core.insight.fields.eigenpictures import Eigenpictures, find_eigenpictures
from mnist_core.network.models import Model, load_model
from mnist_ui.cached.once import once


def open_model(folder: Path) -> Model:
    """Load a model folder, again only after it has changed.

    Raises
    ------
    ModelError
        If it is absent or damaged.
    """
    path = folder / "model.json"
    return _open_model(str(folder), path.stat().st_mtime_ns if path.exists() else 0)


@once("Measuring the model …", 32)
def evaluate_part(model: Model, dataset: Dataset, which: Which) -> tuple[Part, Evaluation]:
    """Measure a model on a part of a data set.

    Raises
    ------
    DataError
        If the data set does not fit the model, or has too few images to hold any out.
    """
    found = take_examples(model, dataset, which)
    return found.part, evaluate_model(model, found.images, found.labels)


@once(most=16)
def split_once(dataset: Dataset, seed: int, limit: int | None) -> Split:
    """Split a data set, once for all tabs; see `split_dataset`.

    Raises
    ------
    DataError
        If it has too few images.
    """
    return split_dataset(dataset, seed, limit)


@once(most=64)
def read_fields(model: Model, layer: str) -> Fields:
    """Compute the receptive fields of a layer, upright."""
    return receptive_fields(model.network, layer)


@once(most=16)
def read_eigenpictures(model: Model) -> Eigenpictures:
    """Take a network of squares apart into its pictures.

    Raises
    ------
    ModelError
        If it is another.
    """
    return find_eigenpictures(model.network)


@once("Showing all images to the units …", 6)
def read_sums(model: Model, layer: str, dataset: Dataset) -> Activations:
    """Compute the sums of a layer's units for all images of a data set.

    Raises
    ------
    DataError
        If the data set does not fit the model.
    """
    images = bring_to_side(dataset.images, model.info.side)
    return np.ascontiguousarray(layer_sums(model.network, layer, images))


@once()
def open_sample() -> Dataset:
    """Read the built-in sample."""
    return read_or_sample()


@once(most=64)
def _open_model(folder: str, changed: int) -> Model:  # noqa: ARG001 - part of the key
    return load_model(Path(folder))
