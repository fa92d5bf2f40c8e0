"""The Streamlit code that pages share."""

from mnist_ui.streamlit_insides import leave_old_navigation

leave_old_navigation()
