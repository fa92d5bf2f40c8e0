"""What the Operate page computes of a model and its images, each done once for all tabs."""

from mnist_core.insight.operate.bench import Bench
from mnist_core.insight.operate.curve import CurvePoint, find_curve
from mnist_ui.cached.lens import Lens
from mnist_ui.cached.once import once
from mnist_ui.cached.one_by_one import ALONE


@once("Showing the images to the network …", 4)
def open_bench(lens: Lens) -> Bench:
    """Lay a model on the bench, with the images that it is looked into with."""
    return Bench(lens.model.network, lens.images, lens.model.info.temperature)


@once("Removing units, order by order …", 32)
def read_curve(lens: Lens, layer: str) -> list[CurvePoint]:
    """Measure what is read with ever fewer units of a hidden layer."""
    bench = open_bench(lens)
    with ALONE:
        return find_curve(bench, layer)
