"""What a page shows while it has nothing to show: what is missing, and the way to it."""

import streamlit as st

from mnist_core.ground.errors import LabError
from mnist_ui.cached.opened_models import open_sample
from mnist_ui.markdown import escape
from mnist_ui.session import use_dataset


def ask_for_dataset(purpose: str) -> None:
    """Say that a data set is needed, and link to the Data page.

    Parameters
    ----------
    purpose : str
        What it is needed for, the end of a sentence such as "start a search".
    """
    with st.container(border=True):
        st.markdown(f"**No data set is open.** Open one to {purpose}.")
        st.page_link("pages/data.py", label="Open a data set", icon=":material/dataset:")


def offer_sample(purpose: str, key: str) -> None:
    """Say that a data set is needed, and offer the built-in sample or the way to the Data page.

    Parameters
    ----------
    purpose : str
        What it is needed for, the end of a sentence such as "see these images".
    key : str
        Of the button, as a page may offer it more than once.
    """
    with st.container(border=True):
        st.markdown(f"**No data set is open.** Open one to {purpose}.")
        with st.container(horizontal=True, vertical_alignment="center"):
            st.button("Use the built-in sample", icon=":material/bolt:", key=key, on_click=_use_sample)
            st.page_link("pages/data.py", label="Open another data set", icon=":material/dataset:")


def _use_sample() -> None:
    try:
        use_dataset(open_sample())
    except LabError as error:
        st.error(escape(str(error)))
