"""How commands take a model: by its folder or by its name."""

from pathlib import Path

from mnist_core.cli.space import find_settings
from mnist_core.network.models import Model, find_model, load_model


def open_model(name_or_folder: str) -> Model:
    """Load a model by its folder, or by its name where there is no such folder.

    Raises
    ------
    ModelError
        If there is neither, or it cannot be loaded.
    """
    folder = Path(name_or_folder)
    if folder.is_dir():
        return load_model(folder)
    return load_model(find_model(name_or_folder, find_settings().model_roots))
