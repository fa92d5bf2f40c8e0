"""What is computed once for all tabs, and by what models and data sets are told apart for it."""

from collections.abc import Callable
from operator import attrgetter
from typing import Any, ParamSpec, TypeVar

import streamlit as st

from mnist_core.data.dataset import Dataset
from mnist_core.network.models import Model

_P = ParamSpec("_P")
_R = TypeVar("_R")
_Kind = TypeVar("_Kind", bound=type)


def identify(model: Model) -> tuple[str, int]:
    """Return what tells a model from others, and from itself before a change."""
    return str(model.folder), (model.folder / "model.json").stat().st_mtime_ns


_TELLS: dict[str | type, Callable[[Any], object]] = {Model: identify, Dataset: attrgetter("fingerprint")}


def told_by_both(kind: _Kind) -> _Kind:
    """Have what is made of a model and a data set be told from others by these two."""
    _TELLS[kind] = attrgetter("model", "dataset")
    return kind


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
