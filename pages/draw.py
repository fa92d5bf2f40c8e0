"""The Draw page."""

import streamlit as st

st.title("Draw")
