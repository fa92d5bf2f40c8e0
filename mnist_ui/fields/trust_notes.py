"""How far to trust the pictures that are shown: what the way assumes, and what was measured."""

import streamlit as st

from mnist_core.insight.fields.eigenpictures import is_quadratic
from mnist_core.insight.fields.view import Kind
from mnist_core.insight.fields.views import PRODUCT
from mnist_core.network.architecture import FIRST
from mnist_ui.cached.exact_maps import read_exactness
from mnist_ui.cached.lens import Lens
from mnist_ui.fields.link import FieldsView
from mnist_ui.fields.pictures import find_shown_image, measure_way
from mnist_ui.markdown import escape
from mnist_ui.names import name_unit
from mnist_ui.page_links import link_pictures

_BETTER = (
    "No single picture a unit can explain more than the best linear fit does; ways with a picture a digit "
    "explain more. *All ways side by side*, below, has the numbers."
)


def show_exactness(lens: Lens, view: FieldsView) -> None:
    """Say how exact the pictures of one image are, of a way that shows the network's linear map at it."""
    if not view.way.is_tangent:
        return
    found = read_exactness(lens, view.layer, find_shown_image(lens, view))
    here, unit = found.here, view.unit
    own = (
        f"{name_unit(view.layer, unit).capitalize()}: product with the image {here.products[unit]:+.3f}, "
        f"offset {here.offsets[unit]:+.3f}, together {here.sums[unit]:+.3f}."
    )
    st.success(f"**{found.title}.** {found.describe()}\n\n{own}", icon=":material/straighten:")


def show_trust(lens: Lens, view: FieldsView) -> None:
    """Say what the chosen way assumes and how far to trust its pictures."""
    if is_quadratic(lens.model.network):
        link_pictures(
            lens.model.name, "This network is a sum of pictures, of which nothing is left out: see them"
        )
    way = view.way
    if view.layer == FIRST and view.method == PRODUCT:
        st.info(
            "These pictures are the weights themselves, the rows of W1. Nothing is left out: each shows "
            "exactly what its unit sums up (R² = 1). The pictures of later layers leave things out and "
            "can mislead.",
            icon=":material/check_circle:",
        )
        return
    misleads = way.kind is Kind.UNIT and view.layer != FIRST
    trust = "These pictures can mislead." if misleads else "How far to trust them."
    found = way.describe(measure_way(lens, view.layer, view.method))
    words = f"**{way.title[0].upper()}{way.title[1:]}.** {way.assumes}\n\n**{trust}** {found}"
    if misleads:
        st.warning(f"{words} {_BETTER}", icon=":material/warning:")
    else:
        st.info(words, icon=":material/visibility:")
    st.caption(f"Measured on {escape(lens.images.words)}. {way.counts}")
