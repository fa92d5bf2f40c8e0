"""Measurements of how far models can be trusted, done once for all tabs."""

import numpy as np
import streamlit as st

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
from mnist_ui.cached.opened_models import identify

# What starts with _ is not part of a key; model and data set are told by it.
_Key = tuple[str, int, str]


def read_answers(model: Model, dataset: Dataset) -> tuple[Part, Logits, Labels]:
    """Read the images that a model is fairly measured on.

    Raises
    ------
    DataError
        If the data set does not fit the model.
    """
    return _read_answers(_tell(model, dataset), model, dataset)


def measure_sureness(model: Model, dataset: Dataset) -> tuple[Tempering, list[Step], list[Refusal]]:
    """Measure how true a model's probabilities are, and what it gains by refusing.

    Raises
    ------
    DataError
        If the data set does not fit the model, or has too few images.
    """
    return _measure_sureness(_tell(model, dataset), model, dataset)


def read_robustness(model: Model, dataset: Dataset, most: int | None) -> tuple[Part, list[Reached]]:
    """Measure how well a model reads disturbed images: so many of those that it is fairly measured on.

    Raises
    ------
    DataError
        If the data set does not fit the model.
    """
    return _read_robustness(_tell(model, dataset), most, model, dataset)


def compare_models(first: Model, second: Model, dataset: Dataset) -> tuple[Readings, Comparison]:
    """Compare what two models read.

    Raises
    ------
    DataError
        If the data set does not fit them both.
    """
    return _compare_models(_tell(first, dataset), identify(second), first, second, dataset)


def draw_levels(dataset: Dataset, name: str) -> Images:
    """Draw the first image of a data set at each level of a disturbance."""
    return _draw_levels(dataset.fingerprint, name, dataset)


def _tell(model: Model, dataset: Dataset) -> _Key:
    return *identify(model), dataset.fingerprint


@st.cache_resource(show_spinner="Measuring the model …", max_entries=32)
def _read_answers(key: _Key, _model: Model, _dataset: Dataset) -> tuple[Part, Logits, Labels]:  # noqa: ARG001
    examples = take_examples(_model, _dataset)
    return examples.part, compute_answers(_model, examples.images), examples.labels


@st.cache_resource(show_spinner="Measuring how sure it may be …", max_entries=32)
def _measure_sureness(
    key: _Key,  # noqa: ARG001
    _model: Model,
    _dataset: Dataset,
) -> tuple[Tempering, list[Step], list[Refusal]]:
    _, logits, labels = read_answers(_model, _dataset)
    return (
        temper(logits, labels, own=_model.info.temperature),
        list_steps(logits, labels),
        list(find_refusals(logits, labels)),
    )


@st.cache_resource(show_spinner="Disturbing images, and reading them …", max_entries=64)
def _read_robustness(
    key: _Key,  # noqa: ARG001
    most: int | None,
    _model: Model,
    _dataset: Dataset,
) -> tuple[Part, list[Reached]]:
    examples = take_examples(_model, _dataset, most=most)
    return examples.part, measure_robustness(_model.network, examples.images, examples.labels)


@st.cache_resource(show_spinner="Comparing the models …", max_entries=16)
def _compare_models(
    key: _Key,  # noqa: ARG001
    other: tuple[str, int],  # noqa: ARG001
    _first: Model,
    _second: Model,
    _dataset: Dataset,
) -> tuple[Readings, Comparison]:
    readings = read_both(_first, _second, _dataset)
    return readings, compare(readings)


@st.cache_resource(show_spinner=False, max_entries=64)
def _draw_levels(fingerprint: str, name: str, _dataset: Dataset) -> Images:  # noqa: ARG001
    one = np.array(_dataset.images[:1])
    return np.concatenate([disturb_images(one, name, level) for level in DISTURBANCES[name].levels])
