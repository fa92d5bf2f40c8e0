"""How near numbers come to what is right or to what a mistake makes, whatever they are times or turned."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from mnist_core.insight.referee.batch import Batch

TINY = 1e-12
"""Of the greatest number of all layers: below it nothing is told apart."""

LEAST_FREE = 8
"""Numbers, of which any factor or a share of the weights may be told; fewer agree by chance."""

_NEAR = 2e-3  # by how much a factor may be off that is found by fit
_SLIP, _FACTOR, _FREE = (
    10,
    11,
    25,
)  # what it costs to believe in one; a mistake is likelier than a bare factor
_UPHILL = "it has the wrong sign: an update with it goes uphill"


@dataclass(frozen=True)
class Explanation:
    """What numbers would be, and how near they come to that.

    Attributes
    ----------
    mistake : str
        What is wrong with them; empty where nothing is.
    cost : int
        How much has to be believed for it; 0 where nothing is wrong.
    error : float
        The greatest difference, as a share of the greatest number.
    is_free : bool
        Whether a factor was fitted that nothing is known to lead to.
    """

    mistake: str
    cost: int
    error: float
    is_free: bool = False


def explain(
    handed: np.ndarray, made: np.ndarray, mistake: str, factors: dict[float, str], floor: float
) -> Iterator[Explanation]:
    """Explain numbers by what a mistake makes, as it is and turned, each times the factor that fits best.

    Parameters
    ----------
    handed : ndarray
        What came.
    made : ndarray
        What the mistake makes, or what is right.
    mistake : str
        In words; empty for what is right.
    factors : dict of float to str
        Those that have a known reason, by `list_factors`.
    floor : float
        Below which numbers are as good as 0.
    """
    cost = _SLIP if mistake else 0
    if handed.shape == made.shape:
        yield from _explain_factor(handed, made, mistake, cost, factors, floor)
    if handed.ndim > 1 and handed.shape == made.shape[::-1]:
        turned = join("it is transposed", mistake)
        yield from _explain_factor(handed, made.T, turned, cost + _SLIP, factors, floor)


def _explain_factor(
    handed: np.ndarray, made: np.ndarray, mistake: str, cost: int, factors: dict[float, str], floor: float
) -> Iterator[Explanation]:
    size = _multiply(made, made)
    factor = _multiply(handed, made) / size if size > floor**2 else 0.0
    uphill = _UPHILL if factor < 0 else ""
    if factor == 0:
        return
    known = _find_known(factor, factors)
    if known is not None:
        slips = [uphill, factors[known]]
        error = find_error(handed, made * np.copysign(known, factor), floor)
        yield Explanation(join(mistake, *slips), cost + _FACTOR * sum(map(bool, slips)), error)
    elif handed.size >= LEAST_FREE:
        words = join(mistake, uphill, f"it is {abs(factor):.4g} times as large as it should be")
        yield Explanation(words, cost + _FREE, find_error(handed, made * factor, floor), is_free=True)


def explain_penalty(
    handed: np.ndarray,
    right: np.ndarray,
    own: np.ndarray,
    penalty: str,
    factors: dict[float, str],
    floor: float,
) -> Iterator[Explanation]:
    """Explain numbers by what is right, times a known factor, and a share of the weights or of their signs.

    Parameters
    ----------
    handed, right : ndarray
        What came, and what is right.
    own : ndarray
        What may have been added a share of.
    penalty : str
        In words.
    factors : dict of float to str
        As in `explain`.
    floor : float
        As in `explain`.
    """
    if handed.shape != right.shape:
        return
    both = np.stack([right.ravel(), own.ravel()], axis=1)
    (factor, _), *_ = np.linalg.lstsq(both, handed.ravel(), rcond=None)
    known = _find_known(float(factor), factors)
    if known is not None:
        scaled = right * np.copysign(known, factor)
        share = _multiply(handed - scaled, own) / max(_multiply(own, own), 1e-300)
        told = f"{penalty}, where no penalty was asked for: {share:.3g} times them is added"
        slips = [_UPHILL if factor < 0 else "", factors[known], told]
        cost = _FACTOR * sum(map(bool, slips))
        yield Explanation(join(*slips), cost, find_error(handed, scaled + share * own, floor))


def _multiply(one: np.ndarray, other: np.ndarray) -> float:
    """Return the scalar product; `vdot` would wake threads for it, which costs a hundred times as much."""
    return float((one * other).sum())


def _find_known(factor: float, factors: dict[float, str]) -> float | None:
    """Find the factor with a known reason that is meant, whatever its sign."""
    known = min(factors, key=lambda one: abs(abs(factor) / one - 1))
    return known if abs(abs(factor) / known - 1) <= _NEAR else None


def list_factors(batch: Batch) -> dict[float, str]:
    """List the factors that are taken for one another, and why each comes about."""
    n, n_classes = float(batch.n), float(len(batch.biases[-1]))
    undivided = "it is not divided by the number of images"
    told = [
        (n, undivided),
        (1 / n, "it is 1 / {:g} of what it should be, as if divided by the number of images twice"),
        (1 / n**2, "it is 1 / {:g} of what it should be, as if divided by the number of images three times"),
        (n / (n - 1) if n > 1 else n, "it is divided by the number of images less one"),
        (1 / n_classes, "it is 1 / {:g} of what it should be, as if divided by the number of classes too"),
        (n / n_classes, f"{undivided} but by the number of classes"),
        (2.0, "it is twice too large"),
        (0.5, "it is half of what it should be"),
        (255.0, "its inputs are not scaled: divide the pixels by 255"),
        (1 / 255, "its inputs are scaled twice: divide the pixels by 255 once"),
    ]
    return {1.0: ""} | {
        factor: words.format(round(1 / factor)) for factor, words in reversed(told) if factor != 1
    }


def find_error(handed: np.ndarray, made: np.ndarray, floor: float) -> float:
    """Find the greatest difference, as a share of the greatest number."""
    largest = max(float(np.abs(handed).max()), float(np.abs(made).max()))
    return 0.0 if largest <= floor else float(np.abs(handed - made).max()) / largest


def join(*words: str) -> str:
    """Join what is wrong to one sentence."""
    return ", and ".join(word for word in words if word)
