"""When a network had better say that it is not sure."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from jaxtyping import Float32, Float64
from scipy import ndimage

from mnist_core.arrays import Images, Labels, Probabilities
from mnist_core.errors import ModelError

RULE_PATH = Path(__file__).resolve().parent / "builtin" / "doubt.npz"
N_DIGITS = 10
N_DIRECTIONS = 30
FEATURES = (
    "lead of the guess",
    "distance from its shapes",
    "nearer to another's shapes",
    "lead of the nearest shapes",
    "oddity among its shapes",
    "is the nearest shape's digit",
    "ink a row",
    "width to height",
    "pieces",
    "holes",
)

_SOFT = 1.0  # pixels of blur: a stroke a pixel aside is no other shape
_EDGE = 2  # pixels, empty in every digit
_MOST_LEAD = 12.0  # of log-probability; what is above is only the size of the weights
_INK = 0.3  # of full ink

Sketches = Float64[np.ndarray, "n cells"]
"""Soft, coarse images as rows."""


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
class DoubtRule:
    """A logistic regression from ten features of an image and its reading to the chance of being right.

    Attributes
    ----------
    shapes : Shapes
        What digits look like.
    weights : ndarray of shape (features,)
        Of the features, in the order of `FEATURES`.
    bias : float
        Added to their sum.
    shares, floors : ndarray of shape (k,)
        To be right in such a share of what is answered, answer where the chance is at least the floor.
    """

    shapes: Shapes
    weights: Float64[np.ndarray, " features"]
    bias: float
    shares: Float64[np.ndarray, " k"]
    floors: Float64[np.ndarray, " k"]


def judge_readings(images: Images, probabilities: Probabilities, rule: DoubtRule | None = None) -> np.ndarray:
    """Compute the chance that an image is of one digit, and the one that was guessed.

    Parameters
    ----------
    images : ndarray of shape (n, 28, 28), float32
        Ink, 0.0 to 1.0, laid out as `draw_strokes` does.
    probabilities : ndarray of shape (n, 10), float32
        What the network makes of them, at its temperature.
    rule : DoubtRule or None
        None takes the one that the lab ships.

    Returns
    -------
    ndarray of shape (n,), float64
        0 to 1; 0 where there is no ink.

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
    rule = rule or read_rule()
    has_ink = images.any(axis=(1, 2))
    chances = np.zeros(len(images))
    if has_ink.any():
        features = find_features(images[has_ink], probabilities[has_ink], rule.shapes)
        chances[has_ink] = 1.0 / (1.0 + np.exp(-(features @ rule.weights + rule.bias)))
    return chances


def choose_floor(share: float, rule: DoubtRule | None = None) -> float:
    """Choose the least chance at which to answer, for a share of the answers to be right.

    Parameters
    ----------
    share : float
        Above 0, below 1. It is kept on left-out writers (docs/decisions/0017-not-sure.md); between
        and beyond the measured shares it is interpolated.
    rule : DoubtRule or None
        None takes the one that the lab ships.
    """
    rule = rule or read_rule()
    return float(np.interp(share, [0.0, *rule.shares, 1.0], [0.0, *rule.floors, 1.0]))


@cache
def read_rule() -> DoubtRule:
    """Read the rule that the lab ships."""
    with np.load(RULE_PATH) as arrays:
        kept = {name: arrays[name].astype(np.float64) for name in arrays.files}
    shapes = Shapes(kept.pop("means"), kept.pop("directions"), kept.pop("variances"))
    return DoubtRule(shapes, bias=float(kept.pop("bias")), **kept)


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


def find_features(
    images: Images, probabilities: Probabilities, shapes: Shapes
) -> Float64[np.ndarray, "n features"]:
    """Compute what the chance is made of, a row an image, in the order of `FEATURES`."""
    rows, guesses = np.arange(len(images)), probabilities.argmax(axis=1)
    ranked = np.log(np.sort(probabilities, axis=1)[:, -2:].astype(np.float64) + 1e-30)
    lead = np.minimum(ranked[:, 1] - ranked[:, 0], _MOST_LEAD)
    distances, oddities = _compare(sketch_images(images), shapes)
    nearest = np.sort(distances, axis=1)
    own = distances[rows, guesses]
    look = np.array([_look(image) for image in images], dtype=np.float64)
    columns = [lead, own, own - nearest[:, 0], nearest[:, 1] - nearest[:, 0]]
    columns += [oddities[rows, guesses], distances.argmin(axis=1) == guesses]
    return np.column_stack([*columns, look])


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


def _look(image: Float32[np.ndarray, "side side"]) -> tuple[float, float, int, int]:
    """Measure ink a row, width to height, pieces and holes."""
    is_ink = np.pad(image > min(_INK, float(image.max()) / 2), 1)
    height, width = (np.ptp(np.flatnonzero(is_ink.any(axis=axis))) + 1 for axis in (1, 0))
    pieces = ndimage.label(is_ink, np.ones((3, 3)))[1]
    return float(image.sum()) / height, width / height, pieces, ndimage.label(~is_ink)[1] - 1
