"""The regions of a ReLU network: within each of them it is one linear map."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float64

from mnist_core.ground.arrays import Image, Images
from mnist_core.insight.fields.layers import all_sums, count_units, read_weights
from mnist_core.insight.fields.tangents import Tangent, find_tangents, take_batches
from mnist_core.insight.fields.view_arrays import LayerSums
from mnist_core.network.architecture import FIRST, MLP, OUTPUT
from mnist_core.network.candidate import Activation

Patterns = Bool[np.ndarray, "n hidden"]
"""Which hidden units are above zero, a row an image; those of all layers side by side."""


@dataclass(frozen=True, eq=False)
class Regions:
    """In which regions of a network images lie.

    Attributes
    ----------
    images : ndarray of shape (n, side, side), float32
        The images.
    patterns : ndarray of shape (n, hidden), bool
        Which hidden units each image switches on: in one region they are the same.
    n_regions : int
        Different rows of these.
    reaches : ndarray of shape (n,), float64
        The distance of each image to the nearest face of its region.
    error : float
        By how much the map of an image misses one of its logits, at worst.
    """

    images: Images
    patterns: Patterns
    n_regions: int
    reaches: Float64[np.ndarray, " n"]
    error: float

    @property
    def n(self) -> int:
        """Count the images."""
        return len(self.patterns)

    def find_company(self, network: MLP, image: Image) -> "Company":
        """Find which of the images lie in the region of another one; the image itself is no company."""
        (pattern,) = read_patterns(network, all_sums(network, image[None]))
        n_switched = (self.patterns != pattern).sum(axis=1)
        same = np.flatnonzero(n_switched == 0)
        own = same[[np.array_equal(self.images[place], image) for place in same]]
        others = np.delete(n_switched, own)
        return Company(len(others), int((others == 0).sum()), int(others.min(initial=len(pattern))))


@dataclass(frozen=True)
class Company:
    """Which images lie in the region of one image.

    Attributes
    ----------
    n : int
        Images beside it.
    n_same : int
        Those in its region.
    fewest_switched : int
        Hidden units that differ between it and the image that is nearest in this sense.
    """

    n: int
    n_same: int
    fewest_switched: int


def has_regions(network: MLP) -> bool:
    """Return whether a network is one linear map within each of some regions."""
    return network.activation in (Activation.RELU, Activation.LINEAR)


def measure_regions(network: MLP, images: Images) -> Regions:
    """Find the regions in which images lie, how near their faces are, and whether the maps there are exact.

    Parameters
    ----------
    network : MLP
        One that has regions, see `has_regions`.
    images : ndarray of shape (n, side, side), float32
        Ink, 0.0 to 1.0.

    References
    ----------
    Montufar, Pascanu, Cho and Bengio, "On the number of linear regions of deep neural networks", NIPS 2014.
    """
    patterns, reaches, error = [], [], 0.0
    for batch in take_batches(network, images):
        sums = all_sums(network, batch)
        patterns.append(read_patterns(network, sums))
        tangents = find_tangents(network, sums, OUTPUT)
        reaches.append(measure_faces(network, sums, tangents).min(axis=1, initial=np.inf))
        error = max(error, _miss_logits(network, batch, sums, tangents[OUTPUT]))
    every = np.concatenate(patterns)
    n_regions = len(np.unique(np.packbits(every, axis=1), axis=0))
    return Regions(images, every, n_regions, np.concatenate(reaches), error)


def read_patterns(network: MLP, sums: LayerSums) -> Patterns:
    """Tell which hidden units are on; without a bend there is one region, in which all of them are."""
    is_on = [(sums[layer] > 0) | (network.activation is Activation.LINEAR) for layer in network.hidden_names]
    patterns: Patterns = np.concatenate(is_on, axis=1)
    return patterns


def find_reach(
    network: MLP, sums: LayerSums, tangents: Mapping[str, Tangent]
) -> tuple[float, tuple[str, int] | None]:
    """Find how far from one image a layer's map ends, and which unit switches there; see `measure_faces`."""
    faces = measure_faces(network, sums, tangents)[0]
    if not len(faces):
        return float("inf"), None
    nearest = unit = int(faces.argmin())
    names = iter(network.hidden_names)
    layer = next(names)
    while unit >= count_units(network, layer):
        unit -= count_units(network, layer)
        layer = next(names)
    return float(faces[nearest]), (layer, unit)


def measure_faces(
    network: MLP, sums: LayerSums, tangents: Mapping[str, Tangent]
) -> Float64[np.ndarray, "n faces"]:
    """Measure how far from each image each unit below a layer would switch, were its region endless.

    The least of these distances is that to the region's nearest face: no unit switches on the way there. It
    counts pixels beyond blank paper and full ink too, so that within those a face may be farther.

    Parameters
    ----------
    network : MLP
        One that has regions, see `has_regions`; of any activation where the layer is the first.
    sums : dict of str to ndarray
        Of its layers, at the images.
    tangents : dict of str to Tangent
        Of the layers up to the one whose map it is, as `find_tangents` found them for these sums.

    Returns
    -------
    ndarray of shape (n, faces), float64
        Euclidean, in ink of pixels; no column where nothing ever switches.
    """
    *below, _ = tangents
    if network.activation is Activation.LINEAR or not below:
        return np.empty((len(sums[FIRST]), 0))
    weights = read_weights(network, FIRST).astype(np.float64)
    overlaps, parts = weights @ weights.T, []
    for layer in below:
        paths = tangents[layer].paths
        if layer == FIRST:
            squares = np.broadcast_to(np.diag(overlaps), sums[FIRST].shape)
        else:
            squares = ((paths @ overlaps) * paths).sum(axis=2)
        steepness = np.sqrt(squares.clip(min=0))
        endless = np.full(steepness.shape, np.inf)  # a unit that no pixel reaches never switches
        parts.append(np.divide(np.abs(sums[layer]), steepness, out=endless, where=steepness > 0))
    return np.concatenate(parts, axis=1)


def _miss_logits(network: MLP, images: Images, sums: LayerSums, tangent: Tangent) -> float:
    """Return by how much picture . image + offset misses a logit of an image, at worst."""
    pictures, pixels = tangent.read_pictures(network).astype(np.float64), images.reshape(len(images), -1)
    products = np.einsum("nup,np->nu", pictures, pixels)
    return float(np.abs(products + tangent.read_offsets(network) - sums[OUTPUT]).max())
