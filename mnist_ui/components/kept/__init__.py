"""What the browser is sent once and then keeps, for other components to find it by its name."""

from collections.abc import Mapping
from typing import Any

from mnist_ui.components.assets import declare
from mnist_ui.streamlit_insides import style

_kept = declare("kept")


def send(key: str, thing: Mapping[str, Any]) -> None:
    """Send a thing with a `name` to the browser, whose components find it by that; it takes no room.

    Parameters
    ----------
    key : str
        Of the widget.
    thing : mapping
        Plain values.
    """
    style(f".st-key-{key} {{ position: absolute; }}")
    _kept(key=key, data=dict(thing))
