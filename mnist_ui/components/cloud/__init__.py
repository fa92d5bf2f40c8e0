"""Layers as clouds of points: small ones to choose from, the chosen one large, with pictures on hover."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mnist_ui.components import kept
from mnist_ui.components.assets import declare
from mnist_ui.components.picking import forward_picked

_KEY = "map-cloud"

_PALETTE = (
    *("#4c78a8", "#f58518", "#e45756", "#5fb3ad", "#54a24b"),
    *("#d9b52c", "#b279a2", "#ff9da6", "#9d755d", "#8a8f98"),
)  # ten tones that are told apart on white and on black
_OWN = "#ff2fa0"  # of the digit from the Draw page: none of the palette

_HTML = """
<section class="map" aria-label="The layers as clouds of points">
  <div class="stages" role="radiogroup" aria-label="Layer"></div>
  <div class="large">
    <canvas class="canvas" tabindex="0" role="application"
      aria-label="Cloud of points, one an image. The arrow keys go from point to point, Enter opens one.">
    </canvas>
    <div class="tip" aria-hidden="true" hidden><canvas></canvas><span></span></div>
  </div>
  <ul class="legend" aria-label="Colours"></ul>
  <p class="said lab-unseen" aria-live="polite"></p>
</section>
"""

_cloud = declare("cloud", _HTML)


@dataclass(frozen=True)
class Stage:
    """A layer in words.

    Attributes
    ----------
    title : str
        Its name.
    words : str
        What is below its small cloud.
    label : str
        What a screen reader says.
    own : tuple of float or None
        Where the digit from the Draw page lies, in the coordinates of the cloud.
    """

    title: str
    words: str
    label: str
    own: tuple[float, float] | None


def show_cloud(
    packed: Mapping[str, Any],
    stages: Sequence[Stage],
    names: Sequence[str],
    colour: str,
    picked: int | None,
    on_pick: Callable[[int], None],
) -> None:
    """Show a map.

    Parameters
    ----------
    packed : mapping
        As `pack_map` returns it.
    stages : sequence of Stage
        In order.
    names : sequence of str
        Of the classes.
    colour : str
        By what points are coloured: label, guess or confidence.
    picked : int or None
        The point that is open.
    on_pick : callable
        Is called with the point that was clicked, before the page runs again.
    """
    kept.send("map-store", packed)
    places = [stage.own for stage in stages]
    data = {
        "name": packed["name"],
        "names": list(names),
        "palette": list(_PALETTE),
        "colour": colour,
        "picked": picked,
        "first": len(stages) - 2,
        "own": None if None in places else {"places": places},
        "ownColour": _OWN,
        "stages": [{"title": one.title, "words": one.words, "label": one.label} for one in stages],
    }
    _cloud(
        key=_KEY,
        data=data,
        on_picked_change=lambda: forward_picked(_KEY, on_pick),
    )
