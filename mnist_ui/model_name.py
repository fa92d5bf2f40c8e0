"""What a model that is made here may be called."""

import re

from mnist_core.errors import ModelError
from mnist_ui.session import list_model_folders

_NAME = re.compile(r"[A-Za-z0-9][\w.-]{0,59}")


def check_new_name(name: str) -> None:
    """Refuse a name that no folder of models can have, or that one has already.

    Raises
    ------
    ModelError
        If it is such a name.
    """
    if not _NAME.fullmatch(name):
        raise ModelError(
            "A model's name needs letters, digits, dots, dashes or underscores, at most 60 and a letter or "
            f"digit first, but got {name!r}: choose another."
        )
    if name in list_model_folders():
        raise ModelError(f"There is a model named {name} already: choose another name.")
