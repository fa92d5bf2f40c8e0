"""The Pictures page: a network that is a sum of pictures, and how much each of them says of a drawing."""

import numpy as np
import streamlit as st

from mnist_core.ground.arrays import Image
from mnist_core.ground.errors import DrawingError
from mnist_core.insight.fields.eigenpictures import MOST_PICTURES, Eigenpictures, is_quadratic
from mnist_core.network.models import Model
from mnist_core.pens import SIDE, draw_strokes
from mnist_ui.cached.opened_models import open_sample, read_eigenpictures
from mnist_ui.components.canvas import show_canvas
from mnist_ui.components.canvas.state import Canvas
from mnist_ui.draft import take_up_draft
from mnist_ui.markdown import escape
from mnist_ui.models.model_choice import choose_model
from mnist_ui.page_links import link_pictures
from mnist_ui.pictures import state
from mnist_ui.pictures.said import show_guess, show_parts, show_strongest
from mnist_ui.segments import choose_one
from mnist_ui.session import current_dataset, list_model_folders

_EXACT = "exact"
_DRAWING, _IMAGE = "A drawing", "An image of the data"
_OTHERWISE = "Without them, choose an image of the data: the control above has it."
_WIDTH = 320  # screen pixels of the canvas; fits a phone
_SHOWN = 112  # and of an image of the data


def _refuse(model: Model) -> None:
    st.info(
        f"{escape(model.name)} is no sum of pictures: only one hidden layer of squares makes each logit a "
        f"quadratic form of the image, but it is {escape(model.info.network_words)}. Choose one such as "
        f"{_EXACT}; what comes nearest for {escape(model.name)} is on its Fields, with how far to trust it.",
        icon=":material/info:",
    )
    if _EXACT in list_model_folders():
        link_pictures(_EXACT, f"Open {_EXACT}")
    label, icon = f"Fields of {model.name}", ":material/blur_on:"
    st.page_link("pages/fields.py", label=label, icon=icon, query_params={"model": model.name})


def _show_facts(model: Model, whole: Eigenpictures) -> None:
    facts = model.info.pictures
    st.markdown(
        "A logit of this network is a sum over a few pictures: how much ink lies on the red of each, less "
        "how much on its blue, with a shift, squared, times its strength. They do not stand for the network, "
        "they are it."
    )
    with st.container(horizontal=True):
        fewest, most = min(whole.counts), max(whole.counts)
        st.metric("Pictures of each digit", f"{most}" if fewest == most else f"{fewest} to {most}")
        if facts is not None:
            st.metric(
                f"R² of {facts.most} each",
                f"{min(facts.r2):.4f}",
                help="The least share of the variance of a logit that the strongest pictures of its class "
                f"explain, on {escape(model.info.test_words)}.",
            )
            st.metric(
                "Read by these alone",
                f"{facts.accuracy:.2%}",
                help=f"Of {escape(model.info.test_words)}. The whole network reads "
                f"{model.info.test.accuracy:.2%}.",
            )


def _choose_image(model: Model) -> Image | None:
    if (
        model.info.side != SIDE
        or choose_one("Source", [_DRAWING, _IMAGE], "pictures-source", label_visibility="collapsed") == _IMAGE
    ):
        return _take_image(model)
    strokes = show_canvas(Canvas.DRAW, _OTHERWISE)
    try:
        return draw_strokes(strokes) if strokes else None
    except DrawingError as error:
        st.error(escape(str(error)))
        return None


def _take_image(model: Model) -> Image | None:
    dataset = current_dataset() or open_sample()
    if dataset.side != model.info.side:
        st.warning(
            f"{escape(model.name)} reads images of {model.info.side} x {model.info.side} pixels, but "
            f"{escape(dataset.name)} has {dataset.side} x {dataset.side}: open another data set."
        )
        return None
    place = st.number_input("Image", 0, dataset.n_samples - 1, key=state.IMAGE)
    image: Image = np.asarray(dataset.images[place], dtype=np.float32)
    st.image(image, width=_SHOWN, clamp=True)
    return image


def _show_all(model: Model, whole: Eigenpictures) -> None:
    st.header("All its pictures")
    st.caption(
        "The strongest of each digit, with their strengths: above 0 they speak for it, below 0 against it. "
        "Each at its own scale."
    )
    columns = st.columns(2, gap="large")
    for place, name in enumerate(model.info.class_names):
        strengths = whole.strengths[place, :MOST_PICTURES]
        with columns[place % 2]:
            st.markdown(f"**{escape(name)}**")
            show_strongest(whole, place, [f"{one:+.3g}" for one in strengths], f"strongest of {name}")


@st.fragment
def _show_image(model: Model, whole: Eigenpictures) -> None:
    st.header("How much each says")
    with st.container(horizontal=True, gap="medium"):
        asked, answered = st.container(width=_WIDTH), st.container(width="stretch")
    with asked:
        image = _choose_image(model)
    with answered:
        if image is None:
            st.info("Draw a digit in the box: the pictures say what they make of it.", icon=":material/draw:")
        else:
            show_guess(model, whole, image)
    if image is not None:
        st.subheader("What every picture said")
        show_parts(model, whole, image)


st.title("Pictures")
st.markdown("A network whose pictures are the network, and what each of them says of a drawing.")
take_up_draft()
_model = choose_model(usual=_EXACT)
if is_quadratic(_model.network):
    _whole = read_eigenpictures(_model)
    _show_facts(_model, _whole)
    _show_image(_model, _whole)
    _show_all(_model, _whole)
else:
    _refuse(_model)
