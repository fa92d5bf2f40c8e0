"""Where the app's addresses lie: below the path that the server is told to be below."""

import streamlit as st


def find_base() -> str:
    """Return the path that all addresses begin with, such as /lab; empty where there is none."""
    base = str(st.get_option("server.baseUrlPath") or "").strip("/")
    return f"/{base}" if base else ""
