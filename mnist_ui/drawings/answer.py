"""What a network makes of one image: its guess or its doubt, what it looked at, and which units fire."""

from collections.abc import Callable, Sequence
from html import escape

import streamlit as st

from mnist_core.data.dataset import DIGITS
from mnist_core.ground.arrays import Image
from mnist_core.insight.evaluation import read_activations
from mnist_core.insight.fields.eigenpictures import is_quadratic
from mnist_core.insight.reading import Reading, read_images
from mnist_core.insight.reading.doubt import judge_readings
from mnist_core.insight.reading.evidence import find_evidence
from mnist_core.insight.reading.floors import USUAL_SHARE, choose_floor
from mnist_core.network.architecture import LAYER_WORDS
from mnist_core.network.models import Model
from mnist_ui.charts.firing_units import draw_units
from mnist_ui.components.gallery import Colours, show_gallery
from mnist_ui.components.live_answer import (
    ANOTHER,
    EVIDENCE_PLACE,
    LiveSource,
    Settled,
    pack_image,
    show_live,
)
from mnist_ui.drawings.exact_here import show_exact
from mnist_ui.drawings.nearest_images import show_nearest
from mnist_ui.page_links import link_pictures

_EVIDENCE_SIZE = 112  # screen pixels, four of them a pixel of the image
_LIVE_WIDTH = 336  # screen pixels, of guess and picture side by side; fits a phone, and beside the evidence
_UNSURE = 0.6  # below this the second guess is named too

# For the eyes there is the live answer, which also tells those who hear the page.
_STATUS = """
<div class="lab-unseen" role="status" aria-live="off" aria-label="guess: {spoken}">{shown}, {words}</div>
"""


def show_answer(
    model: Model,
    image: Image | None,
    source: LiveSource = ANOTHER,
    ask: Callable[[Reading], None] = lambda _: None,
) -> None:
    """Show what the network sees, its guess or its doubt, and what it looked at.

    Parameters
    ----------
    model : Model
        One that reads images of this size.
    image : ndarray of shape (side, side), float32, or None
        Ink, 0.0 to 1.0; None where there is none yet, but may come while one draws.
    source : LiveSource
        What the browser needs to answer by itself.
    ask : callable
        Shows what is to stand below the guess.
    """
    with st.container(horizontal=True, gap="small"):
        live = st.container(width=_LIVE_WIDTH)
        if image is None:
            with live:
                show_live(source, model.info.class_names, None)
            return
        (reading,) = read_images(model, image[None])
        unsure = is_unsure(model, image, reading)
        settled = _settle(image, reading, model.info.class_names, unsure)
        with live:
            show_live(source, model.info.class_names, settled)
            st.html(_say_guess(settled))
            ask(reading)
        with st.container(key=EVIDENCE_PLACE, horizontal=True, gap="small"):
            _show_evidence(model, image, reading, unsure)


def show_insides(model: Model, image: Image) -> None:
    """Show which units an image makes fire, the images that are most alike, and the network's map at it."""
    with st.container(key="draw-stale-units"):
        units, nearest = st.columns(2, gap="large")
        with units:
            _show_units(model, image)
        with nearest:
            show_nearest(model, image)
        show_exact(model, image)


def is_unsure(model: Model, image: Image, reading: Reading) -> bool:
    """Tell whether a reading had better not be given; never where the classes are not the ten digits."""
    if model.info.class_names != DIGITS:  # doubt knows the shapes of no other classes
        return False
    (chance,) = judge_readings(image[None], reading.probabilities[None])
    return not is_sure(model, float(chance))


def is_sure(model: Model, chance: float) -> bool:
    """Tell whether a model's reading with this chance of being right is given."""
    return chance >= choose_floor(USUAL_SHARE, model.info.doubt)


def _settle(image: Image, reading: Reading, names: Sequence[str], unsure: bool) -> Settled:
    """Say what is read, or that it is not sure, for eyes and ears."""
    first, second = names[reading.digit], names[reading.second]
    sure, less = (float(reading.probabilities[place]) for place in (reading.digit, reading.second))
    if unsure:
        words = f"{first}: {sure:.1%}, or {second}: {less:.1%}. Or it is no single digit."
    else:
        words = f"{sure:.1%} sure" + ("" if sure >= _UNSURE else f", or a {second}: {less:.1%}")
    return Settled(
        shown="Not sure" if unsure else first,
        words=words,
        is_unsure=unsure,
        guess=reading.digit,
        probabilities=reading.probabilities.tolist(),
        image=pack_image(image),
    )


def _say_guess(settled: Settled) -> str:
    shown, words = escape(settled.shown), escape(settled.words)
    spoken = "not sure" if settled.is_unsure else shown
    return _STATUS.format(spoken=spoken, shown=shown, words=words)


def _show_evidence(model: Model, image: Image, reading: Reading, unsure: bool) -> None:
    (evidence,) = find_evidence(model, image[None])
    first, second = (model.info.class_names[place] for place in (reading.digit, reading.second))
    with st.container(width=_EVIDENCE_SIZE):
        st.caption("What it looked at")
        label = f"the ink that decided: red for {first}, blue for {second}"
        show_gallery(evidence.ink[None], colours=Colours.SIGNED, size=_EVIDENCE_SIZE, label=label)
        st.caption(f"Red ink speaks for {first}, blue ink for {second}.")
    if unsure:
        with st.container(width=_EVIDENCE_SIZE):
            st.caption("What would change it")
            label = f"where more ink would speak for {second}"
            show_gallery(-evidence.missing[None], colours=Colours.SIGNED, size=_EVIDENCE_SIZE, label=label)
            st.caption(f"More ink where it is blue would speak for {second}.")


def _show_units(model: Model, image: Image) -> None:
    for layer in model.network.hidden_names:
        values = read_activations(model.network, layer, image[None])[0]
        st.caption(f"{LAYER_WORDS[layer].capitalize()}: which of its {len(values)} units fire")
        st.vega_lite_chart(spec=draw_units(values), width="stretch")
    st.caption(
        "A square a unit, in order; point at it for its number and value. Red is above zero, blue below, "
        "faint near it. The Fields page shows what each unit looks for."
    )
    if is_quadratic(model.network):
        link_pictures(model.name, "How much each picture of the network said of it")
