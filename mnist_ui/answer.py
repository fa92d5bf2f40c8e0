"""What a network makes of one image: its guess or its doubt, what it looked at, and which units fire."""

from collections.abc import Sequence
from html import escape

import streamlit as st

from mnist_core.arrays import Image
from mnist_core.evaluation import read_activations
from mnist_core.modelstore import Model
from mnist_core.reading import Reading, read_images
from mnist_core.reading.doubt import choose_floor, judge_readings
from mnist_core.reading.evidence import find_evidence
from mnist_ui.charts.drawing import draw_probabilities, draw_units
from mnist_ui.gallery import Colours, show_gallery

_PICTURE_SIZE = 168  # screen pixels, six of them a pixel of the image
_GUESS_SIZE = 150  # screen pixels; both fit side by side on a phone
_UNSURE = 0.6  # below this the second guess is named too
_RIGHT_SHARE = 0.99  # of what is answered is to be right
_DIGITS = tuple("0123456789")  # doubt knows the shapes of no other classes
_NAMES = {"hidden1": "Hidden 1", "hidden2": "Hidden 2"}

# The guess is the one thing to be seen from afar.
_GUESS = """<div style="font-size: {size}rem; line-height: 1; font-weight: 700" role="status"
 aria-label="guess: {spoken}">{shown}</div>
<div style="font-size: 1rem; opacity: 0.85; margin-top: 0.5rem">{words}</div>"""


def show_answer(model: Model, image: Image) -> None:
    """Show what the network sees, its guess or its doubt, what it looked at, and what fires.

    Parameters
    ----------
    model : Model
        One that reads images of this size.
    image : ndarray of shape (side, side), float32
        Ink, 0.0 to 1.0.
    """
    names = model.info.class_names
    (reading,) = read_images(model, image[None])
    unsure = is_unsure(image, reading, names)
    with st.container(horizontal=True, gap="medium"):
        with st.container(width=_GUESS_SIZE):
            st.caption("Its guess")
            st.html(_say_guess(reading, names, unsure))
        with st.container(width=_PICTURE_SIZE):
            st.caption("What the network sees")
            label = "the image that the network sees, 28 x 28 pixels"
            show_gallery(image[None], size=_PICTURE_SIZE, label=label)
        _show_evidence(model, image, reading, unsure)
    st.caption("Probability of each digit")
    st.altair_chart(draw_probabilities(reading.probabilities, names), width="stretch")
    _show_units(model, image)


def is_unsure(image: Image, reading: Reading, names: Sequence[str]) -> bool:
    """Tell whether a reading had better not be given; never where the classes are not the ten digits."""
    if tuple(names) != _DIGITS:
        return False
    (chance,) = judge_readings(image[None], reading.probabilities[None])
    return bool(chance < choose_floor(_RIGHT_SHARE))


def _say_guess(reading: Reading, names: Sequence[str], unsure: bool) -> str:
    first, second = names[reading.digit], names[reading.second]
    sure, less = (float(reading.probabilities[place]) for place in (reading.digit, reading.second))
    if unsure:
        words = f"{first}: {sure:.1%}, or {second}: {less:.1%}. Or it is no single digit."
        return _GUESS.format(size=3, spoken="not sure", shown="Not sure", words=escape(words))
    words = f"{sure:.1%} sure" + ("" if sure >= _UNSURE else f", or a {second}: {less:.1%}")
    return _GUESS.format(size=6.5, spoken=escape(first), shown=escape(first), words=escape(words))


def _show_evidence(model: Model, image: Image, reading: Reading, unsure: bool) -> None:
    (evidence,) = find_evidence(model, image[None])
    first, second = (model.info.class_names[place] for place in (reading.digit, reading.second))
    with st.container(width=_PICTURE_SIZE):
        st.caption("What it looked at")
        label = f"the ink that decided: red for {first}, blue for {second}"
        show_gallery(evidence.ink[None], colours=Colours.SIGNED, size=_PICTURE_SIZE, label=label)
        st.caption(f"Red ink speaks for {first}, blue ink for {second}.")
    if unsure:
        with st.container(width=_PICTURE_SIZE):
            st.caption("What would change it")
            label = f"where more ink would speak for {second}"
            show_gallery(-evidence.missing[None], colours=Colours.SIGNED, size=_PICTURE_SIZE, label=label)
            st.caption(f"More ink where it is blue would speak for {second}.")


def _show_units(model: Model, image: Image) -> None:
    for layer, name in _NAMES.items():
        values = read_activations(model.network, layer, image[None])[0]
        st.caption(f"{name}: which of its {len(values)} units fire")
        st.altair_chart(draw_units(values), width="stretch")
    st.caption(
        "A square a unit, in order; point at it for its number and value. Red is above zero, blue below, "
        "faint near it. The Fields page shows what each unit looks for."
    )
