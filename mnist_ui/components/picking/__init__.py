"""What is chosen in a component of our own: by a click, or by arrow keys."""

from collections.abc import Callable

from mnist_ui.session import read_sent


def forward_picked(key: str, on_pick: Callable[[int], None]) -> None:
    """Tell, in a callback, which place a component says was chosen; nothing where the click is lost.

    Where the run before was cut short, there is no state.
    """
    picked = read_sent(key).get("picked")
    if isinstance(picked, dict) and isinstance(picked.get("index"), int):
        on_pick(picked["index"])
