"""Which images the pages that look inside use: the open ones where they fit the model."""

import streamlit as st

from mnist_core.dataset import Dataset
from mnist_core.errors import DataError
from mnist_core.modelstore import Model
from mnist_ui.cached_views import Lens, open_lens


def choose_lens(model: Model, dataset: Dataset | None) -> Lens:
    """Open the images to look or to measure with: of the open data set, or else of the built-in sample.

    Why the open ones cannot serve is shown; where the sample cannot either, the page ends.
    """
    try:
        return open_lens(model, dataset)
    except DataError as error:
        st.error(str(error))
    if dataset is None:
        st.stop()
    st.caption("The built-in sample is used instead.")
    return choose_lens(model, None)
