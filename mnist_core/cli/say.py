"""How commands answer: JSON or words on stdout, progress on stderr."""

import json
import math
import sys
from pathlib import Path
from typing import Any

from mnist_core.modelstore import Model, find_model, load_model
from mnist_core.settings import read_settings


def say(document: Any, words: str, as_json: bool) -> None:
    """Print the answer of a command: a JSON document, or words."""
    print(json.dumps(_without_nan(document), indent=1) if as_json else words)


def report(words: str) -> None:
    """Print progress, out of the answer's way."""
    print(words, file=sys.stderr, flush=True)


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
    return load_model(find_model(name_or_folder, read_settings().model_roots))


def _without_nan(value: Any) -> Any:
    """Replace NaN and infinity, which JSON lacks, by null."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: _without_nan(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_without_nan(item) for item in value]
    return value
