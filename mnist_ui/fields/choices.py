"""The choices of the Fields page: layer, way of looking, order; each is part of the link."""

import numpy as np
import streamlit as st

from mnist_core.insight.fields.view import Kind
from mnist_core.insight.fields.views import VIEWS
from mnist_core.network.architecture import LAYERS
from mnist_core.network.models import Model
from mnist_ui.cached.lens import Lens
from mnist_ui.components.gallery import show_gallery
from mnist_ui.fields.link import FieldsView, Order, change_view, count_units
from mnist_ui.fields.unit_order import ORDER_HELP, ORDER_WORDS
from mnist_ui.markdown import escape
from mnist_ui.names import NAMES
from mnist_ui.session import Key

_SCALES = {True: "One for all", False: "One each"}
_KINDS = {Kind.UNIT: "", Kind.DIGIT: " (a picture a digit)", Kind.IMAGE: " (of one image)"}


def choose_look(model: Model, view: FieldsView) -> None:
    """Let the user choose the layer and the way of looking."""
    st.session_state[Key.LAYER_WIDGET] = view.layer
    st.session_state[Key.METHOD_WIDGET] = view.method
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        st.segmented_control(
            "Layer",
            LAYERS,
            key=Key.LAYER_WIDGET,
            format_func=lambda layer: f"{NAMES[layer].capitalize()} ({count_units(model, layer)})",
            on_change=_follow_layer,
            required=True,
        )
        with st.container(width=340):
            st.selectbox(
                "Way of looking",
                list(VIEWS),
                key=Key.METHOD_WIDGET,
                format_func=_name_way,
                on_change=lambda: change_view(method=st.session_state[Key.METHOD_WIDGET]),
            )


def choose_subject(lens: Lens, view: FieldsView) -> None:
    """Let the user choose the digit or the image, where the way of looking needs one."""
    if view.way.kind is Kind.DIGIT:
        st.session_state[Key.DIGIT_WIDGET] = view.digit
        st.segmented_control(
            "For images that the network reads as",
            range(count_units(lens.model, LAYERS[-1])),
            key=Key.DIGIT_WIDGET,
            on_change=lambda: change_view(digit=str(st.session_state[Key.DIGIT_WIDGET])),
            required=True,
        )
    if view.way.kind is Kind.IMAGE:
        place = min(view.image, lens.dataset.n_samples - 1)
        st.session_state[Key.IMAGE_WIDGET] = place
        with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
            with st.container(width=340):
                st.number_input(
                    f"Image of {escape(lens.dataset.name)}",
                    min_value=0,
                    max_value=lens.dataset.n_samples - 1,
                    key=Key.IMAGE_WIDGET,
                    on_change=lambda: change_view(image=str(st.session_state[Key.IMAGE_WIDGET])),
                )
            caption = f"a {lens.dataset.name_class(place)}"
            show_gallery(np.asarray(lens.dataset.images[place : place + 1]), [caption], label="the image")


def choose_order(view: FieldsView) -> None:
    """Let the user choose in which order, and how, the pictures are shown."""
    st.session_state[Key.ORDER_WIDGET] = view.order
    st.session_state[Key.HIDE_WIDGET] = view.hides_idle
    st.session_state[Key.SCALE_WIDGET] = view.one_scale
    st.session_state[Key.TURNED_WIDGET] = view.turned
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        with st.container(width=220):
            st.selectbox(
                "Sorted by",
                list(Order),
                key=Key.ORDER_WIDGET,
                format_func=ORDER_WORDS.__getitem__,
                help=ORDER_HELP,
                on_change=lambda: change_view(sort=st.session_state[Key.ORDER_WIDGET]),
            )
        if not view.way.is_ink:
            st.segmented_control(
                "Scale",
                [True, False],
                key=Key.SCALE_WIDGET,
                format_func=_SCALES.__getitem__,
                on_change=lambda: change_view(scale="all" if st.session_state[Key.SCALE_WIDGET] else "each"),
                required=True,
            )
        st.toggle(
            "Hide idle units",
            key=Key.HIDE_WIDGET,
            on_change=lambda: change_view(hide=str(int(st.session_state[Key.HIDE_WIDGET]))),
            help="Leaves out dead ones, whose activation is the same for all images, and saturated ones, "
            "whose activation is in the flat for nine images of ten.",
        )
        st.toggle(
            "Turned",
            key=Key.TURNED_WIDGET,
            on_change=lambda: change_view(turned=str(int(st.session_state[Key.TURNED_WIDGET]))),
            help="Shows the pictures mirrored at their diagonal, as a raw file holds images whose pixels "
            "are counted down the columns, as MATLAB counts them.",
        )


def _name_way(name: str) -> str:
    way = VIEWS[name]
    return f"{way.title[0].upper()}{way.title[1:]}{_KINDS[way.kind]}"


def _follow_layer() -> None:
    change_view(layer=st.session_state[Key.LAYER_WIDGET], unit="0")
