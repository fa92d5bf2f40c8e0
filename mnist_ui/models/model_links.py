"""The ways on from a model that was made here."""

import streamlit as st

_LINKS = (
    ("pages/results.py", "Results", ":material/insights:"),
    ("pages/fields.py", "Fields", ":material/blur_on:"),
    ("pages/draw.py", "Draw", ":material/draw:"),
)


def link_pages(model: str) -> None:
    """Link to the pages that look at a model, each with it open."""
    for page, label, icon in _LINKS:
        st.page_link(page, label=label, icon=icon, query_params={"model": model})
