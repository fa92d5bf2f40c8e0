"""A live training as a film: fields, confusion and curves of every epoch, played in the browser."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from mnist_core.network.architecture import LAYER_WORDS, OUTPUT
from mnist_core.training.live.unit_pictures import choose_epochs
from mnist_ui.components.assets import declare
from mnist_ui.components.delivery import Delivery
from mnist_ui.components.film.epochs import Reel, Shot
from mnist_ui.components.gallery import Colours
from mnist_ui.components.player import make_controls

_SPEEDS = (1, 2, 4, 8, 16)
_USUAL_SPEED = 4
_CONTROLS = make_controls(
    "Epoch", "Epochs of the film", {str(speed): f"{speed} a second" for speed in _SPEEDS}, str(_USUAL_SPEED)
)


def _curve_html(title: str, kinds: Sequence[str]) -> str:
    lines = "".join(f'<polyline class="{kind}" />' for kind in kinds)
    return f"""
      <div class="curve" aria-hidden="true">
        <h3>{title}</h3>
        <div class="axis"><span class="top"></span><span class="bottom"></span></div>
        <svg viewBox="0 0 100 100" preserveAspectRatio="none">{lines}
          <line class="mark" y1="0" y2="100" /></svg>
        <span class="last"></span>
      </div>"""


_ACCURACY = 'Accuracy<span class="of-ghost">; dashed: its parent</span>'
_LOSS = 'Loss: <span class="of-train">training</span>, <span class="of-valid">validation</span>'
_HTML = f"""
<div class="film empty">{_CONTROLS}
  <p class="said"></p>
  <div class="stage">
    <div class="pictures" role="img"></div>
    <div class="side">
      {_curve_html(_ACCURACY, ("ghost", "valid"))}
      {_curve_html(_LOSS, ("ghost", "train", "valid"))}
      <div class="read-as">
        <h3 aria-hidden="true">True digits (rows) read as (columns)</h3>
        <div class="confusion" role="img"></div>
      </div>
    </div>
  </div>
</div>
"""

_film = declare("film", _HTML)


@dataclass(frozen=True)
class Film:
    """What the browser shows of a live training.

    Attributes
    ----------
    reel : Reel
        Its epochs.
    name : str
        Tells it from the films of other trainings and layers.
    layer : str
        That is shown.
    class_names : sequence of str
        What the output units stand for.
    ghost : sequence
        The facts of the training that it is a branch of.
    """

    reel: Reel
    name: str
    layer: str
    class_names: Sequence[str]
    ghost: Sequence[Sequence[float | None]] = ()

    def show(self, key: str, delivery: Delivery, seen: int | None) -> int | None:
        """Show the film at an epoch, or at its end; return where its viewer has moved it."""
        last = self.reel.read_on()
        since = delivery.sent_before
        shots = self.reel.take_shots(since, last)
        data = self._describe(shots, last, since, seen)
        told = _film(key=key, data=data, on_moved_change=lambda: None, on_missing_change=delivery.forget)
        delivery.advance(last)
        return told.moved["seen"] if isinstance(told.moved, dict) else seen

    def _describe(self, shots: Sequence[Shot], last: int, since: int, seen: int | None) -> dict[str, Any]:
        shown = choose_epochs(last)
        return {
            "name": self.name,
            "label": f"What the units of {LAYER_WORDS[self.layer]} look for",
            "colours": list(Colours.SIGNED.value),
            "captions": self._find_captions(),
            "names": list(self.class_names),
            "side": self.reel.side,
            "since": max((epoch for epoch in shown if epoch <= since), default=-1),
            "epochs": shown,
            "shots": [shot.values() for shot in shots],
            "facts": self.reel.facts,
            "ghost": [list(row) for row in self.ghost],
            "seen": seen,
        }

    def _find_captions(self) -> list[str]:
        if self.layer == OUTPUT:
            return list(self.class_names)
        return [""] * self.reel.n_shown
