"""What a network gains by refusing the images that it is least sure of."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float64
from scipy.special import logsumexp

from mnist_core.ground.arrays import Labels, Logits
from mnist_core.ground.errors import DataError
from mnist_core.insight.evaluation import wilson_interval
from mnist_core.insight.evaluation.part import split_in_two

SHARES = (0.99, 0.995, 0.999)
"""Shares of right answers that are usually asked for."""

_N_STEPS = 500

Doubts = Float64[np.ndarray, " n"]
"""Log-probability that a guess is wrong, as the network has it: exact also where that is nearly 0."""


@dataclass(frozen=True)
class Step:
    """A share of the images that is answered, the surest ones.

    Attributes
    ----------
    coverage : float
        The share.
    floor : float
        The probability of the least sure among them.
    n : int
        Images answered.
    accuracy, accuracy_from, accuracy_to : float
        The share of them read right, and its 95 % interval (Wilson's).
    """

    coverage: float
    floor: float
    n: int
    accuracy: float
    accuracy_from: float
    accuracy_to: float


@dataclass(frozen=True)
class Refusal:
    """What it takes to be right in a share of what is answered.

    Attributes
    ----------
    share : float
        Of the answers that should be right.
    n, n_answered, n_right : int
        Images, those answered, and those of these read right: each half judged by the floor that the
        other half asks for.
    floor : float or None
        The probability from which on all the images ask to be answered; None where no floor suffices.
    """

    share: float
    n: int
    n_answered: int
    n_right: int
    floor: float | None

    @property
    def refused(self) -> float:
        """Return the share of the images that is refused."""
        return 1 - self.n_answered / self.n

    @property
    def refused_interval(self) -> tuple[float, float]:
        """Return the 95 % interval of the share that is refused (Wilson's)."""
        return wilson_interval(self.n - self.n_answered, self.n)

    @property
    def accuracy(self) -> float | None:
        """Return the share of the answers that are right; None without answers."""
        return self.n_right / self.n_answered if self.n_answered else None

    @property
    def accuracy_interval(self) -> tuple[float, float] | None:
        """Return its 95 % interval (Wilson's); None without answers."""
        return wilson_interval(self.n_right, self.n_answered) if self.n_answered else None


def list_steps(logits: Logits, labels: Labels) -> list[Step]:
    """List how many images are read right while ever more of the least sure are refused.

    Parameters
    ----------
    logits : ndarray of shape (n, classes), float32
        Of at least one image.
    labels : ndarray of shape (n,), int64
        What they are.

    Returns
    -------
    list of Step
        At most 500, the smallest coverage first; the last answers all.
    """
    doubts, is_right = _judge(logits, labels)
    order = np.argsort(doubts, kind="stable")
    n_right = np.cumsum(is_right[order])
    counts = np.unique(np.ceil(np.linspace(0, 1, _N_STEPS + 1)[1:] * len(labels)).astype(np.int64))
    return [_make_step(int(n), int(n_right[n - 1]), float(doubts[order[n - 1]]), len(labels)) for n in counts]


def find_refusal(logits: Logits, labels: Labels, share: float, seed: int = 0) -> Refusal:
    """Find how many images must be refused for a share of the answers to be right.

    The floor is found on one half of the images and judged on the other, and the other way round.

    Parameters
    ----------
    logits : ndarray of shape (n, classes), float32
        Of at least two images.
    labels : ndarray of shape (n,), int64
        What they are.
    share : float
        Above 0, at most 1.
    seed : int
        Of the halves.

    Raises
    ------
    DataError
        If it is no such share.
    """
    if not 0 < share <= 1:
        raise DataError(
            f"A share of right answers is above 0 and at most 1, but is {share:g}: choose another."
        )
    doubts, is_right = _judge(logits, labels)
    is_first = split_in_two(len(labels), seed)
    n_answered = n_right = 0
    for half in (is_first, ~is_first):
        answered = half & (doubts <= _find_most_doubt(doubts[~half], is_right[~half], share))
        n_answered += int(answered.sum())
        n_right += int(is_right[answered].sum())
    most = _find_most_doubt(doubts, is_right, share)
    floor = None if most == -np.inf else _to_floor(most)
    return Refusal(share, len(labels), n_answered, n_right, floor)


def find_refusals(logits: Logits, labels: Labels, seed: int = 0) -> Iterator[Refusal]:
    """Find what it takes to be right in each of the usual shares."""
    return (find_refusal(logits, labels, share, seed) for share in SHARES)


def _judge(logits: Logits, labels: Labels) -> tuple[Doubts, Bool[np.ndarray, " n"]]:
    ranked = np.sort(logits.astype(np.float64), axis=1)
    doubts: Doubts = logsumexp(ranked[:, :-1], axis=1) - logsumexp(ranked, axis=1)
    return doubts, logits.argmax(axis=1) == labels


def _find_most_doubt(doubts: np.ndarray, is_right: np.ndarray, share: float) -> float:
    """Find the greatest doubt up to which enough answers are right; minus infinity where none is."""
    order = np.argsort(doubts, kind="stable")
    shares = np.cumsum(is_right[order]) / np.arange(1, len(order) + 1)
    # Images of equal doubt are answered or refused together.
    is_last = np.append(np.diff(doubts[order]) > 0, True)
    enough = np.flatnonzero((shares >= share) & is_last)
    return float(doubts[order[enough[-1]]]) if len(enough) else -np.inf


def _make_step(n: int, n_right: int, doubt: float, n_all: int) -> Step:
    return Step(n / n_all, _to_floor(doubt), n, n_right / n, *wilson_interval(n_right, n))


def _to_floor(doubt: float) -> float:
    return float(-np.expm1(doubt))
