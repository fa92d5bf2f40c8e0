"""Two readings of the same images: which is better, and whether that is more than chance."""

import math
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from jaxtyping import Bool

Right = Bool[np.ndarray, " n"]
"""Whether each image was read right."""


@dataclass(frozen=True)
class Pair:
    """Two readings of the same images.

    Attributes
    ----------
    n : int
        Images.
    n_first, n_second : int
        Read right by the first, and by the second.
    n_lost, n_won : int
        Read right by the first alone, and by the second alone.
    interval : tuple of float
        In which the difference of the accuracies, second less first, lies with 95 % confidence.
    p : float
        How likely chance alone would make the two counts at least as unequal (McNemar's exact test).
    """

    n: int
    n_first: int
    n_second: int
    n_lost: int
    n_won: int
    interval: tuple[float, float]
    p: float

    @property
    def difference(self) -> float:
        """Return the accuracy of the second less that of the first."""
        return (self.n_won - self.n_lost) / self.n


def compare_right(first: Right, second: Right) -> Pair:
    """Compare two readings of the same images.

    Parameters
    ----------
    first, second : ndarray of shape (n,), bool
        Which of the images each read right; at least one image.
    """
    n_lost, n_won = int((first & ~second).sum()), int((~first & second).sum())
    return Pair(
        n=len(first),
        n_first=int(first.sum()),
        n_second=int(second.sum()),
        n_lost=n_lost,
        n_won=n_won,
        interval=_find_interval(n_lost, n_won, len(first)),
        p=mcnemar_p(n_lost, n_won),
    )


def mcnemar_p(n_lost: int, n_won: int) -> float:
    """Compute the p-value of McNemar's exact test, two-sided, from the images that one alone read right.

    References
    ----------
    McNemar, "Note on the sampling error of the difference between correlated proportions or percentages",
    Psychometrika 12 (1947), 153-157.
    """
    n = n_lost + n_won
    term = total = 1  # of the binomial coefficients up to the smaller count, in whole numbers: exact
    for k in range(min(n_lost, n_won)):
        term = term * (n - k) // (k + 1)
        total += term
    return float(min(1.0, 2 * total / 2**n))


def _find_interval(n_lost: int, n_won: int, n: int, confidence: float = 0.95) -> tuple[float, float]:
    """Find the interval of a paired difference: Wald's with half an image added to each of the four counts.

    References
    ----------
    Agresti and Min, "Simple improved confidence intervals for comparing matched proportions",
    Statistics in Medicine 24 (2005), 729-740.
    """
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    lost, won, total = n_lost + 0.5, n_won + 0.5, n + 2
    centre = (won - lost) / total
    reach = z * math.sqrt(lost + won - (won - lost) ** 2 / total) / total
    return max(-1.0, centre - reach), min(1.0, centre + reach)
