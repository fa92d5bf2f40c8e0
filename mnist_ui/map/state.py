"""What a tab holds of the Map page."""

from mnist_ui.session import Held

PICKED = Held[tuple[tuple[str, int, str, str], int] | None]("map-picked", None)
"""The map, and its point, that was clicked last."""
