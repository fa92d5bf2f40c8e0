"""Measurements of how far models can be trusted, done once for all tabs."""

import numpy as np

from mnist_core.data.dataset import Dataset
from mnist_core.ground.arrays import Images, Labels, Logits
from mnist_core.insight.evaluation.answers import read_answers as compute_answers
from mnist_core.insight.evaluation.calibration import Tempering, temper
from mnist_core.insight.evaluation.comparison import Comparison, Readings, compare, read_both
from mnist_core.insight.evaluation.coverage import Refusal, Step, find_refusals, list_steps
from mnist_core.insight.evaluation.disturbances import DISTURBANCES, disturb_images
from mnist_core.insight.evaluation.part import Part, take_examples
from mnist_core.insight.evaluation.robustness import Reached, measure_robustness
from mnist_core.network.models import Model
from mnist_ui.cached.once import once
from mnist_ui.cached.one_by_one import ALONE


@once("Measuring the model …", 32)
def read_answers(model: Model, dataset: Dataset) -> tuple[Part, Logits, Labels]:
    """Read the images that a model is fairly measured on.

    Raises
    ------
    DataError
        If the data set does not fit the model.
    """
    examples = take_examples(model, dataset)
    return examples.part, compute_answers(model, examples.images), examples.labels


@once("Measuring how sure it may be …", 32)
def measure_sureness(model: Model, dataset: Dataset) -> tuple[Tempering, list[Step], list[Refusal]]:
    """Measure how true a model's probabilities are, and what it gains by refusing.

    Raises
    ------
    DataError
        If the data set does not fit the model, or has too few images.
    """
    _, logits, labels = read_answers(model, dataset)
    tempering = temper(logits, labels, own=model.info.temperature)
    return tempering, list_steps(logits, labels), list(find_refusals(logits, labels))


@once("Disturbing images, and reading them …", 64)
def read_robustness(model: Model, dataset: Dataset, most: int | None) -> tuple[Part, list[Reached]]:
    """Measure how well a model reads disturbed images: so many of those that it is fairly measured on.

    Raises
    ------
    DataError
        If the data set does not fit the model.
    """
    examples = take_examples(model, dataset, most=most)
    with ALONE:
        return examples.part, measure_robustness(model.network, examples.images, examples.labels)


@once("Comparing the models …", 16)
def compare_models(first: Model, second: Model, dataset: Dataset) -> tuple[Readings, Comparison]:
    """Compare what two models read.

    Raises
    ------
    DataError
        If the data set does not fit them both.
    """
    with ALONE:
        readings = read_both(first, second, dataset)
        return readings, compare(readings)


@once(most=64)
def draw_levels(dataset: Dataset, name: str) -> Images:
    """Draw the first image of a data set at each level of a disturbance."""
    one = np.array(dataset.images[:1])
    return np.concatenate([disturb_images(one, name, level) for level in DISTURBANCES[name].levels])
