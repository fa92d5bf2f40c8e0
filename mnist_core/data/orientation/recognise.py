"""Recognise from digit images how the file that holds them has turned them."""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from jaxtyping import Float32, Int64

from mnist_core.data.orientation.turns import TURNS, Orientation
from mnist_core.data.orientation.upright import Readings, fit_ink, has_ink, read_turned
from mnist_core.ground.arrays import Images, Labels

_MOST_IMAGES = 500  # more tell no more, and take longer
_MOST_VOICES = 20  # images of one set are alike, so however many they are, they count as these few
_FLOOR = 0.02  # added to each probability: one odd image must not outvote the others
_LEAST_SURENESS = 0.99
_LEAST_READ = 0.5  # of the images, for them to be called digits
_N_DIGITS = 10

_Images: TypeAlias = Float32[np.ndarray, "sampled side side"]
_Labels: TypeAlias = Int64[np.ndarray, " sampled"]


@dataclass(frozen=True)
class Recognised:
    """What was made of the orientation of some images.

    Attributes
    ----------
    orientation : Orientation
        How they lie; `unsure` where too little speaks for any.
    sureness : float
        Of the likeliest orientation, 0 to 1, also where it does not suffice.
    reason : str
        What speaks for it, or why it is not sure: one sentence with figures.
    n : int
        How many images were read.
    share : float
        Of them, those that are read as they should be, in the orientation in which most are, 0 to 1.
    digits_share : float
        Of them, those that look like any digit, in the orientation in which most do, 0 to 1.
    """

    orientation: Orientation
    sureness: float
    reason: str
    n: int = 0
    share: float = 0.0
    digits_share: float = 0.0


def recognise_orientation(images: Images, labels: Labels | None) -> Recognised:
    """Recognise how images lie, by reading a sample of them in all eight orientations.

    A small network that knows digits, and other symbols apart from them, reads up to 500 images, evenly
    spaced. Where labels are given, it counts whether they are what is read, and images with labels other
    than 0 to 9 are left out.

    Parameters
    ----------
    images : ndarray of shape (n, side, side), float32
        As the file has them, ink bright on dark.
    labels : ndarray of shape (n,), int64, or None
        Their digits, where they are known.

    Returns
    -------
    Recognised
        The orientation, how sure it is, and why.
    """
    sample, digits = _choose_sample(images, labels)
    is_inked = has_ink(sample)
    if not is_inked.any():
        return Recognised(Orientation.UNSURE, 0.0, _say_nothing(len(images), len(sample)))
    readings = read_turned(fit_ink(sample[is_inked]))
    return _judge(readings, None if digits is None else digits[is_inked])


def _choose_sample(images: Images, labels: Labels | None) -> tuple[_Images, _Labels | None]:
    places = np.arange(len(images))
    if labels is not None:
        places = places[(labels >= 0) & (labels < _N_DIGITS)]
    steps = np.linspace(0, len(places) - 1, min(len(places), _MOST_IMAGES))
    places = places[steps.round().astype(np.int64)]
    return images[places], None if labels is None else labels[places]


def _judge(readings: Readings, labels: Labels | None) -> Recognised:
    sureness = _weigh(readings, labels)
    best, second = np.argsort(-sureness, kind="stable")[:2].tolist()
    shares = _count_read(readings, labels)
    counts = len(readings), float(shares.max()), float(_count_read(readings, None).max())
    does = "look like digits" if labels is None else "are read as their labels say"
    reason = (
        f"taken as {TURNS[best].words}, {shares[best]:.0%} of {_count(len(readings))} {does}; "
        f"taken as {TURNS[second].words}, the next likely, {shares[second]:.0%}."
    )
    if sureness[best] >= _LEAST_SURENESS:
        return Recognised(TURNS[best], float(sureness[best]), reason.capitalize(), *counts)
    doubt = _find_doubt(len(readings), shares[best], labels is not None)
    return Recognised(Orientation.UNSURE, float(sureness[best]), f"{doubt}: {reason}", *counts)


def _find_doubt(n: int, share: float, is_labelled: bool) -> str:
    if share < _LEAST_READ:
        return "The labels do not fit" if is_labelled else "These may be other symbols than digits"
    return "More images are needed" if n < _MOST_VOICES else "Two ways are too much alike"


def _weigh(readings: Readings, labels: Labels | None) -> np.ndarray:
    """Weigh the eight orientations against each other and all else that the images may be: shape (8,).

    What else they may be: digits that lie anyhow; no digits; and, where labels are given, digits in one
    orientation with labels that have nothing to do with them.
    """
    turned = readings.sum(axis=2)
    digits = turned.sum(axis=1, keepdims=True)
    others = [np.log(digits / len(TURNS) + _FLOOR), np.log(1 - digits + _FLOOR)]
    evidence = np.log(turned + _FLOOR)
    if labels is not None:
        others.append(evidence)
        evidence = evidence + _agree(readings, labels)
    means = np.hstack([evidence, *others]).mean(axis=0) * min(len(readings), _MOST_VOICES)
    weights = np.exp(means - means.max())
    shares: np.ndarray = weights[: len(TURNS)] / weights.sum()
    return shares


def _agree(readings: Readings, labels: Labels) -> np.ndarray:
    """Compute how much likelier each label is after the image was read in each orientation: logs (n, 8)."""
    expected = readings + _FLOOR  # where nothing is read, all labels are as likely as before
    likelihoods = expected[np.arange(len(labels)), :, labels] / expected.sum(axis=2)
    ratios: np.ndarray = np.log(likelihoods * _N_DIGITS)
    return ratios


def _count_read(readings: Readings, labels: Labels | None) -> np.ndarray:
    """Compute the share of images that are read as they should be, each orientation taken alone."""
    turned = readings.sum(axis=2)
    read = turned if labels is None else readings[np.arange(len(labels)), :, labels]
    none = 1 - turned.sum(axis=1, keepdims=True)
    shares: np.ndarray = (read > 0.5 * (turned + none)).mean(axis=0)
    return shares


def _say_nothing(n: int, n_chosen: int) -> str:
    lacks = "any ink" if n_chosen or not n else f"a label from 0 to {_N_DIGITS - 1}"
    return f"Of {_count(n)} none has {lacks}."


def _count(n: int) -> str:
    return f"{n} image{'' if n == 1 else 's'}"
