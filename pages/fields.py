"""The Fields page."""

import streamlit as st

st.title("Fields")
