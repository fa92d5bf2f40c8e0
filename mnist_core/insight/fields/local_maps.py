"""The linear map of a network at an image: for ReLU exact around it, otherwise the tangent."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float64

from mnist_core.ground.arrays import Fields, Image
from mnist_core.insight.fields.jacobians import mean_jacobian
from mnist_core.insight.fields.layers import all_sums, layer_sums
from mnist_core.insight.fields.regions import find_reach, has_regions, is_linear
from mnist_core.insight.fields.tangents import find_tangents
from mnist_core.insight.fields.view_arrays import PerUnit
from mnist_core.network.architecture import MLP

NOISE = 0.05  # of full ink: what paper and pens vary by
_N_NEAR = 400  # noisy copies of an image

_Sums = Float64[np.ndarray, "n units"]


@dataclass(frozen=True, eq=False)
class LocalMap:
    """What a layer computes at an image, written as one linear map: sum = picture . image + offset.

    Attributes
    ----------
    layer : str
        The layer.
    fields : ndarray of shape (units, side, side), float32
        A picture a unit: how its sum moves with each pixel.
    offsets : ndarray of shape (units,), float64
        What is added to the product of picture and image.
    image : ndarray of shape (side, side), float32
        Where the map was taken.
    sums : ndarray of shape (units,), float64
        What the network computes for that image.
    reach : float or None
        How far from the image it stays exact: the Euclidean distance, in ink of pixels, to the nearest face
        of the region in which the same units below the layer are on. Infinite where there is no face; None
        where the activation bends everywhere, so that it is exact at the image alone.
    face : tuple of (str, int) or None
        The layer and the unit that switch at that face.
    """

    layer: str
    fields: Fields
    offsets: PerUnit
    image: Image
    sums: PerUnit
    reach: float | None
    face: tuple[str, int] | None

    @property
    def products(self) -> PerUnit:
        """Return the product of each picture with the image."""
        products: PerUnit = self.fields.reshape(len(self.fields), -1).astype(np.float64) @ self.image.ravel()
        return products

    @property
    def error(self) -> float:
        """Return by how much picture . image + offset misses what the network computes, at worst."""
        return float(np.abs(self.products + self.offsets - self.sums).max())


@dataclass(frozen=True)
class Around:
    """How well a local map foretells a layer's sums for noisy copies of its image.

    Attributes
    ----------
    noise : float
        Standard deviation of what was added to each pixel.
    explained : float
        R2 of the map: the share of the variance of the sums, mean over the units; below 0 where it is worse
        than a constant.
    best_explained : float
        R2 of the linear map that fits such copies best.
    error : float
        Root of the mean square by which the map misses a sum.
    best_error : float
        That of the linear map that fits best.
    """

    noise: float
    explained: float
    best_explained: float
    error: float
    best_error: float


def map_locally(network: MLP, layer: str, image: Image) -> LocalMap:
    """Write what a layer computes at an image as one linear map.

    A ReLU network is linear as long as the same units are on, so that the map is exact in a whole region.
    With Tanh, Sigmoid or squares it is the tangent: exact at the image, the better the nearer; see
    `measure_around`.

    Parameters
    ----------
    network : MLP
        A trained network, of any depth and activation.
    layer : str
        The layer; the sums of `output` are the logits.
    image : ndarray of shape (side, side), float32
        Ink, 0.0 to 1.0.

    Raises
    ------
    DataError
        If the image has another size than the network reads.
    ModelError
        If the network has no layer of that name.

    References
    ----------
    Montufar, Pascanu, Cho and Bengio, "On the number of linear regions of deep neural networks", NIPS 2014.
    """
    sums = all_sums(network, image[None])
    tangents = find_tangents(network, sums, layer)
    tangent = tangents[layer]
    fields = tangent.read_pictures(network).reshape(-1, *image.shape)
    offsets = tangent.read_offsets(network)[0]
    is_exact = is_linear(network, layer) or has_regions(network, layer)
    reach, face = find_reach(network, sums, tangents) if is_exact else (None, None)
    return LocalMap(layer, fields, offsets, image, sums[layer][0].astype(np.float64), reach, face)


def measure_around(network: MLP, here: LocalMap, noise: float = NOISE, seed: int = 0) -> Around:
    """Measure how well a local map foretells a layer's sums for noisy copies of its image.

    The best linear map is the one with the least mean square error under Gaussian noise: its pictures are the
    mean of the gradients at the noisy copies (Stein's lemma). It is found on other copies than both are
    measured on. Where nothing bends on the way to the layer both are the layer, and nothing is measured.

    Parameters
    ----------
    network : MLP
        A trained network.
    here : LocalMap
        One of it, as `map_locally` found it.
    noise : float
        Standard deviation of what is added to each pixel.
    seed : int
        Of the noise.

    References
    ----------
    Stein, "Estimation of the mean of a multivariate normal distribution", Annals of Statistics 9 (1981).
    """
    layer, image, rng = here.layer, here.image, np.random.default_rng(seed)
    if is_linear(network, layer):
        return Around(noise, explained=1.0, best_explained=1.0, error=0.0, best_error=0.0)
    fit, tried = noise * rng.standard_normal((2, _N_NEAR, image.size))
    shape = (_N_NEAR, *image.shape)
    near, others = ((image + shift.reshape(shape)).astype(np.float32) for shift in (fit, tried))
    real = layer_sums(network, layer, others).astype(np.float64)
    tangent = here.sums + tried @ here.fields.reshape(len(here.fields), -1).T
    mean = mean_jacobian(network, layer, near).reshape(len(here.fields), -1)
    best = layer_sums(network, layer, near).mean(axis=0) + (tried - fit.mean(axis=0)) @ mean.T
    return Around(
        noise=noise,
        explained=_explain(tangent, real),
        best_explained=_explain(best, real),
        error=_miss(tangent, real),
        best_error=_miss(best, real),
    )


def _explain(foretold: _Sums, real: _Sums) -> float:
    spread = real.var(axis=0)
    varies = spread > 0
    shares = 1 - np.square(foretold - real).mean(axis=0)[varies] / spread[varies]
    return float(shares.mean()) if varies.any() else float("nan")


def _miss(foretold: _Sums, real: _Sums) -> float:
    return float(np.sqrt(np.square(foretold - real).mean()))
