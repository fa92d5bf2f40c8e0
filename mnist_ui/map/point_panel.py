"""One image of a map: its way through the network, and what lies beside it in each layer."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import streamlit as st
from jaxtyping import Float32

from mnist_core.ground.arrays import Image, Indices
from mnist_core.insight.projection.layer_map import Cloud
from mnist_core.insight.projection.map_images import read_stages
from mnist_core.insight.reading import read_images
from mnist_core.insight.reading.nearest import find_places
from mnist_ui.components.gallery import show_gallery, show_rows
from mnist_ui.drawings.last_drawing import find_drawn
from mnist_ui.map.layer_maps import MapSource
from mnist_ui.map.path_picture import show_path
from mnist_ui.markdown import escape

_PICTURE_SIZE = 112  # screen pixels, four of them a pixel of the image
_N_NEAREST = 6


@dataclass(frozen=True, eq=False)
class Shown:
    """An image that is looked at.

    Attributes
    ----------
    image : ndarray of shape (side, side), float32
        As the network is given it.
    values : mapping of str to ndarray of shape (features,), float32
        What each stage holds of it.
    words : str
        What it is and how it is read, in Markdown.
    place : int or None
        Which point of the map it is; None where it is none.
    """

    image: Image
    values: Mapping[str, Float32[np.ndarray, " _"]]
    words: str
    place: int | None = None


def describe_point(source: MapSource, clouds: Mapping[str, Cloud], place: int) -> Shown:
    """Describe a point of a map."""
    sample, names = source.images, source.model.info.class_names
    label, guess = names[sample.labels[place]], names[sample.guesses[place]]
    read = "read right" if label == guess else f"read as **{escape(guess)}**"
    words = (
        f"**{escape(label)}**, {read}, {sample.confidences[place]:.1%} sure  \n"
        f"image {sample.places[place]} of {escape(source.dataset.name)}"
    )
    values = {stage: cloud.values[place] for stage, cloud in clouds.items()}
    return Shown(sample.images[place], values, words, place)


def describe_drawn(source: MapSource) -> Shown | None:
    """Describe the digit from the Draw page; None where there is none that fits."""
    model = source.model
    image = find_drawn(model.info.side)
    if image is None:
        return None
    (reading,) = read_images(model, image[None])
    guess, sure = model.info.class_names[reading.digit], reading.probabilities[reading.digit]
    values = {stage: held[0] for stage, held in read_stages(model.network, image[None]).items()}
    return Shown(image, values, f"**Your drawing**, read as **{escape(guess)}**, {sure:.1%} sure")


def show_image(
    source: MapSource, clouds: Mapping[str, Cloud], titles: Mapping[str, str], shown: Shown
) -> None:
    """Show an image, its way through the network, and the nearest in each layer."""
    with st.container(horizontal=True, gap="medium"):
        with st.container(width=_PICTURE_SIZE):
            show_gallery(shown.image[None], size=_PICTURE_SIZE, label="the image that is looked at")
        with st.container(width="stretch"):
            st.markdown(shown.words)
    show_path(source.model, shown.image)
    st.markdown("**What each layer finds most alike**")
    images = source.images.images
    show_rows({titles[stage]: images[_find_nearest(cloud, stage, shown)] for stage, cloud in clouds.items()})
    st.caption("The nearest of the map's images in all dimensions of the layer, the nearest first.")


def _find_nearest(cloud: Cloud, stage: str, shown: Shown) -> Indices:
    nearest = find_places(cloud.values, shown.values[stage], _N_NEAREST + 1)
    others: Indices = nearest[nearest != shown.place][:_N_NEAREST]
    return others
