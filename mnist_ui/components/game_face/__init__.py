"""What the game asks and says, with a clock that runs in the browser."""

from collections.abc import Callable
from dataclasses import asdict, dataclass

from mnist_ui.components.assets import declare
from mnist_ui.session import read_sent
from mnist_ui.streamlit_insides import style

_KEY = "game-face"

_HTML = """
<section class="face" aria-label="The game">
  <h2 class="asked"></h2>
  <p class="said" role="status"></p>
  <div class="clock" aria-hidden="true">
    <span class="track"><i class="left"></i></span><span class="seconds"></span>
  </div>
</section>
"""

# Its room is kept from the start, so that the paper below never moves under a pen.
_STYLE = ".st-key-game-face { min-height: 121px; }"

_face = declare("game_face", _HTML)


@dataclass(frozen=True)
class Face:
    """What the game shows above the paper.

    Attributes
    ----------
    asked : str
        The heading.
    said : str
        A sentence below it, said aloud where it changes.
    step : str
        Another one for each digit and each pause, so that the browser's clock starts anew.
    spent_s : float
        Seconds that are over.
    limit_s : float
        Seconds after which time is up.
    is_counted : bool
        Whether the seconds are a player's, and shown.
    """

    asked: str
    said: str
    step: str
    spent_s: float
    limit_s: float
    is_counted: bool


def show_face(face: Face, on_up: Callable[[str], None]) -> None:
    """Show what the game asks; when time is up `on_up` gets the name of the step, and the page runs again."""
    style(_STYLE)
    _face(key=_KEY, data=asdict(face), on_up_change=lambda: _forward(on_up))


def _forward(on_up: Callable[[str], None]) -> None:
    step = read_sent(_KEY).get("up")
    if step is not None:
        on_up(str(step))
