"""What a model may be called: its folder has that name."""

import re
from collections.abc import Collection

from mnist_core.ground.errors import ModelError

_NAME = re.compile(r"[A-Za-z0-9][\w.-]{0,59}")
_OTHER = re.compile(r"[^\w.-]+")
_MOST_WORDS = 48  # letters: the end must fit too
_N_END = 4  # signs of an id that tell runs of one name apart


def check_new_name(name: str, taken: Collection[str]) -> None:
    """Refuse a name that no folder of models can have, or that one has already.

    Raises
    ------
    ModelError
        If it is such a name.
    """
    if not name:
        raise ModelError("A model needs a name, but the field is empty: type one.")
    if not _NAME.fullmatch(name):
        raise ModelError(
            "A model's name needs letters, digits, dots, dashes or underscores, at most 60 and a letter or "
            f"digit first, but got {name!r}: choose another."
        )
    if name in taken:
        raise ModelError(f"There is a model named {name} already: choose another name.")


def name_after(words: str, run_id: str) -> str:
    """Name a model after a run, with the end of its id: no model takes the place of another run's."""
    return f"{clean_name(words, 'search')}-{run_id[-_N_END:]}"


def clean_name(words: str, before: str) -> str:
    """Make words a name that a model can have; `before` stands before what no name begins with."""
    name = _OTHER.sub("-", words)[:_MOST_WORDS].strip("-._")
    if not _NAME.match(name):  # empty, or begins with a letter that no name begins with
        name = f"{before}-{name}".rstrip("-")
    return name
