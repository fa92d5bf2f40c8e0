"""The Map page: each layer as a cloud of points, and how the classes come apart on their way."""

from collections.abc import Mapping
from functools import partial

import streamlit as st

from mnist_core.ground.errors import DataError
from mnist_core.insight.projection.flatten import Method, place_one
from mnist_core.insight.projection.layer_map import Cloud
from mnist_core.insight.projection.map_images import read_stages
from mnist_core.insight.projection.measure import Probed
from mnist_core.insight.reading import read_images
from mnist_ui.components.cloud import Stage, show_cloud
from mnist_ui.downloads import offer_table
from mnist_ui.drawings.last_drawing import find_drawn
from mnist_ui.map import state
from mnist_ui.map.layer_maps import MapSource, open_map, pack_map, read_clouds, read_probes, table_points
from mnist_ui.map.point_panel import Shown, describe_point, show_image
from mnist_ui.markdown import escape
from mnist_ui.models.lens_choice import open_fitting
from mnist_ui.models.model_choice import choose_model
from mnist_ui.names import NAMES
from mnist_ui.segments import choose_one
from mnist_ui.session import current_dataset

_TIED = "\u00a0"  # no break between these words
_TITLES = {"input": "Input"} | {layer: name.capitalize() for layer, name in NAMES.items()}
_METHODS = {"PCA": Method.PCA, "t-SNE": Method.TSNE, "UMAP": Method.UMAP}
_COLOURS = {"Label": "label", "Guess": "guess", "Confidence": "confidence"}
_WORDS = {
    Method.PCA: "PCA shows the two directions in which the images differ most; distances are true as far as "
    "these two go.",
    Method.TSNE: "t-SNE keeps neighbours together; distances between clusters, and their sizes, mean little.",
    Method.UMAP: "UMAP keeps neighbours together, and more of the whole than t-SNE; distances mean little.",
}

_PLACED = (
    "Your drawing lies at the mean of the five images whose values are nearest: this picture has no other "
    "place for what it was not made from."
)


@st.fragment
def _show_map(source: MapSource) -> None:
    with st.container(horizontal=True, gap="medium"):
        method = _METHODS[choose_one("Picture by", list(_METHODS), "map-method")]
        colour = _COLOURS[choose_one("Colour by", list(_COLOURS), "map-colour")]
    try:
        clouds = read_clouds(source, method)
    except DataError as error:
        st.error(escape(str(error)))
        return
    probed = read_probes(source)
    place, drawn = _find_picked(source), _find_drawn(source)
    left, right = st.columns([5, 4], gap="large")
    with left:
        stages = [_describe_stage(stage, clouds[stage], probed[stage], drawn) for stage in clouds]
        names = source.model.info.class_names
        show_cloud(pack_map(source, method), stages, names, colour, place, partial(_pick, source))
        st.caption(f"{escape(source.images.words)} {_WORDS[method]}")
        if drawn is not None and method is not Method.PCA:
            st.caption(_PLACED)
    with right:
        _show_figures(clouds, probed, source)
        offer_table(partial(table_points, source, method), "map", "map-numbers")
        shown = drawn if place is None else describe_point(source, clouds, place)
        if shown is None:
            st.info("Click a point: its image, and its way through the network.", icon=":material/ads_click:")
        else:
            show_image(source, clouds, _TITLES, shown)


def _find_drawn(source: MapSource) -> Shown | None:
    """Find the digit from the Draw page, and what each stage holds of it."""
    model = source.model
    image = find_drawn(model.info.side)
    if image is None:
        return None
    (reading,) = read_images(model, image[None])
    guess, sure = model.info.class_names[reading.digit], reading.probabilities[reading.digit]
    values = {stage: held[0] for stage, held in read_stages(model.network, image[None]).items()}
    return Shown(image, values, f"**Your drawing**, read as **{escape(guess)}**, {sure:.1%} sure")


def _describe_stage(stage: str, cloud: Cloud, probed: Probed, drawn: Shown | None) -> Stage:
    own = None
    if drawn is not None:
        x, y = place_one(cloud.flat, cloud.values, drawn.values[stage]).tolist()
        own = (x, y)
    share = f"{probed.accuracy:.1%}"
    return Stage(_TITLES[stage], share, f"{_TITLES[stage]}: a linear probe reads {share}", own)


def _show_figures(clouds: Mapping[str, Cloud], probed: Mapping[str, Probed], source: MapSource) -> None:
    sample = source.images
    rows = {
        "Layer": [_TITLES[stage].replace(" ", _TIED) for stage in clouds],
        "A linear probe reads": [
            f"{one.accuracy:.1%} ({100 * one.interval[0]:.1f} to {one.interval[1]:.1%})"
            for one in probed.values()
        ],
        "Trust": [f"{cloud.trust:.2f}" for cloud in clouds.values()],
    }
    st.table(rows, hide_index=True, border="horizontal", alt="What is read of each layer")
    st.caption(
        "**A linear probe** says how far planes can tell the classes apart in all dimensions of a layer: "
        f"fitted to {len(sample.other_labels):,} other images. The network itself reads "
        f"{sample.accuracy:.1%}. **Trust** says how true the picture is, in two dimensions: at 1 all that "
        "lies together is alike in the layer, at 0.5 it is chance."
    )


def _find_picked(source: MapSource) -> int | None:
    of, place = state.PICKED.get() or (None, None)
    return place if of == source.key else None


def _pick(source: MapSource, place: int) -> None:
    state.PICKED.put((source.key, place))


st.title("Map")
st.markdown(
    "Every image as a point, layer by layer: see the classes come apart. Choose a layer, point at an image, "
    "click it. The digit from the Draw page lies among them."
)
_show_map(open_fitting(partial(open_map, choose_model()), current_dataset()))
