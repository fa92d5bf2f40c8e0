"""What the Results page tells in depth, a tab each."""

from collections.abc import Callable

from mnist_core.dataset import Dataset
from mnist_core.modelstore import Model
from mnist_ui.robustness import show_robustness
from mnist_ui.sureness import show_sureness

DEPTHS: dict[str, Callable[[Model, Dataset | None], None]] = {
    "How sure it may be": show_sureness,
    "Robustness": show_robustness,
}
"""What each tab shows of a model and the open data set."""
