"""When a network had better say that it is not sure."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from jaxtyping import Float32, Float64
from scipy import ndimage
from scipy.special import expit

from mnist_core.ground.arrays import Images, Labels, Probabilities
from mnist_core.ground.errors import ModelError
from mnist_core.insight.reading.ink_figures import measure_ink

JUDGE_PATH = Path(__file__).resolve().parent / "builtin" / "doubt.npz"
N_DIGITS = 10
N_DIRECTIONS = 30
_SOFT = 1.0  # pixels of blur: a stroke a pixel aside is no other shape
_EDGE = 2  # pixels, empty in every digit
_MOST_LEAD = 12.0  # of log-probability; what is above is only the size of the weights
_LEAST_SIDE = 10  # pixels that ink spans: a digit is drawn 19 long, a dot stays one

Sketches = Float64[np.ndarray, "n cells"]
"""Soft, coarse images as rows."""

Chances = Float64[np.ndarray, " n"]
"""Of readings to be right, 0 to 1."""


@dataclass(frozen=True, eq=False)
class Shapes:
    """How each digit is written: the mean of its sketches and the directions in which they vary most.

    Attributes
    ----------
    means : ndarray of shape (digits, cells)
    directions : ndarray of shape (digits, directions, cells), rows of length 1
    variances : ndarray of shape (digits, directions)
        Along each direction.
    """

    means: Float64[np.ndarray, "digits cells"]
    directions: Float64[np.ndarray, "digits directions cells"]
    variances: Float64[np.ndarray, "digits directions"]


@dataclass(frozen=True, eq=False)
class Looks:
    """What of an image tells how far it is a digit, whatever a network reads in it.

    Attributes
    ----------
    distances, oddities : ndarray of shape (n, sets, digits)
        By each set of shapes: how far an image is from what a digit looks like, and how odd among that.
    figures : ndarray of shape (n, figures)
        What `measure_ink` measures.
    sketches : ndarray of shape (n, cells)
        As `sketch_images` makes them.
    """

    distances: Float64[np.ndarray, "n sets digits"]
    oddities: Float64[np.ndarray, "n sets digits"]
    figures: Float64[np.ndarray, "n figures"]
    sketches: Sketches


@dataclass(frozen=True, eq=False)
class DoubtRule:
    """A network with one small hidden layer, from features of an image and its reading to a chance.

    Attributes
    ----------
    hidden : ndarray of shape (features + 1, units)
        Weights of the hidden units, their biases in the last row.
    output : ndarray of shape (units + 1,)
        Weights of the chance's logit, its bias last.
    """

    hidden: Float64[np.ndarray, "inputs units"]
    output: Float64[np.ndarray, " outputs"]

    def find_chances(self, features: Float64[np.ndarray, "n features"]) -> Chances:
        """Compute the chance of each row of features."""
        units = np.maximum(features @ self.hidden[:-1] + self.hidden[-1], 0.0)
        chances: Chances = expit(units @ self.output[:-1] + self.output[-1])
        return chances


@dataclass(frozen=True, eq=False)
class Judge:
    """All that the chance of a reading is found with.

    Attributes
    ----------
    shapes : tuple of Shapes
        What digits look like: drawn by a pen and MNIST's together, and by a pen alone.
    rule : DoubtRule
        Learned from the readings of several models.
    floors : tuple of float
        From which chance on a model answers that has none of its own: those of `models/paper`.
    """

    shapes: tuple[Shapes, ...]
    rule: DoubtRule
    floors: tuple[float, ...]


def judge_readings(images: Images, probabilities: Probabilities, judge: Judge | None = None) -> Chances:
    """Compute the chance that an image is of one digit, and the one that was guessed.

    Parameters
    ----------
    images : ndarray of shape (n, 28, 28), float32
        Ink, 0.0 to 1.0, laid out as `draw_strokes` does.
    probabilities : ndarray of shape (n, 10), float32
        What the network makes of them, at its temperature.
    judge : Judge or None
        None takes the one that the lab ships.

    Returns
    -------
    ndarray of shape (n,), float64
        0 to 1; 0 where there is no ink, or a dot of it.

    Raises
    ------
    ModelError
        If the network knows other classes than the ten digits.
    """
    if probabilities.shape[1] != N_DIGITS:
        raise ModelError(
            f"Doubt needs a model of the {N_DIGITS} digits, but this one tells "
            f"{probabilities.shape[1]} classes apart: choose another model, or answer without doubt."
        )
    judge = judge or read_judge()
    is_drawn = np.array([_measure_side(image) >= _LEAST_SIDE for image in images], dtype=bool)
    chances = np.zeros(len(images))
    if is_drawn.any():
        looks = look_at(images[is_drawn], judge.shapes)
        chances[is_drawn] = judge.rule.find_chances(find_features(probabilities[is_drawn], looks))
    return chances


@cache
def read_judge() -> Judge:
    """Read the judge that the lab ships."""
    with np.load(JUDGE_PATH) as arrays:
        kept = {name: arrays[name].astype(np.float64) for name in arrays.files}
    sets = zip(kept["means"], kept["directions"], kept["variances"], strict=True)
    rule = DoubtRule(kept["hidden"], kept["output"])
    return Judge(tuple(Shapes(*one) for one in sets), rule, tuple(kept["floors"].tolist()))


def sketch_images(images: Images) -> Sketches:
    """Blur images and average them down to 12 x 12 cells."""
    soft = ndimage.gaussian_filter(images, (0.0, _SOFT, _SOFT))[:, _EDGE:-_EDGE, _EDGE:-_EDGE]
    n, side = len(soft), soft.shape[1] // 2
    cells: Sketches = soft.reshape(n, side, 2, side, 2).mean(axis=(2, 4)).reshape(n, -1).astype(np.float64)
    return cells


def learn_shapes(images: Images, labels: Labels) -> Shapes:
    """Learn how each digit is written, by principal components of its sketches."""
    parts = [_learn_shape(sketch_images(images[labels == digit])) for digit in range(N_DIGITS)]
    means, directions, variances = (np.stack(part) for part in zip(*parts, strict=True))
    return Shapes(means, directions, variances)


def look_at(images: Images, shapes: Sequence[Shapes]) -> Looks:
    """Compute what of images tells how far they are digits; each has ink."""
    return compare_shapes(sketch_images(images), shapes, measure_ink(images))


def compare_shapes(
    sketches: Sketches, shapes: Sequence[Shapes], figures: Float64[np.ndarray, "n figures"]
) -> Looks:
    """Compare sketches of images with sets of shapes; they and the figures of their ink are kept beside."""
    distances, oddities = zip(*(_compare(sketches, one) for one in shapes), strict=True)
    return Looks(np.stack(distances, axis=1), np.stack(oddities, axis=1), figures, sketches)


def find_features(probabilities: Probabilities, looks: Looks) -> Float64[np.ndarray, "n features"]:
    """Compute what the chance is made of, a row an image.

    These are: by how much the guess leads; for each set of shapes how far the image is from its digit's, how
    much nearer another's are, by how much the nearest lead, how odd it is among its digit's, whether both
    agree; the figures of its ink; the guess; for each set how far each digit is behind the guess; and the
    sketch itself.
    """
    rows, guesses = np.arange(len(probabilities)), probabilities.argmax(axis=1)
    ranked = np.log(np.sort(probabilities, axis=1)[:, -2:].astype(np.float64) + 1e-30)
    columns = [np.minimum(ranked[:, 1] - ranked[:, 0], _MOST_LEAD)]
    behind = []
    for distances, oddities in zip(
        looks.distances.swapaxes(0, 1), looks.oddities.swapaxes(0, 1), strict=True
    ):
        own, odd, nearest = distances[rows, guesses], oddities[rows, guesses], np.sort(distances, axis=1)
        columns += [own, own - nearest[:, 0], nearest[:, 1] - nearest[:, 0], odd]
        columns.append(distances.argmin(axis=1) == guesses)
        behind += [distances - own[:, None], oddities - odd[:, None]]
    return np.column_stack([*columns, looks.figures, np.eye(N_DIGITS)[guesses], *behind, looks.sketches])


def _learn_shape(sketches: Sketches) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    mean = sketches.mean(axis=0)
    _, sizes, directions = np.linalg.svd(sketches - mean, full_matrices=False)
    return mean, directions[:N_DIRECTIONS], sizes[:N_DIRECTIONS] ** 2 / len(sketches)


def _compare(sketches: Sketches, shapes: Shapes) -> tuple[np.ndarray, np.ndarray]:
    """Compute how far sketches are from each digit's shapes, and how odd they are among them."""
    distances, oddities = [], []
    for mean, directions, variances in zip(shapes.means, shapes.directions, shapes.variances, strict=True):
        places = (sketches - mean) @ directions.T
        distances.append(np.linalg.norm(sketches - mean - places @ directions, axis=1))
        oddities.append(np.log((places**2 / variances).sum(axis=1) + 1.0))
    return np.stack(distances, axis=1), np.stack(oddities, axis=1)


def _measure_side(image: Float32[np.ndarray, "side side"]) -> int:
    """Measure the longer side of the ink; 0 where there is none."""
    inked = np.argwhere(image)
    return int(np.ptp(inked, axis=0).max()) + 1 if len(inked) else 0
