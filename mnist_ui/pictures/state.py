"""What a tab holds of the Pictures page."""

from mnist_ui.session import Held

IMAGE = Held("pictures-image", 0)
"""The image of the open data set that is looked at."""
