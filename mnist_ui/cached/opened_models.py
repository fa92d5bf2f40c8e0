"""Slow reads, done once for all tabs: models, what they read in a data set, what their units look for."""

from pathlib import Path

import numpy as np
import streamlit as st

from mnist_core.data.dataset import Dataset, Split, split_dataset
from mnist_core.data.layouts import read_dataset
from mnist_core.data.sample import SAMPLE_NAME, SAMPLE_PATH
from mnist_core.data.side import bring_to_side
from mnist_core.ground.arrays import Activations, Fields, Images
from mnist_core.insight.evaluation import Evaluation
from mnist_core.insight.evaluation.answers import evaluate_model
from mnist_core.insight.evaluation.part import Part, Which, take_examples
from mnist_core.insight.fields import layer_sums, receptive_fields
from mnist_core.network.models import Model, load_model

# Keys are (folder, time of model.json, fingerprint); what starts with _ is not part of a key.


def open_model(folder: Path) -> Model:
    """Load a model folder, again only after it has changed.

    Raises
    ------
    ModelError
        If it is absent or damaged.
    """
    path = folder / "model.json"
    return _open_model(str(folder), path.stat().st_mtime_ns if path.exists() else 0)


def evaluate_part(model: Model, dataset: Dataset, which: Which = Which.FAIR) -> tuple[Part, Evaluation]:
    """Measure a model on a part of a data set.

    Raises
    ------
    DataError
        If the data set does not fit the model, or has too few images to hold any out.
    """
    return _evaluate_part(*identify(model), dataset.fingerprint, which, model, dataset)


def split_once(dataset: Dataset, seed: int = 0, limit: int | None = None) -> Split:
    """Split a data set, once for all tabs; see `split_dataset`.

    Raises
    ------
    DataError
        If it has too few images.
    """
    return _split_once(dataset.fingerprint, seed, limit, dataset)


def read_fields(model: Model, layer: str) -> Fields:
    """Compute the receptive fields of a layer, upright."""
    return _read_fields(*identify(model), layer, model)


def read_sums(model: Model, layer: str, dataset: Dataset) -> Activations:
    """Compute the sums of a layer's units for all images of a data set.

    Raises
    ------
    DataError
        If the data set does not fit the model.
    """
    return _read_sums(*identify(model), layer, dataset.fingerprint, model, dataset)


@st.cache_resource(show_spinner=False)
def open_sample() -> Dataset:
    """Read the built-in sample."""
    return read_dataset(SAMPLE_PATH, SAMPLE_NAME)


def identify(model: Model) -> tuple[str, int]:
    """Return what tells a model from others, and from itself before a change."""
    return str(model.folder), (model.folder / "model.json").stat().st_mtime_ns


def _bring(model: Model, images: Images) -> Images:
    """Bring images to the side that a model reads."""
    return bring_to_side(images, model.info.side)


@st.cache_resource(show_spinner=False, max_entries=64)
def _open_model(folder: str, changed: int) -> Model:  # noqa: ARG001 - part of the key
    return load_model(Path(folder))


@st.cache_resource(show_spinner="Measuring the model …", max_entries=32)
def _evaluate_part(
    folder: str,  # noqa: ARG001 - part of the key
    changed: int,  # noqa: ARG001
    fingerprint: str,  # noqa: ARG001
    which: Which,
    _model: Model,
    _dataset: Dataset,
) -> tuple[Part, Evaluation]:
    found = take_examples(_model, _dataset, which)
    return found.part, evaluate_model(_model, found.images, found.labels)


@st.cache_resource(show_spinner=False, max_entries=64)
def _read_fields(folder: str, changed: int, layer: str, _model: Model) -> Fields:  # noqa: ARG001
    return receptive_fields(_model.network, layer)


@st.cache_resource(show_spinner="Showing all images to the units …", max_entries=6)
def _read_sums(
    folder: str,  # noqa: ARG001 - part of the key
    changed: int,  # noqa: ARG001
    layer: str,
    fingerprint: str,  # noqa: ARG001
    _model: Model,
    _dataset: Dataset,
) -> Activations:
    return np.ascontiguousarray(layer_sums(_model.network, layer, _bring(_model, _dataset.images)))


@st.cache_resource(show_spinner=False, max_entries=16)
def _split_once(fingerprint: str, seed: int, limit: int | None, _dataset: Dataset) -> Split:  # noqa: ARG001
    return split_dataset(_dataset, seed, limit)
