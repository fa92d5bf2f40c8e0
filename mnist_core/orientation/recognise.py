"""Recognise from digit images how the file that holds them has turned them."""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from jaxtyping import Float32, Int64

from mnist_core.arrays import Images, Labels
from mnist_core.orientation.reader import Readings, fit_ink, has_ink, read_turned
from mnist_core.orientation.turns import TURNS, Orientation

_MOST_IMAGES = 500  # more tell no more, and take longer
_MOST_VOICES = 20  # images of one set are alike, so however many they are, they count as these few
_FLOOR = 0.02  # added to each probability: one odd image must not outvote the others
_LEAST_SURENESS = 0.99
_LEAST_READ = 0.5  # of the images, for them to be called digits
_N_DIGITS = 10
_CHANCE = 1 / _N_DIGITS  # of a label that has nothing to do with its image, to be what is read there

_Images: TypeAlias = Float32[np.ndarray, "sampled side side"]
_Labels: TypeAlias = Int64[np.ndarray, " sampled"]
_Share: TypeAlias = tuple[Orientation, float]


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
    """

    orientation: Orientation
    sureness: float
    reason: str


def recognise_orientation(images: Images, labels: Labels | None) -> Recognised:
    """Recognise how images lie, by reading a sample of them in all eight orientations.

    A small network that knows digits, and other symbols apart from them, reads up to 500 images, evenly
    spaced. Where labels are given, only readings that agree with them count, and images with labels
    other than 0 to 9 are left out.

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
        return Recognised(Orientation.UNSURE, 0.0, f"Of {_count(len(sample))} none has any ink.")
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
    likelihoods = _likelihoods(readings, labels)
    neither = 1 - readings.sum(axis=(1, 2)) if labels is None else np.full(len(labels), _CHANCE, np.float32)
    sureness = _weigh(likelihoods, neither)
    best, second = np.argsort(-sureness, kind="stable")[:2].tolist()
    shares = _count_read(readings, likelihoods)
    is_sure = bool(sureness[best] >= _LEAST_SURENESS)
    say = _say_why if is_sure else _say_doubt
    reason = say(
        len(readings), labels is not None, (TURNS[best], shares[best]), (TURNS[second], shares[second])
    )
    return Recognised(TURNS[best] if is_sure else Orientation.UNSURE, float(sureness[best]), reason)


def _likelihoods(readings: Readings, labels: Labels | None) -> np.ndarray:
    """Compute the probability of each image in each orientation as a digit, its own where labels say it."""
    if labels is None:
        summed: np.ndarray = readings.sum(axis=2)
        return summed
    return readings[np.arange(len(labels)), :, labels]


def _weigh(likelihoods: np.ndarray, neither: np.ndarray) -> np.ndarray:
    """Weigh the eight orientations against each other and against none of them: shape (8,)."""
    evidence = np.log(np.column_stack([likelihoods, neither]) + _FLOOR).mean(axis=0)
    evidence *= min(len(likelihoods), _MOST_VOICES)
    weights = np.exp(evidence - evidence.max())
    shares: np.ndarray = weights[:-1] / weights.sum()
    return shares


def _count_read(readings: Readings, likelihoods: np.ndarray) -> np.ndarray:
    """Compute the share of images that are read as they should be, each orientation taken alone."""
    none = 1 - readings.sum(axis=(1, 2))
    alone = likelihoods / (readings.sum(axis=2) + none[:, None])
    shares: np.ndarray = (alone > 0.5).mean(axis=0)
    return shares


def _say_why(n: int, is_labelled: bool, best: _Share, second: _Share) -> str:
    does = "are read as their labels say" if is_labelled else "look like digits"
    return (
        f"Taken as {best[0].words}, {best[1]:.0%} of {_count(n)} {does}; "
        f"taken as {second[0].words}, the next likely, {second[1]:.0%}."
    )


def _say_doubt(n: int, is_labelled: bool, best: _Share, second: _Share) -> str:
    does = "are read as their labels say" if is_labelled else "look like digits"
    if best[1] < _LEAST_READ:
        return (
            f"At least half of the images should be digits, but taken as {best[0].words}, the likeliest, "
            f"only {best[1]:.0%} of {_count(n)} {does}: choose how they lie."
        )
    return (
        f"{_count(n)} do not tell {best[0].words} ({best[1]:.0%} {does}) from {second[0].words} "
        f"({second[1]:.0%}) safely enough: choose how they lie."
    )


def _count(n: int) -> str:
    return f"{n} image{'' if n == 1 else 's'}"
