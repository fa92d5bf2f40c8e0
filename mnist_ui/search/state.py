"""What a tab holds of the Search page."""

from typing import TYPE_CHECKING

from mnist_ui.session import Held

if TYPE_CHECKING:
    from mnist_ui.components.delivery import Delivery
    from mnist_ui.search.axes_form import Start


RUN = Held("search-run", "")
TAB = Held("search-tab", "")
NEXT_TAB = Held[str | None]("search-next-tab", None)
"""The tab that is wished for: a widget's state may only be set before the widget."""

VIEW = Held("search-view", "")
"""The view of a run."""

PLAN: "Held[Start | None]" = Held("search-plan", None)
"""What the form begins with."""

FILTER = Held("filter", "")
"""The words that choose among candidates; the name is the one in the address."""

DIFFERS_ONLY = Held("search-differs-only", False)
"""Whether the ranking leaves out columns in which all candidates are alike."""

COMPARED = Held[list[str]]("search-compared", [])
"""The runs that are compared."""

CURVES_DELIVERY: "Held[Delivery | None]" = Held("search-curves-delivery", None)
CURVES_OF = Held[int]("curves-of", -1)
"""The network whose curves are shown large, by the run."""

HAND_IN_NAME = Held("search-hand-in-name", "")
"""Who hands a report in."""

HISTORY_ASKED = Held[str | None]("search-history-asked", None)
"""The run that is asked about, whether it is to be deleted."""

HISTORY_REFUSAL = Held[str | None]("search-history-refusal", None)
FLAG = Held("search-flag", False)
NOTE = Held("search-note", "")
"""Flag and note of a network, by the run and its number."""

MARK_REFUSAL = Held[str | None]("search-mark-refusal", None)
FINISH_REFUSAL = Held[str | None]("search-finish-refusal", None)
REFUSAL = Held[str | None]("search-refusal", None)
REPLAYED = Held("replay", 0)
"""How many epochs the player of a run has shown, by the run and all its epochs."""
