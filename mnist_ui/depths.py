"""What the Results page tells in depth, a tab each."""

from collections.abc import Callable

from mnist_core.dataset import Dataset
from mnist_core.modelstore import Model
from mnist_ui.robustness import show_robustness
from mnist_ui.sureness import show_sureness


def _show_growth(model: Model, dataset: Dataset | None) -> None:
    from mnist_ui.growth import show_growth  # noqa: PLC0415 - what trains takes a second to load

    show_growth(model, dataset)


def _show_suspects(model: Model, dataset: Dataset | None) -> None:
    from mnist_ui.suspects import show_suspects  # noqa: PLC0415 - what trains takes a second to load

    show_suspects(model, dataset)


DEPTHS: dict[str, Callable[[Model, Dataset | None], None]] = {
    "How sure it may be": show_sureness,
    "Robustness": show_robustness,
    "More images": _show_growth,
    "Suspected labels": _show_suspects,
}
"""What each tab shows of a model and the open data set."""
