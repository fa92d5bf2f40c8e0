"""What a tab holds of the Data page."""

from typing import TYPE_CHECKING

from mnist_ui.session import Held

if TYPE_CHECKING:
    from mnist_ui.data.fetches import Fetch
    from mnist_ui.data.undecided_file import Pending


PENDING: "Held[Pending | None]" = Held("data-pending", None)
"""The file that its user decides on."""

CHOICES = Held("lab-choices", 0)
"""How often something was chosen: a part of the keys of what is emptied then."""

DECISION = Held[str | None]("decide", None)
"""What a decision was overruled by, by its name and the count of choices."""

CLASS_NAME = Held("class-name", "")
"""What a class is to be called, by its place and the count of choices."""

EXAMPLES = Held("lab-examples", 0)
"""How often other examples were asked for."""

REMOVAL_ASKED = Held[str | None]("data-removal-asked", None)
"""The fingerprint of the data set that its user was asked about removing."""

FETCH: "Held[tuple[str, Fetch] | None]" = Held("data-fetch", None)
"""The public set that the tab opens once it is fetched, by its name, and the download."""
