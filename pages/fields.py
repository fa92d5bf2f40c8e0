"""The Fields page: what every unit looks for, in twelve ways, and how far to trust each of them."""

import io
from collections.abc import Callable
from typing import Literal

import numpy as np
import streamlit as st

from mnist_core.ground.arrays import Fields
from mnist_core.ground.errors import DataError
from mnist_core.insight.fields import draw_sheet
from mnist_core.insight.fields.view import Kind
from mnist_core.network.models import Model
from mnist_ui.cached.lens import Lens
from mnist_ui.components.gallery import Colours
from mnist_ui.components.unit_picker import Tile, pick_picture
from mnist_ui.downloads import offer_file
from mnist_ui.fields import state
from mnist_ui.fields.choices import choose_look, choose_order, choose_subject
from mnist_ui.fields.link import KEPT_PARAMS, FieldsView, Order, change_view, current_view
from mnist_ui.fields.pictures import show_way
from mnist_ui.fields.trust_notes import show_trust
from mnist_ui.fields.unit_order import Shown, arrange_units
from mnist_ui.fields.unit_panel import (
    show_colour_bar,
    show_drivers,
    show_facts,
    show_links,
    show_picture,
    show_values,
)
from mnist_ui.fields.ways_of_looking import show_digit_pictures, show_ways
from mnist_ui.markdown import escape
from mnist_ui.models.lens_choice import choose_lens
from mnist_ui.models.model_choice import choose_model
from mnist_ui.names import NAMES, name_unit
from mnist_ui.session import current_dataset

_SIZES = {"hidden1": 50, "hidden2": 72, "output": 120}  # of a tile, so that a layer fits the screen
_WIDER = 66  # with a number below it
_MANY = 48  # units: beside their gallery there is room for what the open one is tied to
_FORMS: tuple[tuple[Literal["png", "svg"], str], ...] = (("png", "image/png"), ("svg", "image/svg+xml"))


def _arrange(lens: Lens, view: FieldsView, n_units: int) -> Shown:
    try:
        return arrange_units(lens, view, n_units)
    except DataError as error:
        st.error(escape(str(error)))
        change_view(sort=Order.UNIT.value)
        st.stop()


def _open_unit(layer: str, unit: int) -> None:
    change_view(layer=layer, unit=str(unit))


def _show_gallery(lens: Lens, view: FieldsView, fields: Fields) -> None:
    shown, names = _arrange(lens, view, len(fields)), NAMES[view.layer]
    words = "Bright is ink." if view.way.is_ink else "Red raises the unit, blue lowers it."
    st.caption(f"{words} Click a picture, or move with the arrow keys.")
    if not view.way.is_ink:
        show_colour_bar(float(np.abs(fields).max()) if view.one_scale else None, 360)
    if not len(shown.units):
        st.info(f"All {len(fields)} units of {names} are dead or saturated: turn *Hide idle units* off.")
        return
    pick_picture(
        fields[shown.units],
        [
            Tile(caption, f"{name_unit(view.layer, int(unit))} of {names}")
            for unit, caption in zip(shown.units, shown.captions, strict=True)
        ],
        lambda place: _open_unit(view.layer, int(shown.units[place])),
        key="fields-units",
        label=f"units of {names}",
        colours=Colours.INK if view.way.is_ink else Colours.SIGNED,
        selected=next((place for place, unit in enumerate(shown.units) if unit == view.unit), None),
        one_scale=view.one_scale,
        size=max(_SIZES[view.layer], 0 if view.order is Order.UNIT else _WIDER),
    )
    if view.hides_idle:
        st.caption(
            f"{shown.n_hidden} dead or saturated units are left out." if shown.n_hidden else "None is idle."
        )


def _show_open_unit(lens: Lens, view: FieldsView, fields: Fields) -> None:
    st.header(f"{name_unit(view.layer, view.unit).capitalize()} of {NAMES[view.layer]}")
    shown = state.UNIT.shows(view.unit, lambda unit: _open_unit(view.layer, unit))
    st.number_input("Open unit", min_value=0, max_value=len(fields) - 1, **shown)
    show_picture(fields, view)
    if view.way.kind is Kind.DIGIT:
        show_digit_pictures(lens, view, lambda digit: change_view(digit=str(digit)))
    show_facts(lens, view, _open_unit)


def _show_all_ways(lens: Lens, view: FieldsView) -> None:
    st.header("All ways side by side")
    st.toggle(
        f"Show {name_unit(view.layer, view.unit)} of {NAMES[view.layer]} in all twelve ways",
        **state.ALL_WAYS.shows(view.shows_ways, lambda shows: change_view(ways=str(int(shows)))),
        help="Each picture with its number; the first time takes some seconds. Click one to look that way.",
    )
    if view.shows_ways:
        show_ways(lens, view, lambda method: change_view(method=method))


def _show_files(model: Model, view: FieldsView, fields: Fields) -> None:
    parts = (model.name, view.layer, view.method, "turned" if view.turned else "")
    name, array = "-".join(part for part in parts if part), io.BytesIO()
    np.save(array, fields, allow_pickle=False)
    with st.container(horizontal=True, vertical_alignment="center"):
        for form, mime in _FORMS:
            _offer_file(f"{name}.{form}", _draw_later(name, view, fields, form), mime)
        _offer_file(f"{name}.npy", array.getvalue(), "application/octet-stream")
        with st.popover("Link to this view", icon=":material/link:"):
            query = "&".join(f"{key}={value}" for key, value in st.query_params.items())
            st.code(f"{(st.context.url or '').partition('?')[0]}?{query}", language=None, wrap_lines=True)


def _draw_later(
    name: str, view: FieldsView, fields: Fields, form: Literal["png", "svg"]
) -> Callable[[], bytes]:
    def draw() -> bytes:
        titles, stream = [str(unit) for unit in range(len(fields))], io.BytesIO()
        figure = draw_sheet(
            fields,
            titles=titles,
            one_scale=view.one_scale,
            ink=view.way.is_ink,
            heading=name.replace("-", ", "),
        )
        figure.savefig(stream, format=form)
        return stream.getvalue()

    return draw


def _offer_file(name: str, data: bytes | Callable[[], bytes], mime: str) -> None:
    form = name.rpartition(".")[2]
    label = form if form == "npy" else form.upper()
    offer_file(label, data, name, mime)


st.title("Fields")
st.markdown("What each unit looks for, as a picture, in twelve ways; and how far to trust each of them.")
_model, _dataset = choose_model(kept_params=KEPT_PARAMS), current_dataset()
_view = current_view(_model)
choose_look(_model, _view)
_lens = choose_lens(_model, _dataset)
choose_subject(_lens, _view)
show_trust(_lens, _view)
choose_order(_view)
_fields = show_way(_lens, _view)
_left, _right = st.columns([5, 4], gap="large")
with _left:
    _show_gallery(_lens, _view, _fields)
    _show_files(_model, _view, _fields)
with _right:
    _show_open_unit(_lens, _view, _fields)
    if len(_fields) > _MANY:
        show_links(_model, _view, _open_unit)
_show_all_ways(_lens, _view)
_left, _right = st.columns([5, 4], gap="large")
with _left:
    show_drivers(_lens, _view)
with _right:
    if len(_fields) <= _MANY:
        show_links(_model, _view, _open_unit)
    show_values(_lens, _view)
