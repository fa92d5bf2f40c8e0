"""The function of each kind of work."""

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

from mnist_core.ground.errors import RunError
from mnist_core.store import SEARCH
from mnist_core.store.job import Job

Outcome = Mapping[str, Any] | None
Kinds = Mapping[str, str | Callable[[Job], Outcome]]

KINDS: Kinds = {
    "label-errors": "mnist_core.training.retraining.studies:carry_out_labels",
    "learn": "mnist_core.training.learning.copying:carry_out",
    "learning-curve": "mnist_core.training.retraining.studies:carry_out_growth",
    "live": "mnist_core.training.live.watched:carry_out",
    "live-model": "mnist_core.training.live.saving:carry_out",
    SEARCH: "mnist_core.search.following:carry_out",
}
"""Functions, or where one is, as `module:function`; a module is loaded by the process that needs it.

A function gets a `Job` and returns what it came to, as plain JSON values, or None where it has put the work
to rest or has ended it by itself. A LabError that it raises becomes the reason for which the work failed, or
is paused where a disk is the reason.
"""

GOES_ON = frozenset({"live"})
"""The kinds that are stopped at any moment and go on from there; a search does so by itself."""


def find_function(kind: str, kinds: Kinds = KINDS) -> Callable[[Job], Outcome]:
    """Find the function of a kind.

    Raises
    ------
    RunError
        If there is none.
    """
    if kind not in kinds:
        raise RunError(f"A job must be one of {', '.join(kinds)}, but is {kind}: update the lab.")
    found = kinds[kind]
    if not isinstance(found, str):
        return found
    module, _, name = found.partition(":")
    function: Callable[[Job], Outcome] = getattr(import_module(module), name)
    return function
