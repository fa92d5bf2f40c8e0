"""The Results page."""

import streamlit as st

st.title("Results")
