"""What a tab holds of the Draw page."""

from mnist_ui.session import Held

ALIVE = Held("draw-alive", False)
"""Whether the network is seen at work."""

ALIVE_SWITCH = Held("draw-alive-switch", False)
TOLD_ASKED = Held[tuple[str, int] | None]("draw-told-asked", None)
"""The drawing, and its label, that is asked about: a label against a sure reading may be a slip."""

NUMBER_PLACE = Held[int | None]("draw-number-place", None)
"""Which digit of a number is to be corrected."""

TOLD_CHANGED = Held("draw-told-changed", False)
TOLD_CHOSEN = Held[list[str]]("draw-told-chosen", [])

WRITER = Held("draw-writer", "", is_kept=True)
"""Who draws, where several people do in one tab; kept with what is told."""

WRITER_FIELD = Held("draw-writer-field", "")

VISITED = Held[tuple[str, int] | None]("draw-visited", None)
"""The layer and number of the unit whose page was asked for."""
