"""What a tab holds of the Operate page."""

from mnist_core.insight.operate.orders import Order
from mnist_ui.session import Held

STEPS = Held[tuple[str, list[str]] | None]("operate-steps", None)
"""The model, and what was done to it, as the link has it."""

CELL = Held[tuple[int, int] | None]("operate-cell", None)
SAVED = Held[tuple[bool, str] | None]("operate-saved", None)
"""Whether the result was saved, and what is to be said of it."""

BITS = Held("operate-bits", 0)
FACTOR = Held("operate-factor", 1.0)
FIRST, SECOND, SCALED = Held("operate-first", 0), Held("operate-second", 0), Held("operate-scaled", 0)
KEEP = Held("operate-keep", 1)
NAME = Held("operate-name", "")
ORDER = Held("operate-order", Order.IMPORTANCE)
