"""A model, and the images that pages look into it with."""

from typing import TypeAlias

from mnist_core.data.dataset import Dataset
from mnist_core.insight.evaluation.match import match_labels
from mnist_core.insight.fields.probe import Probe, choose_probe
from mnist_core.network.models import Model
from mnist_ui.cached.once import LookedInto, once

Lens: TypeAlias = LookedInto[Probe]
"""Images that pictures are made from, and others that they are measured on."""


@once("Choosing images …", 3)
def open_lens(model: Model, dataset: Dataset) -> Lens:
    """Choose the images to look into a model with.

    Raises
    ------
    DataError
        If the images are of classes that the model does not know, or have no labels.
    """
    labels = match_labels(dataset, model.info.class_names)
    is_trained = model.find_trained(dataset)
    probe = choose_probe(model.info.data, dataset, side=model.info.side, labels=labels, is_trained=is_trained)
    return LookedInto(model, dataset, probe)
