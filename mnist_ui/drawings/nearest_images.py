"""The training images that a network finds most like a drawing."""

import numpy as np
import streamlit as st

from mnist_core.data.dataset import Dataset
from mnist_core.ground.arrays import Image
from mnist_core.ground.errors import DataError
from mnist_core.insight.fields.probe import Digits
from mnist_core.insight.reading.nearest import Crowd, find_nearest, gather_crowd
from mnist_core.network.architecture import LAYER_WORDS
from mnist_core.network.models import Model
from mnist_core.pens import SIDE
from mnist_ui.cached.once import once
from mnist_ui.cached.opened_models import open_sample, read_sums
from mnist_ui.components.gallery import show_gallery
from mnist_ui.markdown import escape
from mnist_ui.session import current_dataset

_N = 10
_PICTURE_SIZE = 56  # screen pixels, two of them a pixel of the image
_MOST_IMAGES = 100_000  # of a data set; more would take seconds and much memory
_NO_DIGITS = Digits(np.empty((0, SIDE, SIDE), np.float32), np.empty(0, np.int64))


def show_nearest(model: Model, image: Image) -> None:
    """Show the nearest images: of the open data set, else of the sample, and of the pens learned from.

    Nothing is shown where no data set is of the classes that the model knows.
    """
    with st.spinner("Showing the training images to the network …"):  # in its place, not below the page
        crowd = _find_crowd(model)
    if crowd is None:
        return
    nearest = find_nearest(model, crowd, image, _N)
    st.caption(_name(crowd))
    captions = [model.info.class_names[label] for label in nearest.labels]
    show_gallery(nearest.images, captions, size=_PICTURE_SIZE, label="the nearest images")
    st.caption(_explain(model, crowd))


def _name(crowd: Crowd) -> str:
    is_known = crowd.is_trained or len(crowd.pens.labels)
    return f"The {'training ' if is_known else ''}images that it finds most alike"


def _explain(model: Model, crowd: Crowd) -> str:
    sources = [f"{len(crowd.places):,} images of {escape(crowd.dataset.name)}"] if len(crowd.places) else []
    if len(crowd.pens.labels):
        sources.append(f"the {len(crowd.pens.labels):,} pen digits that it learned from")
    more = ""
    if not crowd.is_trained and not model.info.imported:
        more = f" Open {escape(model.info.data.name)}, which it was trained on, to look among its images too."
    layer = LAYER_WORDS[model.network.hidden_names[-1]]
    return f"Those to which {layer} answers most alike, of {' and '.join(sources)}.{more}"


def _find_crowd(model: Model) -> Crowd | None:
    opened = current_dataset()
    for dataset in (opened, open_sample()):
        if dataset is None or dataset.n_samples > _MOST_IMAGES:
            continue
        try:
            return open_crowd(model, dataset)
        except DataError:
            continue  # of other classes
    return None


@once(most=24)
def open_crowd(model: Model, dataset: Dataset) -> Crowd:
    """Gather the images among which a model finds those that are most alike.

    Raises
    ------
    DataError
        If they are of other classes.
    """
    pens = _NO_DIGITS if model.info.pens is None else _draw_pens()
    return gather_crowd(
        model, dataset, lambda: read_sums(model, model.network.hidden_names[-1], dataset), pens
    )


@once()
def _draw_pens() -> Digits:
    from mnist_core.training.robust.pen import draw_pens, read_pens  # noqa: PLC0415 - only for a model that knows them

    pens = read_pens()
    return Digits(draw_pens(pens), pens.labels)
