"""The regions of a ReLU network: within each of them it is one linear map."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float64

from mnist_core.ground.arrays import Image, Images
from mnist_core.insight.fields.layers import all_sums, count_units, list_below, read_weights
from mnist_core.insight.fields.tangents import Tangent, find_tangents, take_batches
from mnist_core.insight.fields.view_arrays import LayerSums
from mnist_core.network.architecture import FIRST, MLP
from mnist_core.network.candidate import Activation

Patterns = Bool[np.ndarray, "n below"]
"""Which units below a layer are above zero, a row an image; those of all layers side by side."""


@dataclass(frozen=True, eq=False)
class Regions:
    """In which regions of a layer's maps images lie.

    Attributes
    ----------
    network : MLP
        The network.
    layer : str
        The layer.
    images : ndarray of shape (n, side, side), float32
        The images.
    patterns : ndarray of shape (n, below), bool
        Which units below the layer each image switches on: in one region they are the same.
    n_regions : int
        Different rows of these.
    """

    network: MLP
    layer: str
    images: Images
    patterns: Patterns
    n_regions: int

    @property
    def n(self) -> int:
        """Count the images."""
        return len(self.patterns)

    def find_company(self, image: Image) -> "Company":
        """Find which of the images lie in the region of another one; the image itself is no company."""
        (pattern,) = read_patterns(self.network, self.layer, all_sums(self.network, image[None]))
        n_switched = (self.patterns != pattern).sum(axis=1)
        same = np.flatnonzero(n_switched == 0)
        own = same[[np.array_equal(self.images[place], image) for place in same]]
        others = np.delete(n_switched, own)
        return Company(len(others), int((others == 0).sum()), int(others.min(initial=len(pattern))))

    def measure_reaches(self) -> Float64[np.ndarray, " n"]:
        """Measure how far it is from each image to the nearest face of its region; see `measure_faces`."""
        reaches = []
        for batch in take_batches(self.network, self.images):
            sums = all_sums(self.network, batch)
            faces = measure_faces(self.network, sums, find_tangents(self.network, sums, self.layer))
            reaches.append(faces.min(axis=1, initial=np.inf))
        return np.concatenate(reaches)


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
        Units below the layer that differ between it and the image that is nearest in this sense.
    """

    n: int
    n_same: int
    fewest_switched: int


def is_linear(network: MLP, layer: str) -> bool:
    """Return whether nothing bends on the way to a layer, so that its map is the same at all images."""
    return network.activation is Activation.LINEAR or layer == FIRST


def has_regions(network: MLP, layer: str) -> bool:
    """Return whether a layer is one linear map within each of some regions, and another in others."""
    return network.activation is Activation.RELU and not is_linear(network, layer)


def find_regions(network: MLP, layer: str, images: Images) -> Regions:
    """Find the regions of a layer's maps in which images lie.

    Parameters
    ----------
    network : MLP
        One that has regions, see `has_regions`.
    layer : str
        The layer.
    images : ndarray of shape (n, side, side), float32
        Ink, 0.0 to 1.0.

    Raises
    ------
    ModelError
        If the network has no layer of that name.

    References
    ----------
    Montufar, Pascanu, Cho and Bengio, "On the number of linear regions of deep neural networks", NIPS 2014.
    """
    patterns = read_patterns(network, layer, all_sums(network, images))
    n_regions = len({row.tobytes() for row in np.packbits(patterns, axis=1)})
    return Regions(network, layer, images, patterns, n_regions)


def read_patterns(network: MLP, layer: str, sums: LayerSums) -> Patterns:
    """Tell which units below a layer are on; without a bend none is asked, as there is one region."""
    below = () if is_linear(network, layer) else list_below(network, layer)
    none = np.empty((len(sums[FIRST]), 0), dtype=np.bool_)
    patterns: Patterns = np.concatenate([none, *(sums[name] > 0 for name in below)], axis=1)
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
    *below, layer = tangents
    if is_linear(network, layer):
        return np.empty((len(sums[FIRST]), 0))
    weights = read_weights(network, FIRST).astype(np.float64)
    overlaps, parts = weights @ weights.T, []
    for name in below:
        paths = tangents[name].paths
        if name == FIRST:
            squares = np.broadcast_to(np.diag(overlaps), sums[FIRST].shape)
        else:
            squares = ((paths @ overlaps) * paths).sum(axis=2)
        steepness = np.sqrt(squares.clip(min=0))
        endless = np.full(steepness.shape, np.inf)  # a unit that no pixel reaches never switches
        parts.append(np.divide(np.abs(sums[name]), steepness, out=endless, where=steepness > 0))
    return np.concatenate(parts, axis=1)
