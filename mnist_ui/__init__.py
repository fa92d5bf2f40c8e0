"""The Streamlit code that pages share."""

import streamlit as st
from streamlit.runtime.pages_manager import PagesManager

# Until app.py has run once, Streamlit takes a folder named `pages` for its old kind of navigation. Then a
# link to a page that is the first visit to a server would show that page alone, without app.py.
if PagesManager.uses_pages_directory:
    PagesManager.uses_pages_directory = False
    st.rerun()
