"""How much a field looks like a digit: its correlation with the mean images of the digits, against chance."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float32, Float64, Int64

from mnist_core.ground.arrays import Fields, Images, Labels
from mnist_core.ground.errors import DataError

N_SHUFFLES = 200  # p as low as 1 / 201 can be told
_AT_ONCE = 50  # shuffles in one product; their weights take 20 MB for 10,000 images

DIGIT_LIKE = 0.6
"""Score from which output fields count as digit-like: of fields from there on, a network that has nothing to
do with theirs reads 90 % as their digit, of those below 36 % (decision 18)."""

PerUnit = Float64[np.ndarray, " units"]
"""A number a unit."""

_Pixels = Float64[np.ndarray, "... pixels"]


@dataclass(frozen=True, eq=False)
class DigitMeans:
    """The mean image of each digit, and those that chance gives.

    Attributes
    ----------
    means : ndarray of shape (classes, side, side), float32
        Mean image of each digit.
    shuffled : ndarray of shape (shuffles, classes, side, side), float32
        The same after the labels were shuffled: means of as many images, of no digit in particular.
    """

    means: Float32[np.ndarray, "classes side side"]
    shuffled: Float32[np.ndarray, "shuffles classes side side"]


@dataclass(frozen=True, eq=False)
class Likeness:
    """How much the fields of a layer look like digits.

    Attributes
    ----------
    correlations : ndarray of shape (units, classes), float64
        Pearson correlation, over all pixels, of each field with each centred mean image: the mean image of
        a digit less the mean of those of all digits, so what tells the digit from the others. 0 for a field
        that is the same everywhere.
    best : ndarray of shape (units,), int64
        The digit with the highest of them.
    best_p : ndarray of shape (units,), float64
        How often chance does as well: the share of shuffles, this one counted as one, in which the highest
        correlation is no lower.
    read_as : ndarray of shape (units,), int64
        As what the nearest mean reads the field, taken as a picture: the digit whose mean image, as it is,
        it correlates with most. Among pictures of mean 0 and variance 1 that is the nearest.
    own : ndarray of shape (units,), float64, or None
        Of the output layer: the correlation of each field with its own digit.
    own_p : ndarray of shape (units,), float64, or None
        How often chance does as well there.
    """

    correlations: Float64[np.ndarray, "units classes"]
    best: Int64[np.ndarray, " units"]
    best_p: PerUnit
    read_as: Int64[np.ndarray, " units"]
    own: PerUnit | None
    own_p: PerUnit | None

    @property
    def best_correlations(self) -> PerUnit:
        """Return the correlation of each field with the digit that it is most like."""
        highest: PerUnit = self.correlations.max(axis=1)
        return highest

    @property
    def reads_own(self) -> Bool[np.ndarray, " units"]:
        """Return whether the nearest mean reads the field of each output unit as its own digit."""
        is_own: Bool[np.ndarray, " units"] = self.read_as == np.arange(len(self.read_as))
        return is_own


@dataclass(frozen=True, eq=False)
class DigitScore:
    """How much the output fields of a network look like digits, in one number, and what chance gives.

    Attributes
    ----------
    own : ndarray of shape (units,), float64
        Correlation of each field with the centred mean image of its own digit.
    shuffled : ndarray of shape (shuffles,), float64
        The score against mean images of shuffled labels: of no digit in particular.
    reassigned : ndarray of shape (shuffles,), float64
        The score where each field is compared with the digit that a random permutation gives it.
    """

    own: PerUnit
    shuffled: Float64[np.ndarray, " shuffles"]
    reassigned: Float64[np.ndarray, " shuffles"]

    @property
    def score(self) -> float:
        """Return the mean of the correlations: 1 where every field is the mean image of its digit."""
        return float(self.own.mean())

    @property
    def p(self) -> float:
        """Return how often chance does as well, by the kind of chance that does better."""
        worse = (1 + (chance >= self.score).sum() for chance in (self.shuffled, self.reassigned))
        return float(max(worse)) / (1 + len(self.shuffled))


def average_digits(
    images: Images, labels: Labels, n_classes: int = 10, *, shuffles: int = N_SHUFFLES, seed: int = 0
) -> DigitMeans:
    """Average the images of each digit, and again with shuffled labels.

    One result serves any number of networks.

    Parameters
    ----------
    images : ndarray of shape (n, side, side), float32
        Some thousand images are enough.
    labels : ndarray of shape (n,), int64
        Their digits.
    n_classes : int
        As many outputs as the networks have.
    shuffles : int
        How often the labels are shuffled.
    seed : int
        Seed of the shuffles.

    Raises
    ------
    DataError
        If a digit has no image.
    """
    counts = np.bincount(labels, minlength=n_classes)
    if len(counts) > n_classes or not counts.all():
        raise DataError(
            f"Digit-likeness needs images of each of the digits 0 to {n_classes - 1} and of no other, but "
            f"these are of {', '.join(str(digit) for digit in np.flatnonzero(counts))}: choose another."
        )
    shares = np.zeros((n_classes, len(labels)), dtype=np.float32)
    shares[labels, np.arange(len(labels))] = (1 / counts[labels]).astype(np.float32)
    pixels, shape = images.reshape(len(images), -1), (n_classes, *images.shape[1:])
    return DigitMeans(
        means=(shares @ pixels).reshape(shape),
        shuffled=_average_shuffled(shares, pixels, shuffles, seed).reshape(shuffles, *shape),
    )


def _average_shuffled(
    shares: Float32[np.ndarray, "classes n"],
    pixels: Float32[np.ndarray, "n pixels"],
    shuffles: int,
    seed: int,
) -> Float32[np.ndarray, "_ pixels"]:
    """Average the images by shuffled labels; the images are read once for many shuffles."""
    rng = np.random.default_rng(seed)
    sizes = [min(_AT_ONCE, shuffles - begun) for begun in range(0, shuffles, _AT_ONCE)]
    return np.concatenate(
        [np.concatenate([rng.permutation(shares, axis=1) for _ in range(size)]) @ pixels for size in sizes]
    )


def digit_likeness(fields: Fields, digits: DigitMeans, *, is_output: bool) -> Likeness:
    """Measure how much each field of a layer looks like a digit.

    Parameters
    ----------
    fields : ndarray of shape (units, side, side), float32
        A picture a unit, of any view.
    digits : DigitMeans
        What they are compared with.
    is_output : bool
        Whether the fields are those of the output layer, where each unit has a digit of its own.

    Returns
    -------
    Likeness
        With the chance that shuffled labels leave: images of no digit in particular also have mean
        images, which differ along the directions in which images differ most, and a field may follow those
        without being a digit.
    """
    flat, means = _standardise(fields), digits.means
    correlations = flat @ _standardise(means - means.mean(axis=0)).T
    chance = _standardise(digits.shuffled - digits.shuffled.mean(axis=1, keepdims=True)) @ flat.T
    highest = correlations.max(axis=1)
    own = np.diagonal(correlations).copy() if is_output else None
    return Likeness(
        correlations=correlations,
        best=correlations.argmax(axis=1).astype(np.int64),
        best_p=_count_chance(chance.max(axis=1), highest),
        read_as=(flat @ _standardise(means).T).argmax(axis=1).astype(np.int64),
        own=own,
        own_p=None if own is None else _count_chance(np.diagonal(chance, axis1=1, axis2=2), own),
    )


def score_fields(fields: Fields, digits: DigitMeans, seed: int = 0) -> DigitScore:
    """Measure how much output fields look like their digits, and what chance would give.

    Parameters
    ----------
    fields : ndarray of shape (classes, side, side), float32
        Of the output layer.
    digits : DigitMeans
        What they are compared with.
    seed : int
        Seed of the permutations.
    """
    flat, means = _standardise(fields), digits.means
    correlations = flat @ _standardise(means - means.mean(axis=0)).T
    shuffled = _standardise(digits.shuffled - digits.shuffled.mean(axis=1, keepdims=True))
    places, rng = np.arange(len(flat)), np.random.default_rng(seed)
    given = rng.permuted(np.tile(places, (len(shuffled), 1)), axis=1)
    return DigitScore(
        own=np.diagonal(correlations).copy(),
        shuffled=np.einsum("scp,cp->s", shuffled, flat) / len(flat),
        reassigned=correlations[places, given].mean(axis=1),
    )


def _standardise(pictures: Float32[np.ndarray, "... side side"]) -> _Pixels:
    """Return pictures as rows of mean 0 and length 1, so that their products are correlations."""
    rows = pictures.reshape(*pictures.shape[:-2], -1).astype(np.float64)
    rows = rows - rows.mean(axis=-1, keepdims=True)
    length = np.linalg.norm(rows, axis=-1, keepdims=True)
    # what is left of a constant picture is rounding, and has no direction
    standard: _Pixels = np.divide(rows, length, out=np.zeros_like(rows), where=length > 1e-9)
    return standard


def _count_chance(chance: Float64[np.ndarray, "shuffles units"], found: PerUnit) -> PerUnit:
    p: PerUnit = (1 + (chance >= found).sum(axis=0)) / (1 + len(chance))
    return p
