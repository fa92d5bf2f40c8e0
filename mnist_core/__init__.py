"""A lab for small digit networks: everything that is not a widget.

What scripts need is imported from here, and loaded once it is used: `from mnist_core import read_dataset`.
`__init__.pyi` beside this file has the types.
"""

from importlib import import_module
from typing import Any

_PUBLIC = {
    "data.dataset": ("Dataset", "split_dataset"),
    "data.layouts": ("Choices", "read_dataset", "understand"),
    "data.files": ("read_file",),
    "data.sample": ("SAMPLE_PATH",),
    "engines.fused.alone": ("train_network", "train_networks", "train_seeds"),
    "ground.errors": ("LabError",),
    "ground.settings": ("SHIPPED_MODELS",),
    "insight.evaluation": ("evaluate",),
    "insight.fields": ("receptive_fields",),
    "insight.importance": ("measure_importance",),
    "network.architecture": ("MLP",),
    "network.candidate": ("Activation", "Candidate"),
    "network.exporting": ("export_model",),
    "network.grid": ("PAPER_GRID", "PAPER_WINNER", "Grid"),
    "network.models": ("Model", "load_model", "save_model"),
    "network.recipe": ("Recipe",),
    "pens": ("draw_strokes", "read_picture"),
    "search.estimators.classifier": ("NetworkClassifier",),
    "search.estimators.grid_search": ("GridSearch",),
}
_HOMES = {name: home for home, names in _PUBLIC.items() for name in names}

__all__ = sorted(_HOMES)  # noqa: PLE0605 - the names of the table above


def __getattr__(name: str) -> Any:
    """Load what is asked for."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return list(__all__)
