"""What a tab holds of the Results page."""

from mnist_ui.session import Held

TRUTH, GUESS = Held("results-truth", 0), Held("results-guess", 0)
"""The cell of the confusion matrix, in the two choices beside it."""

RIVAL = Held("results-rival", "")
"""The other model, by the first."""

TAB = Held("results-tab", "")
