"""A network at work: image, units and outputs, and the links that carry most, at every move of the pen."""

from collections.abc import Callable
from urllib.parse import urlencode

from mnist_core.network.architecture import LAYER_WORDS
from mnist_core.network.models import Model
from mnist_ui.addresses import find_base
from mnist_ui.components.assets import declare
from mnist_ui.components.gallery import Colours
from mnist_ui.session import read_sent

_KEY = "draw-living-network"
_HTML = """
<section class="alive" aria-label="The network at work">
  <p class="hint"></p>
  <div class="stage">
    <canvas class="paper" aria-hidden="true"></canvas>
    <div class="layers"></div>
    <div class="links" role="group" aria-label="The links that carry most"></div>
  </div>
  <p class="legend"><span class="more">adds</span> <span class="less">takes away.</span>
    A circle is a unit above zero, a square one below. The wider a link, the more it carries.</p>
  <ul class="shares" aria-label="How much the drawn links carry"></ul>
  <section class="sums" aria-label="A sum line by line" hidden>
    <h2></h2>
    <p><a>On the Fields page</a> <button type="button" class="close">Close</button></p>
    <table>
      <thead>
        <tr><th scope="col">from</th><th scope="col">value</th><th scope="col">weight</th>
          <th scope="col">carries</th></tr>
      </thead>
      <tbody></tbody>
    </table>
  </section>
  <p class="said lab-unseen" aria-live="polite"></p>
</section>
"""

_network = declare("living_network", _HTML)


def show_network(model: Model, network: str, on_open: Callable[[str, int], None]) -> None:
    """Show a network at work on the image that the live answer is about.

    Parameters
    ----------
    model : Model
        Its names and layers.
    network : str
        The name that `send_network` returned for it.
    on_open : callable
        Is called with the layer and number of the unit whose page is asked for, before the page runs again.
    """
    names = model.network.layer_names
    data = {
        "network": network,
        "layers": list(names),
        "words": [LAYER_WORDS[name] for name in names],
        "names": list(model.info.class_names),
        "page": f"{find_base()}/fields?{urlencode({'model': model.name})}",
        "ink": list(Colours.INK.value),
        "signed": list(Colours.SIGNED.value),
    }
    _network(key=_KEY, data=data, on_opened_change=lambda: _forward(on_open))


def _forward(on_open: Callable[[str, int], None]) -> None:
    opened = read_sent(_KEY).get("opened")
    if isinstance(opened, dict):
        on_open(str(opened["layer"]), int(opened["unit"]))
