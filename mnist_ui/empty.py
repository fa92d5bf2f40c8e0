"""What a page shows while it has nothing to show: what is missing, and the way to it."""

import streamlit as st


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
