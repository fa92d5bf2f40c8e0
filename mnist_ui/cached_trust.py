"""Measurements of how far models can be trusted, done once for all tabs."""

import streamlit as st

from mnist_core.arrays import Labels, Logits
from mnist_core.dataset import Dataset
from mnist_core.evaluation import read_logits
from mnist_core.evaluation.calibration import Tempering, temper
from mnist_core.evaluation.coverage import Refusal, Step, find_refusals, list_steps
from mnist_core.evaluation.part import Part, take_examples
from mnist_core.modelstore import Model
from mnist_ui.cached import identify

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


def _tell(model: Model, dataset: Dataset) -> _Key:
    return *identify(model), dataset.fingerprint


@st.cache_resource(show_spinner="Measuring the model …", max_entries=32)
def _read_answers(key: _Key, _model: Model, _dataset: Dataset) -> tuple[Part, Logits, Labels]:  # noqa: ARG001
    examples = take_examples(_model, _dataset)
    return examples.part, read_logits(_model.network, examples.images), examples.labels


@st.cache_resource(show_spinner="Measuring how sure it may be …", max_entries=32)
def _measure_sureness(
    key: _Key,  # noqa: ARG001
    _model: Model,
    _dataset: Dataset,
) -> tuple[Tempering, list[Step], list[Refusal]]:
    _, logits, labels = read_answers(_model, _dataset)
    return temper(logits, labels), list_steps(logits, labels), list(find_refusals(logits, labels))
