"""The answer to a drawing, which moves while one draws: the browser reads by itself, then Python settles.

`send_network` hands the weights to the browser once; `show_live` shows the guess, what the network sees and
its probabilities. A network that the browser cannot run is answered when the pen is lifted, as before.
"""

import base64
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from mnist_core.ground.arrays import Image
from mnist_core.network.in_browser import is_runnable, pack_network
from mnist_core.network.models import Model
from mnist_core.pens import Stroke
from mnist_ui.components import kept
from mnist_ui.components.assets import declare, read_style
from mnist_ui.components.gallery import Colours
from mnist_ui.streamlit_insides import least_height, style

_DIGITS = 3  # behind the point of a coordinate, in pixels of the canvas

# What was said of an earlier stroke is no longer true while the next is drawn, but keeps its place.
_HIDING = """
.st-key-draw-answer[data-state="live"] [class*="st-key-draw-stale-"] { opacity: 0; pointer-events: none; }"""
EVIDENCE_PLACE = "draw-stale-evidence"  # of the container with what the network looked at
_EVIDENCE_PX = 112
_HTML = """
<section class="answer" aria-label="What the network makes of it">
  <div class="row">
    <div><p class="title">Its guess<span class="live-mark"> so far</span></p>
      <p class="digit" aria-hidden="true"></p><p class="words" aria-hidden="true"></p></div>
    <div><p class="title">What the network sees</p>
      <canvas class="picture" role="img" aria-label="the image that the network sees, 28 x 28 pixels">
      </canvas></div>
  </div>
  <p class="title" aria-hidden="true">Probability of each digit</p>
  <ul class="bars" aria-label="Probability of each digit"></ul>
  <p class="said lab-unseen" aria-live="polite"></p>
</section>
"""

_live = declare("live_answer", _HTML)


@dataclass(frozen=True)
class LiveSource:
    """What the browser needs to answer while one draws.

    Attributes
    ----------
    network : str
        The name that `send_network` returned; by an empty one the browser never answers by itself.
    strokes : sequence of strokes
        That lie on the canvas, in its pixels.
    version : int
        Of what Python laid on the canvas last: counted up where strokes were taken back.
    """

    network: str = ""
    strokes: Sequence[Stroke] = ()
    version: int = 0


ANOTHER = LiveSource(version=-1)
"""A picture that is not drawn on the canvas: no stroke that was lifted there waits to be part of it."""


@dataclass(frozen=True)
class Settled:
    """What Python made of a drawing, as the browser shows it.

    Attributes
    ----------
    shown : str
        The guess, or that there is none.
    words : str
        How sure it is.
    is_unsure : bool
        No guess is given.
    guess : int
        The place of the most probable class.
    probabilities : sequence of float
        Of each class.
    image : str
        Base64 of a number of four bytes a pixel: what the network sees.
    """

    shown: str
    words: str
    is_unsure: bool
    guess: int
    probabilities: Sequence[float]
    image: str


def pack_image(image: Image) -> str:
    """Pack ink from 0 to 1 as base64 of a number of four bytes a pixel."""
    return base64.b64encode(image.astype("<f4").tobytes()).decode()


def send_network(model: Model) -> str:
    """Hand a network's weights to the browser; return the name by which it then knows them.

    The name is empty where the browser cannot run the network.
    """
    if not is_runnable(model):
        return ""
    packed = pack_network(model)
    kept.send("draw-network-store", packed)
    return str(packed["name"])


def show_live(source: LiveSource, names: Sequence[str], settled: Settled | None) -> None:
    """Show the answer: what Python made of the strokes, and what the browser makes of those that follow.

    Parameters
    ----------
    source : LiveSource
        What the browser needs to go on by itself.
    names : sequence of str
        Of the classes.
    settled : Settled or None
        What Python made of it; None where there is nothing to read.
    """
    style(_HIDING, read_style("unseen.css"), least_height(EVIDENCE_PLACE, _EVIDENCE_PX))
    data = {
        "network": source.network,
        "names": list(names),
        "strokes": [[[round(x, _DIGITS) for x in point] for point in stroke] for stroke in source.strokes],
        "version": source.version,
        "settled": None if settled is None else asdict(settled),
        "colours": list(Colours.INK.value),
    }
    _live(key="draw-live-answer", data=data)
