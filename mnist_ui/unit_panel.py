"""One unit, opened large: its picture, its bias, what it speaks to, and what drives it."""

import base64
import io
from collections.abc import Callable

import numpy as np
import streamlit as st
from PIL import Image

from mnist_core.arrays import Fields
from mnist_core.dataset import Dataset
from mnist_core.errors import DataError
from mnist_core.fields import orient_fields, rank_images, read_bias, strongest_links
from mnist_core.modelstore import Model
from mnist_core.network import LAYERS
from mnist_ui.cached import read_fields, read_sums
from mnist_ui.empty import offer_sample
from mnist_ui.fields_view import FieldsView
from mnist_ui.gallery import Colours, colour_bar_png, sheet_png, show_gallery
from mnist_ui.session import Key
from mnist_ui.unit_picker import Tile, pick_picture

NAMES = {"hidden1": "hidden 1", "hidden2": "hidden 2", "output": "output"}

_ENLARGED = 10  # screen pixels along an edge of a pixel
_MOST_LINKS = 5
_MOST_IMAGES = 12
_PICTURE = """
<img alt="{words}" style="width: {width}px; max-width: 100%; image-rendering: pixelated; display: block"
  src="data:image/png;base64,{png}">
"""
_BAR = """
<div style="max-width: {width}px">
  <img alt="colour bar" style="width: 100%; height: 12px; border-radius: 3px; display: block"
    src="data:image/png;base64,{png}">
  <div style="display: flex; justify-content: space-between; font-size: 0.8rem; opacity: 0.85">
    <span>{lowest}</span><span>0</span><span>{highest}</span>
  </div>
</div>
"""


def show_unit(
    model: Model, view: FieldsView, dataset: Dataset | None, open_unit: Callable[[str, int], None]
) -> None:
    """Show a unit large, with all that is known of it.

    Parameters
    ----------
    model : Model
        Whose unit it is.
    view : FieldsView
        The layer, the unit, and how pictures are shown.
    dataset : Dataset or None
        The images that may drive it.
    open_unit : callable
        Is called with the layer and the unit of a link that was followed.
    """
    fields = read_fields(model, view.layer)
    _show_picture(orient_fields(fields, view.turned), view)
    with st.container(horizontal=True):
        st.metric("Bias", f"{read_bias(model.network, view.layer, view.unit):+.3f}")
        st.metric("Greatest value", f"{np.abs(fields[view.unit]).max():.3f}")
    _show_links(model, view, open_unit)
    _show_drivers(model, view, dataset)


def show_colour_bar(strength: float | None, width: int) -> None:
    """Show which colours stand for which weights.

    Parameters
    ----------
    strength : float or None
        The weight at either end; None where each picture has its own.
    width : int
        Screen pixels at most.
    """
    words = ("−greatest of each", "+greatest of each")
    lowest, highest = words if strength is None else (f"−{strength:.3g}", f"+{strength:.3g}")
    png = base64.b64encode(colour_bar_png(Colours.SIGNED)).decode()
    st.html(_BAR.format(width=width, png=png, lowest=lowest, highest=highest))


def name_unit(layer: str, unit: int) -> str:
    """Name a unit, counted from 0 as in the arrays."""
    return f"digit {unit}" if layer == LAYERS[-1] else f"unit {unit}"


def _show_picture(fields: Fields, view: FieldsView) -> None:
    side = fields.shape[1]
    column = Image.open(io.BytesIO(sheet_png(fields, 1, Colours.SIGNED, one_scale=view.one_scale)))
    picture, file = column.crop((0, view.unit * side, side, (view.unit + 1) * side)), io.BytesIO()
    picture.save(file, "PNG")
    width = side * _ENLARGED
    png = base64.b64encode(file.getvalue()).decode()
    # Inside the page, as a file beside it may be gone when the next unit is opened before it was loaded.
    st.html(_PICTURE.format(width=width, png=png, words=f"{name_unit(view.layer, view.unit)}, large"))
    shown = fields if view.one_scale else fields[view.unit]
    show_colour_bar(float(np.abs(shown).max()), width)


def _show_links(model: Model, view: FieldsView, open_unit: Callable[[str, int], None]) -> None:
    links = strongest_links(model.network, view.layer, view.unit, _MOST_LINKS)
    if not links:
        return
    layer = LAYERS[LAYERS.index(view.layer) + 1]
    units = [link.unit for link in links]
    st.markdown(f"**Strongest links** to {NAMES[layer]}, with their weights; click one to open it.")
    fields = orient_fields(read_fields(model, layer), view.turned)[units]
    tiles = [
        Tile(
            f"{link.unit}: {link.weight:+.2f}",
            f"{name_unit(layer, link.unit)} of {NAMES[layer]}, weight {link.weight:+.2f}",
        )
        for link in links
    ]
    pick_picture(
        fields,
        tiles,
        lambda place: open_unit(layer, units[place]),
        key=Key.LINKS_WIDGET,
        label=f"strongest links to {NAMES[layer]}",
        one_scale=view.one_scale,
        size=60,
    )


def _show_drivers(model: Model, view: FieldsView, dataset: Dataset | None) -> None:
    if dataset is None:
        offer_sample("see the images that drive this unit most and least", "drivers-sample")
        return
    try:
        sums = read_sums(model, view.layer, dataset)[:, view.unit]
    except DataError as error:
        st.error(str(error))
        return
    for words, places in zip(("most", "least"), rank_images(sums, _MOST_IMAGES), strict=True):
        st.markdown(f"**Images that drive it {words}** of the {dataset.n_samples:,} in {dataset.name}")
        captions = [f"{dataset.name_class(int(place))}: {sums[place]:+.1f}" for place in places]
        show_gallery(np.asarray(dataset.images[places]), captions, size=52, label=f"drive it {words}")
    st.caption("Below each image: its digit, and the unit's sum before the activation.")
