"""The way of one image through a network, as a picture: the units that speak most for what is read."""

import base64
from collections.abc import Sequence
from html import escape
from typing import TypeAlias

import streamlit as st

from mnist_core.ground.arrays import Fields, Image
from mnist_core.insight.projection.trace import Link, Trace, trace_image
from mnist_core.network.models import Model
from mnist_ui.cached.opened_models import read_fields
from mnist_ui.components.gallery import Colours, sheet_png
from mnist_ui.names import NAMES

_WIDTH, _HEIGHT = 360, 330  # of the drawing, which scales with the page
_TOP = 24  # below the titles
_COLUMNS = {"image": 30, "hidden1": 132, "hidden2": 232, "output": 326}
_TITLES = {"image": "image"} | NAMES | {"output": "read as"}
_SIDES = {"image": 56, "hidden1": 23, "hidden2": 42, "output": 44}
_WIDEST = 6.0  # of a link
_LINK = "#d0603f"
_INK = 'fill="var(--st-text-color)" font-family="var(--st-font)"'
_MIDDLE = _TOP + (_HEIGHT - _TOP) / 2

# A component, as plain HTML is shown without its drawings.
_drawing = st.components.v2.component(
    "lab_drawing",
    html='<div class="drawing"></div>',
    js="export default ({ data, parentElement }) => {"
    ' parentElement.querySelector(".drawing").innerHTML = data.svg; };',
)

_Places: TypeAlias = dict[int, float]
"""The height of each unit of a column."""


def show_path(model: Model, image: Image) -> None:
    """Draw the strongest way of an image through a network, with the picture of what each unit looks for."""
    trace = trace_image(model.network, image)
    _drawing(key="map-path", data={"svg": _draw(model, image, trace)})
    st.caption(
        "The units that speak most for what is read, and those of hidden 1 that drove them: the broader, the "
        "more. Each shows what it looks for (product of weights), in the network's own numbering; what is "
        "weaker, and the biases, are left out."
    )


def _draw(model: Model, image: Image, trace: Trace) -> str:
    last = [link.source for link in trace.hidden2]
    places = {
        "image": {0: _MIDDLE},
        "hidden1": _spread(_order(trace.hidden1, last)),
        "hidden2": _spread(last),
        "output": {trace.guess: _MIDDLE},
    }
    guess = model.info.class_names[trace.guess]
    fed = tuple(Link(0, unit, 1.0) for unit in places["hidden1"])
    parts = [_write(layer, 14, 13, title) for layer, title in _TITLES.items()]
    parts += _draw_links(fed, "image", "hidden1", places, 1.5)
    parts += _draw_links(trace.hidden1, "hidden1", "hidden2", places, _WIDEST)
    parts += _draw_links(trace.hidden2, "hidden2", "output", places, _WIDEST)
    parts.append(_draw_picture("image", _MIDDLE, sheet_png(image[None], 1), "what the network is given"))
    for layer in ("hidden1", "hidden2"):
        fields = read_fields(model, layer)
        parts += [_draw_unit(layer, unit, top, fields, trace) for unit, top in places[layer].items()]
    parts.append(_write("output", _MIDDLE + 14, 40, guess, "font-weight='700'"))
    units = ", ".join(map(str, last))
    label = f"Read as {guess}: units {units} of hidden 2 speak most for it"
    return (
        f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" style="width: 100%; max-width: {1.25 * _WIDTH}px" '
        f'aria-label="{escape(label)}">{"".join(parts)}</svg>'
    )


def _order(links: Sequence[Link], targets: Sequence[int]) -> list[int]:
    """Order units by the mean place of what they feed, so that few links cross."""
    fed: dict[int, list[int]] = {}
    for link in links:
        fed.setdefault(link.source, []).append(targets.index(link.target))
    return sorted(fed, key=lambda unit: (sum(fed[unit]) / len(fed[unit]), unit))


def _spread(units: Sequence[int]) -> _Places:
    step = (_HEIGHT - _TOP) / max(len(units), 1)
    return {unit: _TOP + step * (place + 0.5) for place, unit in enumerate(units)}


def _draw_links(
    links: Sequence[Link], source: str, target: str, places: dict[str, _Places], widest: float
) -> list[str]:
    greatest = max((link.share for link in links), default=1.0)
    left, right = _COLUMNS[source] + _SIDES[source] / 2, _COLUMNS[target] - _SIDES[target] / 2
    middle = (left + right) / 2
    return [
        f'<path d="M{left} {places[source][link.source]:.1f} C{middle} {places[source][link.source]:.1f} '
        f'{middle} {places[target][link.target]:.1f} {right} {places[target][link.target]:.1f}" fill="none" '
        f'stroke="{_LINK}" stroke-opacity="0.6" stroke-width="{widest * link.share / greatest:.2f}"/>'
        for link in links
    ]


def _draw_unit(layer: str, unit: int, top: float, fields: Fields, trace: Trace) -> str:
    words = f"unit {unit} of {_TITLES[layer]}, activation {trace.activations[layer][unit]:+.2f}"
    picture = _draw_picture(layer, top, sheet_png(fields[[unit]], 1, Colours.SIGNED), words)
    below = top + _SIDES[layer] / 2 + 12
    return picture + (_write(layer, below, 11, f"unit {unit}") if layer == "hidden2" else "")


def _draw_picture(layer: str, top: float, png: bytes, words: str) -> str:
    side, sheet = _SIDES[layer], base64.b64encode(png).decode()
    left = _COLUMNS[layer] - side / 2
    return (
        f'<image href="data:image/png;base64,{sheet}" x="{left}" y="{top - side / 2:.1f}" width="{side}" '
        f'height="{side}" style="image-rendering: pixelated"><title>{escape(words)}</title></image>'
    )


def _write(layer: str, top: float, size: int, words: str, more: str = "") -> str:
    return (
        f'<text x="{_COLUMNS[layer]}" y="{top}" text-anchor="middle" font-size="{size}" {_INK} {more}>'
        f"{escape(words)}</text>"
    )
