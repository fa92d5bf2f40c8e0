"""How exact the linear map of a network at one image is, and how far it holds, in figures and in words."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from mnist_core.ground.arrays import Image
from mnist_core.insight.fields.local_maps import Around, LocalMap, map_locally, measure_around
from mnist_core.insight.fields.regions import Company, Regions, is_linear
from mnist_core.network.architecture import LAYER_WORDS, MLP, OUTPUT


@dataclass(frozen=True, eq=False)
class Exactness:
    """What is known of the linear map of a layer at an image.

    Attributes
    ----------
    here : LocalMap
        The map.
    around : Around
        How well it foretells noisy copies of the image.
    is_linear : bool
        Whether nothing bends on the way to the layer, so that the map is the same everywhere.
    company : Company or None
        Which other images lie in its region; None where the network has no regions or none were shown to it.
    regions : Regions or None
        Those of the other images.
    """

    here: LocalMap
    around: Around
    is_linear: bool
    company: Company | None
    regions: Regions | None

    @property
    def title(self) -> str:
        """Return in a few words what the map is."""
        if self.is_linear:
            return "Exact for every image"
        return "Exact for this image" if self.here.reach is not None else "The straight map at this image"

    def describe(self) -> str:
        """Say in plain words what the map is and how far it holds."""
        what = "logit" if self.here.layer == OUTPUT else "sum"
        exact = (
            f"Picture times image, plus an offset, is each unit's {what} as the network computes it, to "
            f"{max(self.here.error, 1e-6):.6f}."
        )
        if self.is_linear:
            return f"{exact} Nothing bends on the way, so that the same map holds for all images."
        return " ".join([exact, self._describe_reach(), *self._describe_company(), self._describe_around()])

    def tell(self) -> dict[str, Any]:
        """Tell it in figures, as JSON has them."""
        here, company, regions = self.here, self.company, self.regions
        told: dict[str, Any] = {
            "exact": here.reach is not None,
            "offsets": here.offsets.tolist(),
            "sums": here.sums.tolist(),
            "error": here.error,
            "reach": here.reach,
            "face": None if here.face is None else {"layer": here.face[0], "unit": here.face[1]},
            "noise": self.around.noise,
            "explained_around": self.around.explained,
            "best_explained_around": self.around.best_explained,
            "error_around": self.around.error,
            "best_error_around": self.around.best_error,
        }
        if company is not None and regions is not None:
            told |= {
                "n_others": company.n,
                "n_same_region": company.n_same,
                "share_same_region": company.n_same / max(company.n, 1),
                "fewest_switched": company.fewest_switched,
                "n_regions": regions.n_regions,
                "n_regions_of": regions.n,
                "median_reach": float(np.median(regions.measure_reaches())),
            }
        return told

    def _describe_reach(self) -> str:
        if self.here.reach is None:
            return "It bends everywhere, so that this is its tangent: exact at the image itself alone."
        if self.here.face is None:
            return "It holds wherever the same units are on."
        layer, unit = self.here.face
        return (
            "It holds as long as the same hidden units are on: until the pixels have moved by "
            f"{self.here.reach:.2g} in all (root of the sum of squares; 1 is a pixel from paper to full "
            f"ink). There unit {unit} of {LAYER_WORDS[layer]} switches."
        )

    def _describe_company(self) -> list[str]:
        company, regions = self.company, self.regions
        if company is None or regions is None or not company.n:
            return []
        switched = _count(company.fewest_switched, "unit")
        same = (
            f"{company.n_same / company.n:.2%} lie in the same region"
            if company.n_same
            else f"none lies in the same region (the nearest switches {switched})"
        )
        return [
            f"Of {company.n:,} other test images {same}; all {regions.n:,} test images use "
            f"{_count(regions.n_regions, 'region')}."
        ]

    def _describe_around(self) -> str:
        around = self.around
        if np.isnan(around.explained):
            return ""
        own, best = max(around.explained, 0), around.best_explained
        return (
            f"Further off it is a guess: where pixels vary by {around.noise:g}, it explains {own:.0%} of how "
            f"units vary and misses by {around.error:.2g}; the best linear map there explains {best:.0%} "
            f"and misses by {around.best_error:.2g}."
        )


def find_exactness(network: MLP, layer: str, image: Image, regions: Regions | None) -> Exactness:
    """Find how exact the linear map of a layer at an image is, and how far it holds.

    Parameters
    ----------
    network : MLP
        A trained network.
    layer : str
        The layer.
    image : ndarray of shape (side, side), float32
        Ink, 0.0 to 1.0.
    regions : Regions or None
        Those of the layer's maps at the test images, where the network has regions.
    """
    here = map_locally(network, layer, image)
    return Exactness(
        here=here,
        around=measure_around(network, here),
        is_linear=is_linear(network, layer),
        company=None if regions is None else regions.find_company(image),
        regions=regions,
    )


def _count(n: int, word: str) -> str:
    return f"{n:,} {word}" if n == 1 else f"{n:,} {word}s"
