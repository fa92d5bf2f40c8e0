"""Whether anybody sees the tab."""

from mnist_ui.components.assets import declare
from mnist_ui.session import IS_WATCHING, SIGHT_WIDGET

_sight = declare("sight")


def see() -> None:
    """Learn whether the tab is seen, at the end of a page that watches; it runs again when that changes."""
    if IS_WATCHING.take():
        _sight(key=SIGHT_WIDGET, data={"hidden": is_hidden()}, on_hidden_change=lambda: None)


def is_hidden() -> bool:
    """Say whether nobody sees the tab, as far as is known."""
    return bool(SIGHT_WIDGET.get().get("hidden"))
