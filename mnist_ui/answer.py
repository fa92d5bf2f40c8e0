"""What a network makes of one image: its guess, how sure it is, and which units fire."""

from collections.abc import Sequence
from html import escape

import numpy as np
import streamlit as st

from mnist_core.arrays import Image
from mnist_core.evaluation import predict, read_activations
from mnist_core.modelstore import Model
from mnist_ui.charts.drawing import draw_probabilities, draw_units
from mnist_ui.gallery import show_gallery

_PICTURE_SIZE = 168  # screen pixels, six of them a pixel of the image
_GUESS_SIZE = 150  # screen pixels; both fit side by side on a phone
_UNSURE = 0.6  # below this the second guess is named too
_NAMES = {"hidden1": "Hidden 1", "hidden2": "Hidden 2"}

# The guess is the one thing to be seen from afar.
_GUESS = """<div style="font-size: 6.5rem; line-height: 1; font-weight: 700" role="status"
 aria-label="guess: {digit}">{digit}</div>
<div style="font-size: 1rem; opacity: 0.85; margin-top: 0.5rem">{words}</div>"""


def show_answer(model: Model, image: Image) -> None:
    """Show what the network sees, its guess, the ten probabilities and the hidden units.

    Parameters
    ----------
    model : Model
        One that reads images of this size.
    image : ndarray of shape (side, side), float32
        Ink, 0.0 to 1.0.
    """
    images = image[None]
    names = model.info.class_names
    probabilities = predict(model.network, images)[0]
    with st.container(horizontal=True, gap="medium"):
        with st.container(width=_GUESS_SIZE):
            st.caption("Its guess")
            st.html(
                _GUESS.format(
                    digit=escape(names[probabilities.argmax()]),
                    words=escape(_say_how_sure(probabilities, names)),
                )
            )
        with st.container(width=_PICTURE_SIZE):
            st.caption("What the network sees")
            show_gallery(images, size=_PICTURE_SIZE, label="the image that the network sees, 28 x 28 pixels")
    st.caption("Probability of each digit")
    st.altair_chart(draw_probabilities(probabilities, names), width="stretch")
    _show_units(model, image)


def _say_how_sure(probabilities: np.ndarray, names: Sequence[str]) -> str:
    second, first = (int(place) for place in probabilities.argsort()[-2:])
    sure = f"{probabilities[first]:.1%} sure"
    is_sure = probabilities[first] >= _UNSURE
    return sure if is_sure else f"{sure}, or a {names[second]}: {probabilities[second]:.1%}"


def _show_units(model: Model, image: Image) -> None:
    for layer, name in _NAMES.items():
        values = read_activations(model.network, layer, image[None])[0]
        st.caption(f"{name}: which of its {len(values)} units fire")
        st.altair_chart(draw_units(values), width="stretch")
    st.caption(
        "A square a unit, in order; point at it for its number and value. Red is above zero, blue below, "
        "faint near it. The Fields page shows what each unit looks for."
    )
