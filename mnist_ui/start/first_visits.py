"""What the first visit of a page would wait for is computed before it comes."""

import logging

from mnist_core.data.dataset import Dataset
from mnist_core.ground.errors import LabError
from mnist_core.ground.settings import SHIPPED_MODELS, People, read_settings
from mnist_core.insight.projection.flatten import Method
from mnist_core.network.models import Model
from mnist_ui.cached.lens import open_lens
from mnist_ui.cached.opened_models import open_model, open_sample
from mnist_ui.drawings.nearest_images import open_crowd
from mnist_ui.map.layer_maps import open_map, pack_map, read_probes
from mnist_ui.models.model_choice import BEST_READER
from mnist_ui.operate.bench import open_bench
from mnist_ui.riddle.study import read_builtin, score_shipped
from mnist_ui.session import last_dataset

_LOG = logging.getLogger("mnist_lab.app")


def compute_first() -> None:
    """Compute what Riddle, Map, Fields, Operate and Draw show at first, of shipped models.

    It takes some four seconds of one core, once a start, at the priority of the pages: a thread that runs
    behind what trains would keep the interpreter from all others while it waits. Half of it goes into the
    thousands of pen digits among which the first drawing's likes are found.
    """
    try:
        read_builtin()
        for name in ("paper", "legible"):
            score_shipped(name)
        dataset = _find_dataset()
        _look(open_model(SHIPPED_MODELS / "paper"), dataset)
        open_crowd(open_model(SHIPPED_MODELS / BEST_READER), dataset)
    except LabError as error:
        # The page says so too, to whoever opens it.
        _LOG.info("what a first visit shows could not be computed: %s", error)


def _find_dataset() -> Dataset:
    """Find what the one person opened last; of many each has opened something else."""
    opened = last_dataset() if read_settings().people is People.ONE else None
    return opened or open_sample()


def _look(model: Model, dataset: Dataset) -> None:
    source = open_map(model, dataset)
    pack_map(source, Method.PCA)
    read_probes(source)
    open_bench(open_lens(model, dataset))
