"""What the Fields page computes of a model and its images, each done once for all tabs."""

from dataclasses import dataclass

import streamlit as st

from mnist_core.data.dataset import Dataset
from mnist_core.ground.arrays import Fields
from mnist_core.insight.evaluation.match import match_labels
from mnist_core.insight.fields import orient_fields
from mnist_core.insight.fields.fidelity import Fidelity, digit_fidelity
from mnist_core.insight.fields.likeness import DigitMeans, Likeness, average_digits, digit_likeness
from mnist_core.insight.fields.probe import Probe, choose_probe, find_image, take_images
from mnist_core.insight.fields.unit_facts import UnitFacts, find_facts
from mnist_core.insight.fields.view import Asked, DigitView
from mnist_core.insight.fields.view_arrays import DigitFields
from mnist_core.insight.fields.views import VIEWS, find_view
from mnist_core.network.architecture import LAYERS
from mnist_core.network.models import Model
from mnist_ui.cached.opened_models import identify, open_sample
from mnist_ui.fields.link import FieldsView

# What starts with _ is not part of a key; a lens is told by its `key`.
_Key = tuple[str, int, str]


@dataclass(frozen=True, eq=False)
class Lens:
    """A model, and the images that it is looked into with.

    Attributes
    ----------
    model : Model
        The model.
    dataset : Dataset
        Where the images are taken from.
    probe : Probe
        Those that pictures are made from, and those that they are measured on.
    """

    model: Model
    dataset: Dataset
    probe: Probe

    @property
    def key(self) -> _Key:
        """Return what tells it from others."""
        return *identify(self.model), self.dataset.fingerprint


def open_lens(model: Model, dataset: Dataset | None) -> Lens:
    """Choose the images to look into a model with: of a data set, or else of the built-in sample.

    Raises
    ------
    DataError
        If the images are of classes that the model does not know, or have no labels.
    """
    chosen = dataset or open_sample()
    return Lens(model, chosen, _choose_probe((*identify(model), chosen.fingerprint), model, chosen))


def show_way(lens: Lens, view: FieldsView, method: str | None = None) -> Fields:
    """Make the pictures of the chosen way, or of another, oriented as chosen."""
    place = min(view.image, lens.dataset.n_samples - 1)
    shown = _show_way(lens.key, view.layer, method or view.method, view.digit, place, lens)
    return orient_fields(shown, view.turned)


def look_all_ways(lens: Lens, view: FieldsView) -> None:
    """Make the pictures of all ways, and measure them: each takes too short to say so, all take seconds."""
    _look_all_ways(lens.key, view.layer, view.digit, min(view.image, lens.dataset.n_samples - 1), lens)


def show_digits(lens: Lens, view: FieldsView) -> DigitFields:
    """Make the pictures for every digit, of a way with a picture a digit, oriented as chosen."""
    shown = _draw_digits(lens.key, view.layer, view.method, lens)
    return shown.swapaxes(2, 3) if view.turned else shown


def measure_way(lens: Lens, layer: str, method: str) -> Fidelity:
    """Measure how far to trust the pictures of a way."""
    return _measure_way(lens.key, layer, method, lens)


def read_facts(lens: Lens, layer: str) -> UnitFacts:
    """Find out what is known of the units of a layer."""
    return _read_facts(lens.key, layer, lens)


def read_likeness(lens: Lens, view: FieldsView) -> Likeness:
    """Measure how much the pictures of the chosen way look like digits.

    Raises
    ------
    DataError
        If the images are not of the digits that the model knows.
    """
    upright = orient_fields(show_way(lens, view), view.turned)
    return digit_likeness(upright, _average_digits(lens.key, lens), is_output=view.layer == LAYERS[-1])


@st.cache_resource(show_spinner="Choosing images …", max_entries=3)
def _choose_probe(key: _Key, _model: Model, _dataset: Dataset) -> Probe:  # noqa: ARG001 - as all below
    labels = match_labels(_dataset, _model.info.class_names)
    return choose_probe(
        _model.info.data,
        _dataset,
        side=_model.info.side,
        labels=labels,
        is_trained=_model.find_trained(_dataset),
    )


@st.cache_resource(show_spinner="Looking …", max_entries=128)
def _show_way(key: _Key, layer: str, method: str, digit: int, place: int, _lens: Lens) -> Fields:
    way = find_view(method)
    if isinstance(way, DigitView):
        of_digit: Fields = _draw_digits(key, layer, method, _lens)[digit]
        return of_digit
    image = take_images(_lens.dataset, find_image(_lens.dataset, place), _lens.model.info.side)
    return way.show(_lens.model.network, layer, _lens.probe, Asked(digit, image))


@st.cache_resource(show_spinner="Looking in all twelve ways …", max_entries=32)
def _look_all_ways(key: _Key, layer: str, digit: int, place: int, _lens: Lens) -> None:
    for method in VIEWS:
        _show_way(key, layer, method, digit, place, _lens)
        _measure_way(key, layer, method, _lens)


@st.cache_resource(show_spinner="Looking, digit by digit …", max_entries=24)
def _draw_digits(key: _Key, layer: str, method: str, _lens: Lens) -> DigitFields:  # noqa: ARG001
    way = find_view(method)
    assert isinstance(way, DigitView)
    return way.draw(_lens.model.network, layer, _lens.probe.fit.images)


@st.cache_resource(show_spinner="Measuring how far to trust the pictures …", max_entries=128)
def _measure_way(key: _Key, layer: str, method: str, _lens: Lens) -> Fidelity:
    way, network = find_view(method), _lens.model.network
    if isinstance(way, DigitView):  # drawing them is the slow part
        return digit_fidelity(network, layer, _draw_digits(key, layer, method, _lens), _lens.probe)
    return way.measure(network, layer, _lens.probe)


@st.cache_resource(show_spinner="Switching each unit off …", max_entries=32)
def _read_facts(key: _Key, layer: str, _lens: Lens) -> UnitFacts:  # noqa: ARG001
    return find_facts(_lens.model.network, layer, _lens.probe)


@st.cache_resource(show_spinner="Averaging digits …", max_entries=4)
def _average_digits(key: _Key, _lens: Lens) -> DigitMeans:  # noqa: ARG001
    test, n_classes = _lens.probe.test, _lens.model.info.n_classes
    return average_digits(test.images, test.labels, n_classes)
