"""How true a network's probabilities are: its reliability diagram, and how far it is off on average."""

from dataclasses import dataclass

import numpy as np
from scipy.special import log_softmax

from mnist_core.ground.arrays import Labels, Logits
from mnist_core.insight.evaluation import wilson_interval
from mnist_core.insight.evaluation.part import split_in_two
from mnist_core.insight.evaluation.temperature import fit_temperature

N_BINS = 15  # as in Guo et al., so that errors compare with those that others report

_DRAWS = 500


@dataclass(frozen=True)
class Bin:
    """The images to whose guess the network gave about the same probability.

    Attributes
    ----------
    lower, upper : float
        Between which the probability lies.
    n : int
        Images, at least one.
    confidence : float
        Their mean probability.
    accuracy, accuracy_from, accuracy_to : float
        The share read right, and its 95 % interval (Wilson's).
    """

    lower: float
    upper: float
    n: int
    confidence: float
    accuracy: float
    accuracy_from: float
    accuracy_to: float


@dataclass(frozen=True)
class Calibration:
    """How true the probabilities of guesses are.

    Attributes
    ----------
    n : int
        Images.
    accuracy, confidence : float
        The share read right, and the mean probability of the guesses.
    ece : float
        Expected calibration error: by how much probability and share read right differ in a bin, on
        average over the images.
    interval : tuple of float
        In which the error without chance lies with 95 % confidence. The error that is measured is, as an
        average of absolute differences, too high by what chance adds; the interval is not.
    by_chance : float
        What true probabilities would exceed in one set of so many images in 20.
    surprise : float
        Mean negative log-probability of the true digits, in nats.
    bins : tuple of Bin
        Those that hold images.
    """

    n: int
    accuracy: float
    confidence: float
    ece: float
    interval: tuple[float, float]
    by_chance: float
    surprise: float
    bins: tuple[Bin, ...]


@dataclass(frozen=True)
class Tempering:
    """What a temperature does for a network's probabilities.

    Attributes
    ----------
    before, after : Calibration
        As the model gives them, at its own temperature, and at one that was fitted to other images.
    temperatures : tuple of two float
        Fitted to one half of the images and applied to the other, and the other way round.
    temperature : float
        Fitted to all: what the network's logits are best divided by.
    own : float
        The model's own.
    """

    before: Calibration
    after: Calibration
    temperatures: tuple[float, float]
    temperature: float
    own: float = 1.0


def temper(logits: Logits, labels: Labels, seed: int = 0, own: float = 1.0) -> Tempering:
    """Fit a temperature to each half of the images and apply it to the other.

    Parameters
    ----------
    logits : ndarray of shape (n, classes), float32
        Of at least two images that the network was not trained on, at the model's own temperature.
    labels : ndarray of shape (n,), int64
        What they are.
    seed : int
        Of the halves and the draws.
    own : float
        That temperature; those that are found are of the network's logits too.
    """
    is_first = split_in_two(len(labels), seed)
    of_first, of_second = (fit_temperature(logits[half], labels[half]) for half in (is_first, ~is_first))
    divisors = np.where(is_first, of_second, of_first)[:, None]
    return Tempering(
        before=measure_calibration(logits, labels, seed),
        after=measure_calibration((logits / divisors).astype(np.float32), labels, seed),
        temperatures=(own * of_first, own * of_second),
        temperature=own * fit_temperature(logits, labels),
        own=own,
    )


def measure_calibration(logits: Logits, labels: Labels, seed: int = 0) -> Calibration:
    """Measure how true the probabilities of the guesses are.

    Parameters
    ----------
    logits : ndarray of shape (n, classes), float32
        Of at least one image.
    labels : ndarray of shape (n,), int64
        What they are.
    seed : int
        Of the draws behind interval and chance.

    References
    ----------
    Guo et al., "On calibration of modern neural networks", ICML 2017: the error and its bins.
    Bröcker and Smith, "Increasing the reliability of reliability diagrams", Weather and Forecasting 22
    (2007): what chance alone does.
    """
    logs = log_softmax(logits.astype(np.float64), axis=1)
    sure = np.exp(logs.max(axis=1))
    is_right = logits.argmax(axis=1) == labels
    places = np.minimum((sure * N_BINS).astype(np.int64), N_BINS - 1)
    ece = _average_gaps(places, is_right - sure)
    interval, by_chance = _find_interval(places, sure, is_right, ece, np.random.default_rng(seed))
    return Calibration(
        n=len(labels),
        accuracy=float(is_right.mean()),
        confidence=float(sure.mean()),
        ece=ece,
        interval=interval,
        by_chance=by_chance,
        surprise=-float(logs[np.arange(len(labels)), labels].mean()),
        bins=tuple(_fill_bin(place, sure, is_right, places == place) for place in np.unique(places).tolist()),
    )


def _fill_bin(place: int, sure: np.ndarray, is_right: np.ndarray, is_in: np.ndarray) -> Bin:
    n, n_right = int(is_in.sum()), int(is_right[is_in].sum())
    edges = float(place / N_BINS), float((place + 1) / N_BINS)
    return Bin(*edges, n, float(sure[is_in].mean()), n_right / n, *wilson_interval(n_right, n))


def _average_gaps(places: np.ndarray, gaps: np.ndarray) -> float:
    return float(np.abs(np.bincount(places, gaps, N_BINS)).sum() / len(gaps))


def _find_interval(
    places: np.ndarray, sure: np.ndarray, is_right: np.ndarray, ece: float, rng: np.random.Generator
) -> tuple[tuple[float, float], float]:
    from scipy.stats import bootstrap  # noqa: PLC0415 - takes a second

    n, gaps = len(sure), is_right - sure
    chances = [_average_gaps(places, (rng.random(n) < sure) - sure) for _ in range(_DRAWS)]
    by_chance = float(np.percentile(chances, 95))
    if n < 2:
        return (0.0, 1.0), by_chance
    # Basic, which is reflected, as a redrawn set adds to the error what chance had added to it before. Near 0
    # that fails: there the interval begins at 0 wherever true probabilities could show such an error.
    found = bootstrap(
        (np.arange(n),),
        lambda drawn: _average_gaps(places[drawn], gaps[drawn]),
        vectorized=False,
        n_resamples=_DRAWS,
        method="basic",
        rng=rng,
    )
    low, high = (max(0.0, float(end)) for end in found.confidence_interval)
    return (0.0 if ece <= by_chance else low, high), by_chance
