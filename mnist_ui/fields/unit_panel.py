"""One unit: its picture large, its facts, what it listens and speaks to, and what drives it."""

import base64
import io
from collections.abc import Sequence

import numpy as np
import streamlit as st
from PIL import Image

from mnist_core.ground.arrays import Fields
from mnist_core.insight.fields import (
    Link,
    orient_fields,
    rank_images,
    read_bias,
    strongest_links,
    strongest_sources,
)
from mnist_core.insight.fields.fidelity import ANOTHER, BLURRED
from mnist_core.insight.fields.unit_facts import count_values, to_activations
from mnist_core.insight.fields.view import Kind
from mnist_core.network.architecture import LAYER_WORDS, OUTPUT
from mnist_core.network.models import Model
from mnist_ui.cached.lens import Lens
from mnist_ui.cached.opened_models import read_fields, read_sums
from mnist_ui.charts.shown import show_chart
from mnist_ui.components.gallery import Colours, colour_bar_png, sheet_png, show_gallery
from mnist_ui.components.unit_picker import Tile, pick_picture
from mnist_ui.fields.link import FieldsView, open_unit
from mnist_ui.fields.pictures import measure_way, read_facts, show_way
from mnist_ui.fields.unit_charts import draw_histogram
from mnist_ui.fields.unit_order import say_measure
from mnist_ui.markdown import escape
from mnist_ui.names import name_unit

_ENLARGED = 10  # screen pixels along an edge of a pixel
_MOST_LINKS = 5
_MOST_IMAGES = 12
_SMALL = 60  # least screen pixels of a small picture
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


def show_picture(fields: Fields, view: FieldsView) -> None:
    """Show the open unit's picture large."""
    side, colours = fields.shape[1], Colours.INK if view.way.is_ink else Colours.SIGNED
    column = Image.open(io.BytesIO(sheet_png(fields, 1, colours, one_scale=view.one_scale)))
    picture, file = column.crop((0, view.unit * side, side, (view.unit + 1) * side)), io.BytesIO()
    picture.save(file, "PNG")
    width = side * _ENLARGED
    png = base64.b64encode(file.getvalue()).decode()
    # Inside the page, as a file beside it may be gone when the next unit is opened before it was loaded.
    st.html(_PICTURE.format(width=width, png=png, words=f"{name_unit(view.layer, view.unit)}, large"))
    if not view.way.is_ink:
        shown = fields if view.one_scale else fields[view.unit]
        show_colour_bar(float(np.abs(shown).max()), width)


def show_colour_bar(strength: float | None, width: int) -> None:
    """Show which colour is which weight.

    Parameters
    ----------
    strength : float or None
        The greatest weight; None where each picture has its own scale.
    width : int
        Screen pixels.
    """
    words = ("lowers", "raises")
    lowest, highest = words if strength is None else (f"−{strength:.3g}", f"+{strength:.3g}")
    png = base64.b64encode(colour_bar_png(Colours.SIGNED)).decode()
    st.html(_BAR.format(width=width, png=png, lowest=lowest, highest=highest))


def show_facts(lens: Lens, view: FieldsView) -> None:
    """Show what is known of the open unit: numbers, whether it is dead or saturated, and its twin."""
    facts, unit = read_facts(lens, view.layer), view.unit
    found = measure_way(lens, view.layer, view.method)
    is_r2 = view.way.kind is not Kind.IMAGE
    with st.container(horizontal=True):
        st.metric(
            "R² of this way" if is_r2 else "Insertion less deletion",
            say_measure(found.per_unit[unit]),
            help=view.way.counts,
        )
        st.metric(
            "Accuracy lost without it",
            f"{100 * facts.lost_at_mean[unit]:.2f} points",
            help="How many more of 100 images that it is measured on are read wrong when its activation is "
            f"held at its mean for all. Held at 0: {100 * facts.lost_at_zero[unit]:.2f}. Below 0, the "
            "network reads better without it.",
        )
        st.metric("Bias", f"{read_bias(lens.model.network, view.layer, unit):+.3f}")
    if found.controls:
        st.caption(
            f"As a control, insertion less deletion is {say_measure(found.controls[BLURRED][unit])} for the "
            f"picture blurred, and {say_measure(found.controls[ANOTHER][unit])} for that of another image."
        )
    if facts.is_dead[unit]:
        st.warning("Dead: its activation is the same for all images (standard deviation below 0.01).")
    elif facts.is_saturated[unit]:
        st.warning(
            f"Saturated: for {facts.flat_share[unit]:.0%} of the images its activation is where its slope "
            "is under 5 % of the steepest, so small changes of the image do not reach it."
        )
    _show_twin(lens, view)


def show_links(model: Model, view: FieldsView) -> None:
    """Show the units that the open one listens to and speaks to most."""
    network, layers = model.network, model.network.layer_names
    place = layers.index(view.layer)
    if place > 0:
        below, sources = layers[place - 1], strongest_sources(network, view.layer, view.unit, _MOST_LINKS)
        st.markdown(
            f"**It listens most** to these of {LAYER_WORDS[below]}, with the weights; click one to open it."
        )
        _show_tiles(model, view, below, sources, "fields-sources", f"listens to in {LAYER_WORDS[below]}")
    if place < len(layers) - 1:
        above, links = layers[place + 1], strongest_links(network, view.layer, view.unit, _MOST_LINKS)
        st.markdown(f"**It speaks loudest** to these of {LAYER_WORDS[above]}.")
        _show_tiles(model, view, above, links, "fields-links", f"speaks to in {LAYER_WORDS[above]}")
    st.caption("Drawn as products of weights.")


def show_values(lens: Lens, view: FieldsView) -> None:
    """Show which values the open unit takes for which digit."""
    sums, names = read_sums(lens.model, view.layer, lens.dataset), list(lens.dataset.class_names)
    values = to_activations(lens.model.network, view.layer, sums[:, [view.unit]])[:, 0]
    what = "logit" if view.layer == OUTPUT else "activation"
    st.markdown(
        f"**Which values it takes**: a row a digit, stronger where more of its images have this {what}"
    )
    show_chart(draw_histogram, count_values(values, lens.dataset.labels, len(names)), names, what)
    st.caption(f"All {lens.dataset.n_samples:,} images of {escape(lens.dataset.name)}.")


def show_drivers(lens: Lens, view: FieldsView) -> None:
    """Show the images that drive the open unit most and least."""
    dataset = lens.dataset
    sums = read_sums(lens.model, view.layer, dataset)[:, view.unit]
    for words, places in zip(("most", "least"), rank_images(sums, _MOST_IMAGES), strict=True):
        st.markdown(
            f"**Images that drive it {words}** of the {dataset.n_samples:,} in {escape(dataset.name)}"
        )
        captions = [f"{dataset.name_class(int(place))}: {sums[place]:+.1f}" for place in places]
        show_gallery(np.asarray(dataset.images[places]), captions, size=52, label=f"drive it {words}")
    st.caption("Below each image: its digit, and the unit's sum before the activation.")


def _show_twin(lens: Lens, view: FieldsView) -> None:
    facts = read_facts(lens, view.layer)
    twin, correlation = int(facts.twin[view.unit]), float(facts.twin_correlation[view.unit])
    if np.isnan(correlation):
        return
    st.markdown("**Its twin**: the unit of the layer whose activation is correlated most with its own.")
    name = f"{name_unit(view.layer, twin)}, correlation {correlation:+.2f}"
    pick_picture(
        show_way(lens, view)[[twin]],
        [Tile(f"{twin}: {correlation:+.2f}", name)],
        lambda _: open_unit(view.layer, twin),
        key="fields-twin",
        label="twin",
        colours=Colours.INK if view.way.is_ink else Colours.SIGNED,
        one_scale=view.one_scale,
        size=_SMALL,
    )


def _show_tiles(
    model: Model,
    view: FieldsView,
    layer: str,
    links: Sequence[Link],
    key: str,
    label: str,
) -> None:
    units = [link.unit for link in links]
    pick_picture(
        orient_fields(read_fields(model, layer), view.turned)[units],
        [
            Tile(
                f"{link.unit}: {link.weight:+.2f}",
                f"{name_unit(layer, link.unit)} of {LAYER_WORDS[layer]}, weight {link.weight:+.2f}",
            )
            for link in links
        ],
        lambda place: open_unit(layer, units[place]),
        key=key,
        label=label,
        one_scale=view.one_scale,
        size=_SMALL,
    )
