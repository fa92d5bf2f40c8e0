"""Deletion and insertion: whether a picture of one image marks the pixels that matter for the unit."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float32, Float64, Int64
from scipy import ndimage

from mnist_core.ground.arrays import Activations, Images, Indices
from mnist_core.insight.fields.attributions import Attribute
from mnist_core.insight.fields.layers import choose_images, layer_sums
from mnist_core.insight.fields.view_arrays import PerUnit
from mnist_core.network.architecture import MLP

N_STEPS = 28  # from the whole image to blank paper
N_IMAGES = 8  # images a unit, in layers of up to 125 units; fewer in wider ones, but two at least

_MOST_PAIRS = 1_000  # of an image and a unit, so that a wide layer takes seconds too
_BLUR_SHARE = 14  # the blur's standard deviation is a fourteenth of the side: 2 of 28 pixels
_DRIVING_SHARE = 10  # they are taken from the tenth of all images that drives the unit most

_Pixels = Float32[np.ndarray, "pairs pixels"]
_Ranks = Int64[np.ndarray, "pairs pixels"]
_Curves = Float64[np.ndarray, "units stops"]


@dataclass(frozen=True, eq=False)
class Erasing:
    """What becomes of units while pixels are taken away or put in, those first that a picture marks most.

    Where a unit stands is said as the share of all images that drive it less: 1 above all, 0 below all.

    Attributes
    ----------
    deletion : ndarray of shape (units, stops), float64
        From the whole image to blank paper. The faster it falls, the better the picture.
    insertion : ndarray of shape (units, stops), float64
        From blank paper to the whole image. The faster it rises, the better.
    """

    deletion: _Curves
    insertion: _Curves

    @property
    def gap(self) -> PerUnit:
        """Return the mean height of insertion above deletion; near 0 for an order of chance."""
        gap: PerUnit = self.insertion.mean(axis=1) - self.deletion.mean(axis=1)
        return gap


@dataclass(frozen=True, eq=False)
class Erasings:
    """What becomes of units in the order of their pictures, and in those of three controls.

    Attributes
    ----------
    marked : Erasing
        In the order in which the pictures mark pixels.
    blurred : Erasing
        In that of the same pictures blurred: what is in their detail is gone.
    another : Erasing
        In that of the unit's picture of another image that drives it: what is of this image is gone.
    chance : Erasing
        In an order of chance: what a picture without sense would give.
    """

    marked: Erasing
    blurred: Erasing
    another: Erasing
    chance: Erasing


def erase(network: MLP, layer: str, images: Images, attribute: Attribute, seed: int = 0) -> Erasings:
    """Take pixels away and put them in, in the order in which the pictures of a view mark them.

    Such scores favour pictures of smooth patches, whatever these say of a network; so the same is done with
    controls.

    Parameters
    ----------
    network : MLP
        A trained network.
    layer : str
        The layer.
    images : ndarray of shape (n, side, side), float32
        Where a unit stands is told among these. Up to eight that drive it most are erased for each unit.
    attribute : callable
        Makes the picture of an image and a unit.
    seed : int
        Of the order of chance.

    References
    ----------
    Petsiuk, Das and Saenko, "RISE: Randomized input sampling for explanation of black-box models", BMVC 2018.
    """
    sums = layer_sums(network, layer, images)
    pairs, units = _choose_pairs(sums), sums.shape[1]
    marks = attribute(network, layer, images[pairs.places], pairs.units)
    spread = marks.shape[1] / _BLUR_SHARE
    orders = (
        marks,
        ndimage.gaussian_filter(marks, (0, spread, spread)),
        np.roll(marks, units, axis=0),  # all units of an image stand together, in order
        np.random.default_rng(seed).random(marks.shape, dtype=np.float32),
    )
    return Erasings(
        *(_follow(network, layer, images, pairs, order.reshape(len(order), -1)) for order in orders)
    )


@dataclass(frozen=True, eq=False)
class _Pairs:
    """Images and the unit for each: all units for the first image of each, then for the second."""

    places: Indices
    units: Indices


def _choose_pairs(sums: Activations) -> _Pairs:
    n, units = sums.shape
    top = np.argsort(-sums, axis=0, kind="stable")[: max(1, n // _DRIVING_SHARE)]
    count = min(N_IMAGES, max(2, _MOST_PAIRS // units), len(top))
    chosen = top[choose_images(len(top), count)]
    return _Pairs(chosen.ravel().astype(np.int64), np.tile(np.arange(units), len(chosen)).astype(np.int64))


def _follow(network: MLP, layer: str, images: Images, pairs: _Pairs, marks: _Pixels) -> Erasing:
    sums, ranks, chosen = layer_sums(network, layer, images), _rank(marks), images[pairs.places]
    in_order = np.sort(sums, axis=0)

    def stand(kept: Bool[np.ndarray, "pairs pixels"]) -> PerUnit:
        left = layer_sums(network, layer, chosen * kept.reshape(chosen.shape))
        own = left[np.arange(len(left)), pairs.units].reshape(-1, sums.shape[1])
        stands: PerUnit = _share_below(in_order, own).mean(axis=0)
        return stands

    stops = np.linspace(0, marks.shape[1], N_STEPS + 1).round().astype(np.int64)
    return Erasing(
        deletion=np.stack([stand(ranks >= stop) for stop in stops], axis=1),
        insertion=np.stack([stand(ranks < stop) for stop in stops], axis=1),
    )


def _rank(marks: _Pixels) -> _Ranks:
    """Return the rank of each pixel, 0 for the one that is marked most."""
    order = np.argsort(-marks, axis=1, kind="stable")
    ranks = np.empty_like(order)
    np.put_along_axis(ranks, order, np.arange(order.shape[1])[None, :], axis=1)
    return ranks.astype(np.int64)


def _share_below(
    in_order: Float32[np.ndarray, "n units"], values: Float32[np.ndarray, "_ units"]
) -> Float64[np.ndarray, "_ units"]:
    columns = zip(in_order.T, values.T, strict=True)
    below = np.stack([np.searchsorted(column, own) for column, own in columns], axis=1)
    shares: Float64[np.ndarray, "_ units"] = below / len(in_order)
    return shares
