"""How the images of a file lie: recognised from the images themselves, and turned upright."""

from mnist_core.data.orientation.recognise import Recognised, recognise_orientation
from mnist_core.data.orientation.turns import Orientation, turn_images, turn_upright

__all__ = ["Orientation", "Recognised", "recognise_orientation", "turn_images", "turn_upright"]
