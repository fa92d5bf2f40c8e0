"""A gallery of pictures of which one is opened, by a click or by the arrow keys."""

import base64
import math
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

from mnist_core.ground.arrays import Fields, Images
from mnist_ui.components.assets import declare
from mnist_ui.components.gallery import Colours, sheet_png
from mnist_ui.components.picking import forward_picked

_HTML = '<style class="sheet"></style><div class="tiles" role="group"></div>'
_picker = declare("unit_picker", _HTML)


@dataclass(frozen=True)
class Tile:
    """One picture of a picker in words.

    Attributes
    ----------
    caption : str
        Below the picture.
    label : str
        What a screen reader says.
    """

    caption: str
    label: str


def pick_picture(
    pictures: Fields | Images,
    tiles: Sequence[Tile],
    on_pick: Callable[[int], None],
    *,
    key: str,
    label: str,
    colours: Colours = Colours.SIGNED,
    selected: int | None = None,
    switched_on: Sequence[bool] | None = None,
    one_scale: bool = True,
    size: int = 64,
) -> None:
    """Show pictures of which one can be opened by a click or by the arrow keys.

    Parameters
    ----------
    pictures : ndarray of shape (n, side, side), float32
        What to show.
    tiles : sequence of Tile
        The words of each.
    on_pick : callable
        Is called with the position of the picture that was chosen, before the page runs again.
    key : str
        Of the widget.
    label : str
        What the pictures are, for those who hear the page.
    colours, one_scale
        As `sheet_png` takes them.
    selected : int or None
        The picture that is open now.
    switched_on : sequence of bool or None
        Where each picture is a switch, whether it is on; the arrow keys then move without a click.
    size : int
        Least screen pixels along an edge of a picture.
    """
    columns = math.ceil(math.sqrt(len(tiles)))
    sheet = base64.b64encode(sheet_png(pictures, columns, colours, one_scale=one_scale)).decode()
    data = {
        "sheet": f"data:image/png;base64,{sheet}",
        "columns": columns,
        "tiles": [asdict(tile) for tile in tiles],
        "selected": selected,
        "on": None if switched_on is None else list(switched_on),
        "label": label,
        "size": size,
    }
    _picker(key=key, data=data, on_picked_change=lambda: forward_picked(key, on_pick))
