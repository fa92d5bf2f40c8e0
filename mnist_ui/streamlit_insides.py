"""What the lab does with insides of Streamlit, which no promise covers: all of it stands here.

What scripts do stands beside, in `streamlit_insides.js`. `tests/e2e/test_streamlit_insides.py` sees each of
it in a browser. The classes `st-key-...` and variables `--st-...` of the rest of the lab are promised.
"""

import logging

import streamlit as st
from google.protobuf.message import DecodeError
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.runtime.pages_manager import PagesManager
from streamlit.runtime.scriptrunner import RerunData, get_script_run_ctx

LATE = ("streamlit.material_icon_names", "streamlit.runtime.scriptrunner.magic_funcs")
"""Modules of its own that Streamlit would load at their first use."""

_SELDOM_S = 86_400.0

INHERITED_WORDS = """
[data-testid="stButtonGroup"] [data-selected="true"], [data-testid="stButtonGroup"] [data-selected="true"] *,
[data-testid="stPopoverButton"][aria-expanded="true"],
[data-testid="stPopoverButton"][aria-expanded="true"] * {
  color: inherit !important; }"""
"""Of what is chosen, border and ground tell; words in the theme's own blue are hard to read on dark.

Of what is open, its arrow and its box tell.
"""

NARROW_SIDEBAR = '@media (min-width: 769px) { [data-testid="stSidebar"] { max-width: 14rem; } }'
"""The titles are short; the pictures need the room. A width for set_page_config comes too late."""

_FOR_ALL = ("clear_cache", "set_run_on_save", "load_git_info")

NO_FADING = '[data-stale="true"] { opacity: 1 !important; transition: none !important; }'
"""What is about to be refreshed would fade for a moment on a busy machine, each second anew."""


@st.fragment(run_every=_SELDOM_S)
def come_back() -> None:
    """Have a tab ask for its page once it has found the app again; to be called before the page.

    Where the app's process has gone meanwhile, another knows nothing of the tab: what was clicked next would
    be lost. By itself the browser asks only where some part of a page refreshes itself: this one does, empty.
    """


def style(*rules: str) -> None:
    """Add rules to the style of the page."""
    st.html(f"<style>{' '.join(rules)}</style>")


def one_row(container: str) -> str:
    """Return rules that keep the buttons of a group in a row, also on a phone."""
    group = f'.st-key-{container} [data-testid="stButtonGroup"]'
    row = f'{group} [role="group"] {{ flex-wrap: nowrap; gap: 3px; }}'
    return f"{row} {group} button {{ flex: 1; min-width: 0; padding-inline: 0; }}"


def least_height(container: str, pixels: int) -> str:
    """Return a rule that keeps room for a container, which may be empty at first."""
    wrapper = f'[data-testid="stLayoutWrapper"]:has(> .st-key-{container})'
    return f"{wrapper} {{ flex-basis: {pixels}px; }}"


def canvas_ground(container: str) -> str:
    """Return rules that give a canvas a ground, as wide as it is, and an edge where contrast is asked for."""
    canvas = f'.st-key-{container} [data-testid="stBidiComponentIsolated"]'
    ground = "background: color-mix(in srgb, currentColor 4%, transparent);"
    contrast = "@media (forced-colors: active), (prefers-contrast: more)"
    return (
        f"{canvas} {{ width: fit-content; max-width: 100%; {ground} }} "
        f"{contrast} {{ {canvas} {{ outline: 1px solid; }} }}"
    )


def leave_old_navigation() -> None:
    """Have Streamlit take the folder `pages` for nothing special, before app.py has run once.

    Else a link to a page that is the first visit to a server would show that page alone, without app.py.
    """
    has_begun = PagesManager.uses_pages_directory  # a visit, with the old navigation
    PagesManager.uses_pages_directory = False
    if has_begun:
        st.rerun()


def is_for_all_tabs(data: bytes) -> bool:
    """Say whether a tab asks for what is not its own: to empty the caches of everybody, as developers may."""
    try:
        return BackMsg.FromString(data).WhichOneof("type") in _FOR_ALL
    except DecodeError:  # Streamlit ends such a connection
        return False


def is_in_script() -> bool:
    """Say whether a script of a tab runs in this thread; other threads have no tab."""
    return get_script_run_ctx(suppress_warning=True) is not None


def show_nobody(thread: str) -> None:
    """Have Streamlit not warn of each spinner that a thread shows to nobody.

    Parameters
    ----------
    thread : str
        Its name.
    """
    logger = logging.getLogger("streamlit.runtime.scriptrunner_utils.script_run_context")
    logger.addFilter(lambda record: record.threadName != thread)


def rerun_fragment(key: str) -> None:
    """Run another fragment, and nothing else, instead of the rest of the fragment that calls this.

    Streamlit's `st.rerun(key)` does so, but for callbacks alone.

    Parameters
    ----------
    key : str
        Of the other fragment, as `st.fragment` got it.
    """
    context = get_script_run_ctx()
    if context is None or context.script_requests is None:
        return
    context.script_requests.request_rerun(
        RerunData(
            query_string=context.query_string,
            page_script_hash=context.page_script_hash,
            fragment_id_queue=context.fragment_storage.resolve_target(key),
            is_fragment_scoped_rerun=True,
            cached_message_hashes=context.cached_message_hashes,
            context_info=context.context_info,
        )
    )
    st.empty()  # here Streamlit sees the wish and leaves off
