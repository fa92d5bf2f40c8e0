"""Links from page to page that open something there."""

import streamlit as st

TAB_PARAM = "tab"
"""The query parameter that names the open tab of the Results page."""

SUSPECTS = "Suspected labels"
"""The tab of labels that are likely wrong."""

_OF_MODEL = (
    ("pages/results.py", "Results", ":material/insights:"),
    ("pages/fields.py", "Fields", ":material/blur_on:"),
    ("pages/draw.py", "Draw", ":material/draw:"),
)


def link_model(name: str) -> None:
    """Link to the pages that look at a model, which they open."""
    for page, label, icon in _OF_MODEL:
        st.page_link(page, label=label, icon=icon, query_params={"model": name})


def link_pictures(name: str, label: str) -> None:
    """Link to the pictures that a network of squares is made of."""
    st.page_link("pages/pictures.py", label=label, icon=":material/stacks:", query_params={"model": name})


def link_suspects() -> None:
    """Link to the labels of the open data set that are likely wrong."""
    label, icon = "Find labels that are likely wrong", ":material/fact_check:"
    st.page_link("pages/results.py", label=label, icon=icon, query_params={TAB_PARAM: SUSPECTS})
