"""The Fields page: what every unit looks for, as a picture, and how far to trust it."""

import io
from typing import Literal

import numpy as np
import streamlit as st

from mnist_core.arrays import Fidelities, Fields
from mnist_core.dataset import Dataset
from mnist_core.errors import DataError
from mnist_core.fields import orient_fields
from mnist_core.fields.probe import TEST_IMAGES
from mnist_core.modelstore import Model
from mnist_core.network import LAYERS
from mnist_ui.cached import draw_fields, measure_fidelity, open_sample, read_fields
from mnist_ui.charts.fields import draw_fidelity
from mnist_ui.fields_view import KEPT_PARAMS, FieldsView, change_view, count_units, current_view
from mnist_ui.model_choice import choose_model
from mnist_ui.session import Key, current_dataset
from mnist_ui.unit_panel import NAMES, name_unit, show_colour_bar, show_unit
from mnist_ui.unit_picker import Tile, pick_picture

_PRODUCTS = {"hidden1": "W1", "hidden2": "W2 W1", "output": "W3 W2 W1"}
_SIZES = {"hidden1": 50, "hidden2": 72, "output": 96}  # of a tile, so that a layer fits the screen
_FORMS: tuple[tuple[Literal["png", "svg"], str], ...] = (("png", "image/png"), ("svg", "image/svg+xml"))
_SCALES = {True: "One for all", False: "One each"}


def _choose_view(model: Model) -> FieldsView:
    view = current_view(model)
    st.session_state[Key.LAYER_WIDGET] = view.layer
    st.session_state[Key.SCALE_WIDGET] = view.one_scale
    st.session_state[Key.TURNED_WIDGET] = view.turned
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        st.segmented_control(
            "Layer",
            LAYERS,
            key=Key.LAYER_WIDGET,
            format_func=lambda layer: f"{NAMES[layer].capitalize()} ({count_units(model, layer)})",
            on_change=_follow_layer,
            required=True,
        )
        st.segmented_control(
            "Scale",
            [True, False],
            key=Key.SCALE_WIDGET,
            format_func=_SCALES.__getitem__,
            on_change=_follow_scale,
            required=True,
        )
        st.toggle(
            "Turned",
            key=Key.TURNED_WIDGET,
            on_change=_follow_turned,
            help="Shows the pictures mirrored at their diagonal, as a raw file holds images whose pixels "
            "are counted down the columns, as MATLAB counts them.",
        )
    return view


def _follow_layer() -> None:
    change_view(layer=st.session_state[Key.LAYER_WIDGET], unit="0")


def _follow_scale() -> None:
    change_view(scale="all" if st.session_state[Key.SCALE_WIDGET] else "each")


def _follow_turned() -> None:
    change_view(turned=str(int(st.session_state[Key.TURNED_WIDGET])))


def _open_unit(layer: str, unit: int) -> None:
    change_view(layer=layer, unit=str(unit))


def _show_trust(model: Model, view: FieldsView, dataset: Dataset | None) -> None:
    product = _PRODUCTS[view.layer]
    if view.layer == LAYERS[0]:
        st.info(
            f"These pictures are the weights themselves, the rows of {product}. Nothing is left out: each "
            "shows exactly what its unit sums up (R² = 1). The pictures of later layers are products of "
            "weights and can mislead.",
            icon=":material/check_circle:",
        )
        return
    measured = dataset or open_sample()
    try:
        fidelities = measure_fidelity(model, view.layer, measured)
    except DataError as error:
        st.error(str(error))
        return
    n_images = min(measured.n_samples, TEST_IMAGES)
    where = f"{n_images:,} images of {dataset.name if dataset else 'the built-in sample'}"
    activation = model.info.candidate.activation.value.capitalize()
    st.warning(
        f"**These pictures can mislead.** They are the products {product} of the weights, as if the network "
        f"were linear: the {activation} function between the layers is left out. "
        f"{_describe_fidelity(fidelities, view.layer, where)}",
        icon=":material/warning:",
    )
    with st.expander("How far to trust each picture"):
        st.altair_chart(draw_fidelity(fidelities, view.unit), width="stretch")
        st.caption(
            "R² of each picture: the share of the variance of the unit's real sum, before its activation, "
            "that the product of picture and image explains at its best scale and offset. 1 is exact, 0 is "
            "no better than a constant."
        )


def _describe_fidelity(fidelities: Fidelities, layer: str, where: str) -> str:
    if np.isnan(fidelities).all():
        return f"By how much cannot be said: on {where} no unit of the layer ever varies."
    worst = int(np.nanargmin(fidelities))
    return (
        f"Measured on {where}, they explain {np.nanmean(fidelities):.0%} of "
        f"how the units' real sums vary on average (R² {np.nanmean(fidelities):.2f}), and least for "
        f"{name_unit(layer, worst)} (R² {fidelities[worst]:.2f})."
    )


def _show_gallery(fields: Fields, view: FieldsView) -> None:
    st.caption("Red raises the unit, blue lowers it. Click a picture, or move with the arrow keys.")
    show_colour_bar(float(np.abs(fields).max()) if view.one_scale else None, 360)
    names = [name_unit(view.layer, unit) for unit in range(len(fields))]
    pick_picture(
        fields,
        [Tile(str(unit), f"{name} of {NAMES[view.layer]}") for unit, name in enumerate(names)],
        lambda unit: _open_unit(view.layer, unit),
        key=Key.UNITS_WIDGET,
        label=f"units of {NAMES[view.layer]}",
        selected=view.unit,
        one_scale=view.one_scale,
        size=_SIZES[view.layer],
    )


def _show_open_unit(model: Model, view: FieldsView, dataset: Dataset | None) -> None:
    st.subheader(f"{name_unit(view.layer, view.unit).capitalize()} of {NAMES[view.layer]}")
    st.session_state[Key.UNIT_WIDGET] = view.unit
    st.number_input(
        "Open unit",
        min_value=0,
        max_value=count_units(model, view.layer) - 1,
        key=Key.UNIT_WIDGET,
        on_change=lambda: _open_unit(view.layer, int(st.session_state[Key.UNIT_WIDGET])),
    )
    show_unit(model, view, dataset, _open_unit)


def _show_files(model: Model, view: FieldsView, fields: Fields) -> None:
    name = f"{model.name}-{view.layer}" + ("-turned" if view.turned else "")
    array = io.BytesIO()
    np.save(array, fields, allow_pickle=False)
    with st.container(horizontal=True, vertical_alignment="center"):
        for form, mime in _FORMS:
            data = draw_fields(model, view.layer, one_scale=view.one_scale, turned=view.turned, form=form)
            _offer_file(f"{name}.{form}", data, mime)
        _offer_file(f"{name}.npy", array.getvalue(), "application/octet-stream")
        with st.popover("Link to this view", icon=":material/link:"):
            query = "&".join(f"{key}={value}" for key, value in st.query_params.items())
            st.code(f"{(st.context.url or '').partition('?')[0]}?{query}", language=None, wrap_lines=True)


def _offer_file(name: str, data: bytes, mime: str) -> None:
    form = name.rpartition(".")[2]
    label = form if form == "npy" else form.upper()
    st.download_button(label, data, name, mime, icon=":material/download:", on_click="ignore")


st.title("Fields")
st.markdown("What each unit looks for: the weights that lead to it from every pixel, as a picture.")
_model, _dataset = choose_model(kept_params=KEPT_PARAMS), current_dataset()
_view = _choose_view(_model)
_show_trust(_model, _view, _dataset)
_fields = orient_fields(read_fields(_model, _view.layer), _view.turned)
_left, _right = st.columns([5, 4], gap="large")
with _left:
    _show_gallery(_fields, _view)
    _show_files(_model, _view, _fields)
with _right:
    _show_open_unit(_model, _view, _dataset)
