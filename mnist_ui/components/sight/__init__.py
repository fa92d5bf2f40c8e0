"""Whether anybody sees the tab."""

from mnist_ui.components.assets import declare
from mnist_ui.session import IS_WATCHING, read_sent

_KEY = "lab-sight"

_sight = declare("sight")


def see() -> None:
    """Learn whether the tab is seen, at the end of a page that watches; it runs again when that changes."""
    if IS_WATCHING.take():
        _sight(key=_KEY, data={"hidden": is_hidden()}, on_hidden_change=lambda: None)


def is_hidden() -> bool:
    """Say whether nobody sees the tab, as far as is known."""
    return bool(read_sent(_KEY).get("hidden"))
