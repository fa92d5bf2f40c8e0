"""What the Operate page computes of a model and its images, each done once for all tabs."""

import streamlit as st

from mnist_core.insight.operate.bench import Bench
from mnist_core.insight.operate.curve import CurvePoint, find_curve
from mnist_ui.fields.pictures import Lens

# What starts with _ is not part of a key.
_Key = tuple[str, int, str]


def open_bench(lens: Lens) -> Bench:
    """Lay a model on the bench, with the images that it is looked into with."""
    return _open_bench(lens.key, lens)


def read_curve(lens: Lens, layer: str) -> list[CurvePoint]:
    """Measure what is read with ever fewer units of a hidden layer."""
    return _read_curve(lens.key, layer, lens)


@st.cache_resource(show_spinner="Showing the images to the network …", max_entries=4)
def _open_bench(key: _Key, _lens: Lens) -> Bench:  # noqa: ARG001 - as below
    return Bench(_lens.model.network, _lens.probe, _lens.model.info.temperature)


@st.cache_resource(show_spinner="Removing units, order by order …", max_entries=32)
def _read_curve(key: _Key, layer: str, _lens: Lens) -> list[CurvePoint]:
    return find_curve(_open_bench(key, _lens), layer)
