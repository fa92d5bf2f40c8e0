"""How exact a network's linear map at an image is; the regions of test images are found once for all tabs."""

from mnist_core.ground.arrays import Image
from mnist_core.insight.fields.exactness import Exactness, find_exactness
from mnist_core.insight.fields.regions import Regions, has_regions, measure_regions
from mnist_ui.cached.lens import Lens
from mnist_ui.cached.once import once
from mnist_ui.cached.one_by_one import ALONE


def read_exactness(lens: Lens, layer: str, image: Image) -> Exactness:
    """Find how exact a layer's linear map at an image is, and how far it holds among test images."""
    network = lens.model.network
    return find_exactness(network, layer, image, _read_regions(lens) if has_regions(network) else None)


@once("Finding the regions of the test images …", 6)
def _read_regions(lens: Lens) -> Regions:
    with ALONE:
        return measure_regions(lens.model.network, lens.images.test.images)
