"""Which images the pages that look inside use: the open ones where they fit the model."""

from collections.abc import Callable
from functools import partial
from typing import TypeVar

import streamlit as st

from mnist_core.data.dataset import Dataset
from mnist_core.ground.errors import DataError
from mnist_core.network.models import Model
from mnist_ui.cached.lens import Lens, open_lens
from mnist_ui.cached.opened_models import open_sample
from mnist_ui.markdown import escape

_Opened = TypeVar("_Opened")


def choose_lens(model: Model, dataset: Dataset | None) -> Lens:
    """Open the images to look or to measure with: see `open_fitting`."""
    return open_fitting(partial(open_lens, model), dataset)


def open_fitting(open_with: Callable[[Dataset], _Opened], dataset: Dataset | None) -> _Opened:
    """Open something with the open data set, or else with the built-in sample.

    Why the open one cannot serve is shown; where the sample cannot either, the page ends.

    Parameters
    ----------
    open_with : callable
        Raises `DataError` where a data set cannot serve.
    dataset : Dataset or None
        The open one.
    """
    try:
        return open_with(dataset or open_sample())
    except DataError as error:
        st.error(escape(str(error)))
    if dataset is None:
        st.stop()
    st.caption("The built-in sample is used instead.")
    return open_fitting(open_with, None)
