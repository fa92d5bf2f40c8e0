"""Numbers to take along."""

import pandas as pd
import streamlit as st


def offer_table(table: pd.DataFrame, name: str, key: str) -> None:
    """Offer the numbers behind a figure as a CSV file.

    Parameters
    ----------
    table : DataFrame
        The numbers, without an index.
    name : str
        Of the file, without its ending.
    key : str
        Of the button, as a page may offer several.
    """
    st.download_button(
        "Numbers as CSV",
        table.to_csv(index=False).encode(),
        file_name=f"{name}.csv",
        mime="text/csv",
        icon=":material/download:",
        type="tertiary",
        on_click="ignore",
        key=key,
    )
