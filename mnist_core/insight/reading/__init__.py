"""What a network reads in drawings: its two best guesses, and why."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32

from mnist_core.ground.arrays import Images
from mnist_core.insight.evaluation.answers import read_probabilities
from mnist_core.network.models import Model
from mnist_core.pens import Stroke, draw_strokes


@dataclass(frozen=True, eq=False)
class Reading:
    """What a network reads in one image.

    Attributes
    ----------
    digit, second : int
        The most and the second most probable.
    probabilities : ndarray of shape (classes,), float32
        Softmax outputs at the model's temperature, summing to 1.
    """

    digit: int
    second: int
    probabilities: Float32[np.ndarray, " classes"]


def read_images(model: Model, images: Images) -> list[Reading]:
    """Read images of one digit each.

    Parameters
    ----------
    model : Model
        One that reads images of this size.
    images : ndarray of shape (n, side, side), float32
        Ink, 0.0 to 1.0.

    Raises
    ------
    DataError
        If the images have another size than the network reads.
    """
    return [rank(row) for row in read_probabilities(model, images)]


def draw_all(drawings: Sequence[Sequence[Stroke]]) -> Images:
    """Draw the strokes of each of some digits as an image like MNIST's.

    Parameters
    ----------
    drawings : sequence of sequences of strokes
        At least one; as `draw_strokes` takes them.
    """
    images: Images = np.stack([draw_strokes(strokes) for strokes in drawings])
    return images


def rank(row: Float32[np.ndarray, " classes"]) -> Reading:
    """Rank the classes of one image by their probabilities."""
    second, first = np.argsort(row, kind="stable")[-2:]
    return Reading(int(first), int(second), row)
