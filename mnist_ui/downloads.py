"""Numbers to take along."""

from collections.abc import Callable

import pandas as pd
import streamlit as st


def offer_table(make_table: Callable[[], pd.DataFrame], name: str, key: str) -> None:
    """Offer the numbers behind a figure as a CSV file, which is written once it is asked for.

    Parameters
    ----------
    make_table : callable
        Returns the numbers, without an index.
    name : str
        Of the file, without its ending.
    key : str
        Of the button, as a page may offer several.
    """
    st.download_button(
        "Numbers as CSV",
        lambda: make_table().to_csv(index=False).encode(),
        file_name=f"{name}.csv",
        mime="text/csv",
        icon=":material/download:",
        type="tertiary",
        on_click="ignore",
        key=key,
    )
