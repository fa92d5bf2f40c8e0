"""What stands before the pages where the lab knows its people: the way in, who is in, the way out."""

import html

import streamlit as st

from mnist_core.ground.extras import is_installed, say_missing
from mnist_core.ground.settings import People, read_settings
from mnist_core.store.people.roll import Person
from mnist_ui.addresses import find_base
from mnist_ui.markdown import escape

_LINK = '<a href="{href}" target="_self" style="color: var(--st-link-color)">{words}</a>'
_ROW = (
    '<div style="display: flex; flex-wrap: wrap; justify-content: space-between; gap: 0 0.75rem; '
    'overflow-wrap: anywhere"><strong>{name}</strong>{leave}</div>'
)


def show_way_in(trouble: str) -> None:
    """Show whom the lab does not know how to come in."""
    st.title("MNIST lab")
    st.write(escape(trouble))
    if read_settings().people is not People.LOGIN:
        st.html(_LINK.format(href=f"{find_base()}/enter", words="Enter by name and code"))
    elif is_installed("authlib"):
        st.button("Log in", type="primary", icon=":material/login:", on_click=st.login)
    else:
        st.error(say_missing("login", "MNIST_LAB_PEOPLE=login", "authlib"))


def show_visitor(visitor: Person) -> None:
    """Show who is in, and the way out."""
    has_code = visitor.code_hash is not None
    leave = _LINK.format(href=f"{find_base()}/leave", words="Leave") if has_code else ""
    st.html(_ROW.format(name=html.escape(visitor.name), leave=leave))
    if not has_code:
        st.button("Leave", type="tertiary", on_click=st.logout)
