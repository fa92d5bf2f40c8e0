"""The way of one image through a network, as a picture: the units that speak most for what is read."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise
from typing import TypeAlias

import streamlit as st

from mnist_core.ground.arrays import Fields, Image
from mnist_core.insight.projection.trace import Link, Trace, trace_image
from mnist_core.network.architecture import LAYER_WORDS
from mnist_core.network.models import Model
from mnist_ui.cached.opened_models import read_fields
from mnist_ui.components.gallery import Colours, sheet_png

_WIDTH, _HEIGHT = 360, 330  # of the drawing, which scales with the page
_TOP = 24  # below the titles
_TITLES = {"image": "image"} | LAYER_WORDS | {"output": "read as"}
_LEFT, _RIGHT = 30, 326  # the columns of the image and of the guess
_SIDES = {"image": 56, "output": 44}
_SIDE_LAST, _SIDE = 42, 23  # of the pictures of the last hidden layer, and of those below
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
        "The units that speak most for what is read, and those below that drove them: the broader, the "
        "more. Each shows what it looks for (product of weights), in the network's own numbering; what is "
        "weaker, and the biases, are left out."
    )


def _draw(model: Model, image: Image, trace: Trace) -> str:
    hidden = list(trace.links)
    stages = _place_stages(hidden)
    last, guess = hidden[-1], model.info.class_names[trace.guess]
    speakers = [link.source for link in trace.links[last]]
    places = {"image": {0: _MIDDLE}, last: _spread(speakers), "output": {trace.guess: _MIDDLE}}
    for layer, above in reversed(list(pairwise(hidden))):
        places[layer] = _spread(_order(trace.links[layer], list(places[above])))
    fed = tuple(Link(0, unit, 1.0) for unit in places[hidden[0]])
    parts = [_write(stage, 14, 13, _TITLES[stage.name]) for stage in stages.values()]
    parts += _draw_links(fed, stages["image"], stages[hidden[0]], places, 1.5)
    for layer, above in pairwise([*hidden, "output"]):
        parts += _draw_links(trace.links[layer], stages[layer], stages[above], places, _WIDEST)
    png = sheet_png(image[None], 1)
    parts.append(_draw_picture(stages["image"], _MIDDLE, png, "what the network is given"))
    for layer in hidden:
        fields = read_fields(model, layer)
        parts += [_draw_unit(stages[layer], unit, top, fields, trace) for unit, top in places[layer].items()]
    parts.append(_write(stages["output"], _MIDDLE + 14, 40, guess, "font-weight='700'"))
    units = ", ".join(map(str, speakers))
    label = f"Read as {guess}: units {units} of {LAYER_WORDS[last]} speak most for it"
    return (
        f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" style="width: 100%; max-width: {1.25 * _WIDTH}px" '
        f'aria-label="{escape(label)}">{"".join(parts)}</svg>'
    )


@dataclass(frozen=True)
class _Stage:
    """A column of the drawing: where it stands, the side of its pictures, and whether its units are named."""

    name: str
    x: float
    side: float
    is_named: bool = False


def _place_stages(hidden: Sequence[str]) -> dict[str, _Stage]:
    step = (_RIGHT - _LEFT) / (len(hidden) + 1)
    stages = [_Stage("image", _LEFT, _SIDES["image"])]
    for number, layer in enumerate(hidden, start=1):
        is_last = number == len(hidden)
        stages.append(_Stage(layer, _LEFT + number * step, _SIDE_LAST if is_last else _SIDE, is_last))
    return {stage.name: stage for stage in [*stages, _Stage("output", _RIGHT, _SIDES["output"])]}


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
    links: Sequence[Link], source: _Stage, target: _Stage, places: dict[str, _Places], widest: float
) -> list[str]:
    greatest = max((link.share for link in links), default=1.0)
    left, right = source.x + source.side / 2, target.x - target.side / 2
    begins, ends = places[source.name], places[target.name]
    middle = (left + right) / 2
    return [
        f'<path d="M{left} {begins[link.source]:.1f} C{middle} {begins[link.source]:.1f} '
        f'{middle} {ends[link.target]:.1f} {right} {ends[link.target]:.1f}" fill="none" '
        f'stroke="{_LINK}" stroke-opacity="0.6" stroke-width="{widest * link.share / greatest:.2f}"/>'
        for link in links
    ]


def _draw_unit(stage: _Stage, unit: int, top: float, fields: Fields, trace: Trace) -> str:
    words = f"unit {unit} of {_TITLES[stage.name]}, activation {trace.activations[stage.name][unit]:+.2f}"
    picture = _draw_picture(stage, top, sheet_png(fields[[unit]], 1, Colours.SIGNED), words)
    return picture + (_write(stage, top + stage.side / 2 + 12, 11, f"unit {unit}") if stage.is_named else "")


def _draw_picture(stage: _Stage, top: float, png: bytes, words: str) -> str:
    side, sheet = stage.side, base64.b64encode(png).decode()
    return (
        f'<image href="data:image/png;base64,{sheet}" x="{stage.x - side / 2}" y="{top - side / 2:.1f}" '
        f'width="{side}" height="{side}" style="image-rendering: pixelated">'
        f"<title>{escape(words)}</title></image>"
    )


def _write(stage: _Stage, top: float, size: int, words: str, more: str = "") -> str:
    return (
        f'<text x="{stage.x}" y="{top}" text-anchor="middle" font-size="{size}" {_INK} {more}>'
        f"{escape(words)}</text>"
    )
