"""What a tab holds of the People page."""

from mnist_ui.session import Held

TAB = Held("people-tab", "")
PERSON = Held[str | None]("people-person", None)
"""The id of the person who is looked at."""

REFUSAL = Held[str | None]("people-refusal", None)
SAID = Held[str | None]("people-said", None)
"""What was done, to be said once after the page has started over."""

REMOVED_ASKED = Held[str | None]("people-removed-asked", None)
"""The id of the person who is asked about, whether they are to be removed."""

CLOSES = Held("people-closes", "")
"""What was typed to close the evening."""
