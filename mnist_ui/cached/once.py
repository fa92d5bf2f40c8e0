"""What is computed once for all tabs, and by what models and data sets are told apart for it."""

from collections.abc import Callable
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, Generic, ParamSpec, TypeVar

import streamlit as st

from mnist_core.data.dataset import Dataset
from mnist_core.network.models import Model

_P = ParamSpec("_P")
_R = TypeVar("_R")
_Images = TypeVar("_Images")


def _identify(model: Model) -> tuple[str, int]:
    """Return what tells a model from others, and from itself before a change."""
    return str(model.folder), (model.folder / "model.json").stat().st_mtime_ns


# By its name too: the same images may be another person's by a name that is not for others.
_identify_data: Callable[[Dataset], tuple[str, str]] = attrgetter("fingerprint", "name")


@dataclass(frozen=True, eq=False)
class LookedInto(Generic[_Images]):
    """A model, and the images that it is looked into with.

    Attributes
    ----------
    model : Model
        The model.
    dataset : Dataset
        Where the images are taken from.
    images : object
        Those that were chosen, which model and data set tell from others.
    """

    model: Model
    dataset: Dataset
    images: _Images

    @property
    def key(self) -> tuple[str, int, str, str]:
        """Return what tells it from others."""
        return *_identify(self.model), *_identify_data(self.dataset)


_TELLS: dict[str | type, Callable[[Any], object]] = {
    Model: _identify,
    Dataset: _identify_data,
    LookedInto: attrgetter("key"),
}


def once(
    words: str = "", most: int | None = None, *, show_time: bool = False
) -> Callable[[Callable[_P, _R]], Callable[_P, _R]]:
    """Have a function compute once for all tabs what it is asked for with the same arguments.

    It has no defaults: what is left out would be told from what is given.

    Parameters
    ----------
    words : str
        Shown while it computes; nothing where they are empty.
    most : int or None
        Results that are kept; None keeps all.
    show_time : bool
        Whether the seconds are shown too.
    """
    return st.cache_resource(
        show_spinner=words or False, max_entries=most, show_time=show_time, hash_funcs=_TELLS
    )
