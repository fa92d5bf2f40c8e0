"""What the Map page computes of a model and its images, each done once for all tabs."""

import base64
import hashlib
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from mnist_core.data.dataset import Dataset
from mnist_core.insight.projection.flatten import Method, load_umap
from mnist_core.insight.projection.layer_map import Cloud, list_points, map_layers, probe_layers
from mnist_core.insight.projection.map_images import Sample, choose_sample
from mnist_core.insight.projection.measure import Probed
from mnist_core.network.models import Model
from mnist_ui.cached.opened_models import identify
from mnist_ui.components.gallery import sheet_png
from mnist_ui.start.warming import load_alone

# What starts with _ is not part of a key.
_Key = tuple[str, int, str]

_COLUMNS = 50  # of the sheet of pictures


@dataclass(frozen=True, eq=False)
class MapSource:
    """A model and the images that its layers are mapped with.

    Attributes
    ----------
    model : Model
        The model.
    dataset : Dataset
        Where the images come from.
    sample : Sample
        The images.
    """

    model: Model
    dataset: Dataset
    sample: Sample

    @property
    def key(self) -> _Key:
        """Return what tells it from others."""
        return *identify(self.model), self.dataset.fingerprint


def open_map(model: Model, dataset: Dataset) -> MapSource:
    """Choose the images of a map.

    Raises
    ------
    DataError
        If the data set does not fit the model or has too few images.
    """
    return MapSource(model, dataset, _choose((*identify(model), dataset.fingerprint), model, dataset))


def read_clouds(source: MapSource, method: Method) -> dict[str, Cloud]:
    """Flatten each stage of a network."""
    if method is Method.PCA:
        return _flatten_at_once(source.key, source)
    return _flatten(source.key, method, source)


def read_probes(source: MapSource) -> dict[str, Probed]:
    """Measure what a linear probe reads of each stage."""
    return _probe(source.key, source)


def pack_map(source: MapSource, method: Method) -> dict[str, Any]:
    """Pack what the browser needs to show a map: clouds, classes and pictures, and the name of it all."""
    return _pack(source.key, method, source)


def table_points(source: MapSource, method: Method) -> pd.DataFrame:
    """Write where each image lies in each stage as a table."""
    return _table(source.key, method, source)


@st.cache_resource(show_spinner="Choosing images …", max_entries=6)
def _choose(key: _Key, _model: Model, _dataset: Dataset) -> Sample:  # noqa: ARG001 - as all below
    return choose_sample(_model, _dataset)


@st.cache_resource(show_spinner="Flattening four layers …", max_entries=6)
def _flatten_at_once(key: _Key, _source: MapSource) -> dict[str, Cloud]:  # noqa: ARG001
    return map_layers(_source.model, _source.sample, Method.PCA)


@st.cache_resource(
    show_spinner="Flattening four layers: this takes half a minute, once …", show_time=True, max_entries=12
)
def _flatten(key: _Key, method: Method, _source: MapSource) -> dict[str, Cloud]:  # noqa: ARG001
    if method is Method.UMAP:
        load_alone(load_umap)
    return map_layers(_source.model, _source.sample, method)


@st.cache_resource(show_spinner="Fitting a linear probe to each layer …", max_entries=6)
def _probe(key: _Key, _source: MapSource) -> dict[str, Probed]:  # noqa: ARG001
    return probe_layers(_source.model, _source.sample)


@st.cache_resource(show_spinner=False, max_entries=12)
def _pack(key: _Key, method: Method, _source: MapSource) -> dict[str, Any]:
    sample = _source.sample
    clouds = read_clouds(_source, method)
    sheet = base64.b64encode(sheet_png(sample.images, _COLUMNS)).decode()
    return {
        "name": hashlib.sha256(repr((key, method.value)).encode()).hexdigest()[:16],
        "n": len(sample.labels),
        "labels": _to_text(sample.labels.astype(np.uint8)),
        "guesses": _to_text(sample.guesses.astype(np.uint8)),
        "confidences": _to_text(sample.confidences.astype("<f4")),
        "stages": [_to_text(cloud.flat.points.astype("<f4")) for cloud in clouds.values()],
        "side": sample.images.shape[1],
        "columns": _COLUMNS,
        "sheet": f"data:image/png;base64,{sheet}",
    }


@st.cache_resource(show_spinner=False, max_entries=12)
def _table(key: _Key, method: Method, _source: MapSource) -> pd.DataFrame:  # noqa: ARG001
    return pd.DataFrame(list_points(_source.sample, read_clouds(_source, method)))


def _to_text(values: np.ndarray) -> str:
    return base64.b64encode(values.tobytes()).decode()
