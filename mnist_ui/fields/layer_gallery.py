"""The units of a layer as a gallery of pictures, of which one is opened."""

import numpy as np
import streamlit as st

from mnist_core.ground.arrays import Fields
from mnist_core.ground.errors import DataError
from mnist_core.network.architecture import LAYER_WORDS
from mnist_ui.cached.lens import Lens
from mnist_ui.components.gallery import Colours
from mnist_ui.components.unit_picker import Tile, pick_picture
from mnist_ui.fields.link import FieldsView, Order, change_view, open_unit
from mnist_ui.fields.unit_order import Shown, arrange_units
from mnist_ui.fields.unit_panel import show_colour_bar
from mnist_ui.markdown import escape
from mnist_ui.names import TILE_SIZES, name_unit

_WIDER = 66  # with a number below it


def _arrange(lens: Lens, view: FieldsView, n_units: int) -> Shown:
    try:
        return arrange_units(lens, view, n_units)
    except DataError as error:
        st.error(escape(str(error)))
        change_view(sort=Order.UNIT.value)
        st.stop()


def show_layer(lens: Lens, view: FieldsView, fields: Fields) -> None:
    """Show the pictures of all units of a layer, sorted as chosen; one that is chosen is opened."""
    shown, names = _arrange(lens, view, len(fields)), LAYER_WORDS[view.layer]
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
        lambda place: open_unit(view.layer, int(shown.units[place])),
        key="fields-units",
        label=f"units of {names}",
        colours=Colours.INK if view.way.is_ink else Colours.SIGNED,
        selected=next((place for place, unit in enumerate(shown.units) if unit == view.unit), None),
        one_scale=view.one_scale,
        size=max(TILE_SIZES[view.layer], 0 if view.order is Order.UNIT else _WIDER),
    )
    if view.hides_idle:
        st.caption(
            f"{shown.n_hidden} dead or saturated units are left out." if shown.n_hidden else "None is idle."
        )
