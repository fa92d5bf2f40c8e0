"""Files to take along."""

from collections.abc import Callable
from typing import Any

import pandas as pd
import streamlit as st

_BYTES = "application/octet-stream"


def offer_file(
    label: str, data: bytes | str | Callable[[], bytes | str], name: str, mime: str = _BYTES, **options: Any
) -> None:
    """Offer a file; the page does not run again when it is taken.

    Parameters
    ----------
    label : str
        Of the button.
    data : bytes, str or callable
        What it holds; a callable is called once it is asked for.
    name, mime : str
        Its name and its kind.
    **options
        Of the button.
    """
    look = {"icon": ":material/download:", **options}
    st.download_button(label, data, name, mime, on_click="ignore", **look)


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

    def write() -> bytes:
        return make_table().to_csv(index=False).encode()

    offer_file("Numbers as CSV", write, f"{name}.csv", "text/csv", type="tertiary", key=key)
