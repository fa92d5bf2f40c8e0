"""What a tab holds of the Results page."""

from typing import Any

from mnist_core.ground.errors import LabError
from mnist_core.insight.imported.imported_model import Understood
from mnist_core.insight.referee.verdict import Verdict
from mnist_ui.session import Held

TRUTH, GUESS = Held("results-truth", 0), Held("results-guess", 0)
"""The cell of the confusion matrix, in the two choices beside it."""

RIVAL = Held("results-rival", "")
"""The other model, by the first."""

TAB = Held("results-tab", "")

IMPORTS = Held("results-imports", 0)
"""How many networks from elsewhere were brought in: each file has a new field."""

IMPORTED = Held[str | None]("results-imported", None)
"""What is to be said once of the last of them."""

IMPORT_CHOICE = Held("results-import-choice", "find by fit")
"""What was said of a network from elsewhere, by what and of which file."""

IMPORT_TYPED = Held("results-import-typed", "")
"""What was typed of it."""

IMPORT_NAME = Held("results-import-name", "")
IMPORT_REFUSAL = Held[str | None]("results-import-refusal", None)
"""Why the last of them could not be saved, to be shown once."""

UNDERSTOOD = Held[tuple[Any, Understood | LabError] | None]("results-understood", None)
"""The last file that was read, as it was understood or why it was not, behind what tells it from others."""

JUDGED = Held[tuple[Any, tuple[Verdict, list[str]] | LabError] | None]("results-judged", None)
"""What was said of the gradients that were handed in last, behind what tells them from others."""
