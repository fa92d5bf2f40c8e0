"""The Fields page: what every unit looks for, in twelve ways, and how far to trust each of them."""

import streamlit as st

from mnist_core.ground.arrays import Fields
from mnist_core.insight.fields.view import Kind
from mnist_core.network.architecture import LAYER_WORDS
from mnist_ui.cached.lens import Lens
from mnist_ui.fields import state
from mnist_ui.fields.choices import choose_look, choose_order, choose_subject
from mnist_ui.fields.files import show_files
from mnist_ui.fields.layer_gallery import show_layer
from mnist_ui.fields.link import KEPT_PARAMS, FieldsView, change_view, current_view, open_unit
from mnist_ui.fields.pictures import show_way
from mnist_ui.fields.trust_notes import show_exactness, show_trust
from mnist_ui.fields.unit_panel import (
    show_drivers,
    show_facts,
    show_links,
    show_picture,
    show_values,
)
from mnist_ui.fields.ways_of_looking import show_digit_pictures, show_ways
from mnist_ui.models.lens_choice import choose_lens
from mnist_ui.models.model_choice import choose_model
from mnist_ui.names import name_unit
from mnist_ui.session import current_dataset

_MANY = 48  # units: beside their gallery there is room for what the open one is tied to


def _show_open_unit(lens: Lens, view: FieldsView, fields: Fields) -> None:
    st.header(f"{name_unit(view.layer, view.unit).capitalize()} of {LAYER_WORDS[view.layer]}")
    shown = state.UNIT.shows(view.unit, lambda unit: open_unit(view.layer, unit))
    st.number_input("Open unit", min_value=0, max_value=len(fields) - 1, **shown)
    show_picture(fields, view)
    if view.way.kind is Kind.DIGIT:
        show_digit_pictures(lens, view)
    show_facts(lens, view)


def _show_all_ways(lens: Lens, view: FieldsView) -> None:
    st.header("All ways side by side")
    st.toggle(
        f"Show {name_unit(view.layer, view.unit)} of {LAYER_WORDS[view.layer]} in all twelve ways",
        **state.ALL_WAYS.shows(view.shows_ways, lambda shows: change_view(ways=str(int(shows)))),
        help="Each picture with its number; the first time takes some seconds. Click one to look that way.",
    )
    if view.shows_ways:
        show_ways(lens, view)


st.title("Fields")
st.markdown("What each unit looks for, as a picture, in twelve ways; and how far to trust each of them.")
_model, _dataset = choose_model(kept_params=KEPT_PARAMS), current_dataset()
_view = current_view(_model)
choose_look(_model, _view)
_lens = choose_lens(_model, _dataset)
choose_subject(_lens, _view)
show_trust(_lens, _view)
show_exactness(_lens, _view)
choose_order(_view)
_fields = show_way(_lens, _view)
_left, _right = st.columns([5, 4], gap="large")
with _left:
    show_layer(_lens, _view, _fields)
    show_files(_model, _view, _fields)
with _right:
    _show_open_unit(_lens, _view, _fields)
    if len(_fields) > _MANY:
        show_links(_model, _view)
_show_all_ways(_lens, _view)
_left, _right = st.columns([5, 4], gap="large")
with _left:
    show_drivers(_lens, _view)
with _right:
    if len(_fields) <= _MANY:
        show_links(_model, _view)
    show_values(_lens, _view)
