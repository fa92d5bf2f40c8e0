"""The Map page: each layer as a cloud of points, and how the classes come apart on their way."""

from functools import partial

import streamlit as st

from mnist_core.ground.errors import DataError
from mnist_core.insight.projection.flatten import Method
from mnist_ui.components.cloud import show_cloud
from mnist_ui.downloads import offer_table
from mnist_ui.map import state
from mnist_ui.map.layer_maps import MapSource, open_map, pack_map, read_clouds, read_probes, table_points
from mnist_ui.map.point_panel import describe_drawn, describe_point, show_image
from mnist_ui.map.stages import TITLES, describe_stage, show_figures
from mnist_ui.markdown import escape
from mnist_ui.models.lens_choice import open_fitting
from mnist_ui.models.model_choice import choose_model
from mnist_ui.segments import choose_one
from mnist_ui.session import current_dataset

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
    place, drawn = _find_picked(source), describe_drawn(source)
    left, right = st.columns([5, 4], gap="large")
    with left:
        stages = [describe_stage(stage, clouds[stage], probed[stage], drawn) for stage in clouds]
        names = source.model.info.class_names
        show_cloud(pack_map(source, method), stages, names, colour, place, partial(_pick, source))
        st.caption(f"{escape(source.images.words)} {_WORDS[method]}")
        if drawn is not None and method is not Method.PCA:
            st.caption(_PLACED)
    with right:
        show_figures(clouds, probed, source)
        offer_table(partial(table_points, source, method), "map", "map-numbers")
        shown = drawn if place is None else describe_point(source, clouds, place)
        if shown is None:
            st.info("Click a point: its image, and its way through the network.", icon=":material/ads_click:")
        else:
            show_image(source, clouds, TITLES, shown)


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
