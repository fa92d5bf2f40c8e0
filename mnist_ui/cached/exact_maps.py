"""How exact a network's linear map at an image is, and the regions of test images, once for all tabs."""

from mnist_core.ground.arrays import Image
from mnist_core.insight.fields.exactness import Exactness, find_exactness
from mnist_core.insight.fields.regions import Regions, find_regions, has_regions
from mnist_ui.cached.lens import Lens
from mnist_ui.cached.once import once
from mnist_ui.cached.one_by_one import ALONE


@once(most=64)
def read_exactness(lens: Lens, layer: str, image: Image) -> Exactness:
    """Find how exact a layer's linear map at an image is, and how far it holds among test images."""
    network = lens.model.network
    regions = read_regions(lens, layer) if has_regions(network, layer) else None
    return find_exactness(network, layer, image, regions)


@once("Finding the regions of the test images …", 12)
def read_regions(lens: Lens, layer: str) -> Regions:
    """Find the regions of a layer's maps in which test images lie."""
    with ALONE:
        return find_regions(lens.model.network, layer, lens.images.test.images)
