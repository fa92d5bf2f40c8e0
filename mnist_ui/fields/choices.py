"""The choices of the Fields page: layer, way of looking, order; each is part of the link."""

import numpy as np
import streamlit as st

from mnist_core.insight.fields.view import Kind
from mnist_core.insight.fields.views import VIEWS
from mnist_core.network.architecture import LAYER_WORDS, OUTPUT
from mnist_core.network.models import Model
from mnist_ui.cached.lens import Lens
from mnist_ui.components.gallery import show_gallery
from mnist_ui.fields import state
from mnist_ui.fields.link import FieldsView, Order, change_view, count_units
from mnist_ui.fields.unit_order import ORDER_HELP, ORDER_WORDS
from mnist_ui.markdown import escape

_SCALES = {True: "One for all", False: "One each"}
_KINDS = {Kind.UNIT: "", Kind.DIGIT: " (a picture a digit)", Kind.IMAGE: " (of one image)"}


def choose_look(model: Model, view: FieldsView) -> None:
    """Let the user choose the layer and the way of looking."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        st.segmented_control(
            "Layer",
            model.network.layer_names,
            format_func=lambda layer: f"{LAYER_WORDS[layer].capitalize()} ({count_units(model, layer)})",
            required=True,
            **state.LAYER.shows(view.layer, lambda layer: change_view(layer=layer, unit="0")),
        )
        with st.container(width=340):
            st.selectbox(
                "Way of looking",
                list(VIEWS),
                format_func=_name_way,
                **state.METHOD.shows(view.method, lambda method: change_view(method=method)),
            )


def choose_subject(lens: Lens, view: FieldsView) -> None:
    """Let the user choose the digit or the image, where the way of looking needs one."""
    if view.way.kind is Kind.DIGIT:
        st.segmented_control(
            "For images that the network reads as",
            range(count_units(lens.model, OUTPUT)),
            required=True,
            **state.DIGIT.shows(view.digit, lambda digit: change_view(digit=str(digit))),
        )
    if view.way.kind is Kind.IMAGE:
        place = min(view.image, lens.dataset.n_samples - 1)
        with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
            with st.container(width=340):
                st.number_input(
                    f"Image of {escape(lens.dataset.name)}",
                    min_value=0,
                    max_value=lens.dataset.n_samples - 1,
                    **state.IMAGE.shows(place, lambda image: change_view(image=str(image))),
                )
            caption = f"a {lens.dataset.name_class(place)}"
            show_gallery(np.asarray(lens.dataset.images[place : place + 1]), [caption], label="the image")


def choose_order(view: FieldsView) -> None:
    """Let the user choose in which order, and how, the pictures are shown."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        with st.container(width=220):
            st.selectbox(
                "Sorted by",
                list(Order),
                format_func=ORDER_WORDS.__getitem__,
                help=ORDER_HELP,
                **state.ORDER.shows(view.order, lambda order: change_view(sort=order)),
            )
        if not view.way.is_ink:
            st.segmented_control(
                "Scale",
                [True, False],
                format_func=_SCALES.__getitem__,
                required=True,
                **state.SCALE.shows(view.one_scale, lambda one: change_view(scale="all" if one else "each")),
            )
        st.toggle(
            "Hide idle units",
            **state.HIDE.shows(view.hides_idle, lambda hides: change_view(hide=str(int(hides)))),
            help="Leaves out dead ones, whose activation is the same for all images, and saturated ones, "
            "whose activation is in the flat for nine images of ten.",
        )
        st.toggle(
            "Turned",
            **state.TURNED.shows(view.turned, lambda turned: change_view(turned=str(int(turned)))),
            help="Shows the pictures mirrored at their diagonal, as a raw file holds images whose pixels "
            "are counted down the columns, as MATLAB counts them.",
        )


def _name_way(name: str) -> str:
    way = VIEWS[name]
    return f"{way.title[0].upper()}{way.title[1:]}{_KINDS[way.kind]}"
