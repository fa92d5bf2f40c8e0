"""What the Map page computes of a model and its images, each done once for all tabs."""

import base64
import hashlib
from concurrent.futures import Future
from typing import Any, TypeAlias

import numpy as np
import pandas as pd

from mnist_core.data.dataset import Dataset
from mnist_core.ground.errors import LabError
from mnist_core.insight.projection.apart import map_apart
from mnist_core.insight.projection.flatten import Method
from mnist_core.insight.projection.layer_map import Cloud, list_points, map_layers, probe_layers
from mnist_core.insight.projection.map_images import Sample, choose_sample
from mnist_core.insight.projection.measure import Probed
from mnist_core.network.models import Model
from mnist_ui.cached.once import LookedInto, once
from mnist_ui.cached.one_by_one import ALONE, begin_in_turn, wait_for
from mnist_ui.components.gallery import sheet_png

_WORDS = "Flattening four layers: this takes half a minute, once …"
_COLUMNS = 50  # of the sheet of pictures


MapSource: TypeAlias = LookedInto[Sample]
"""A model and the images that its layers are mapped with."""


@once("Choosing images …", 6)
def open_map(model: Model, dataset: Dataset) -> MapSource:
    """Choose the images of a map.

    Raises
    ------
    DataError
        If the data set does not fit the model or has too few images.
    """
    return LookedInto(model, dataset, choose_sample(model, dataset))


def read_clouds(source: MapSource, method: Method) -> dict[str, Cloud]:
    """Flatten each stage of a network."""
    if method is Method.PCA:
        return _flatten_at_once(source)
    begun = _begin_flattening(source, method)
    try:
        return wait_for(begun, _WORDS)
    except LabError:
        _begin_flattening.clear(source, method)  # type: ignore[attr-defined]  # to be tried again
        raise


@once("Fitting a linear probe to each layer …", 64)
def read_probes(source: MapSource) -> dict[str, Probed]:
    """Measure what a linear probe reads of each stage."""
    with ALONE:
        return probe_layers(source.model, source.images)


@once(most=12)
def pack_map(source: MapSource, method: Method) -> dict[str, Any]:
    """Pack what the browser needs to show a map: clouds, classes and pictures, and the name of it all."""
    sample = source.images
    clouds = read_clouds(source, method)
    sheet = base64.b64encode(sheet_png(sample.images, _COLUMNS)).decode()
    return {
        "name": hashlib.sha256(repr((source.key, method.value)).encode()).hexdigest()[:16],
        "n": len(sample.labels),
        "labels": _to_text(sample.labels.astype(np.uint8)),
        "guesses": _to_text(sample.guesses.astype(np.uint8)),
        "confidences": _to_text(sample.confidences.astype("<f4")),
        "stages": [_to_text(cloud.flat.points.astype("<f4")) for cloud in clouds.values()],
        "side": sample.images.shape[1],
        "columns": _COLUMNS,
        "sheet": f"data:image/png;base64,{sheet}",
    }


@once(most=12)
def table_points(source: MapSource, method: Method) -> pd.DataFrame:
    """Write where each image lies in each stage as a table."""
    return pd.DataFrame(list_points(source.images, read_clouds(source, method)))


@once("Flattening four layers …", 24)
def _flatten_at_once(source: MapSource) -> dict[str, Cloud]:
    with ALONE:
        return map_layers(source.model, source.images, Method.PCA)


@once(most=12)
def _begin_flattening(source: MapSource, method: Method) -> "Future[dict[str, Cloud]]":
    return begin_in_turn(lambda: map_apart(source.model, source.images, method))


def _to_text(values: np.ndarray) -> str:
    return base64.b64encode(values.tobytes()).decode()
