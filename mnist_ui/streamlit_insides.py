"""What the lab does with Streamlit's insides, which no promise covers: all of it stands here.

`tests/e2e/test_watching.py` and `tests/e2e/test_pages.py` see each of it in a browser.
"""

import logging

import streamlit as st
from streamlit.runtime.pages_manager import PagesManager
from streamlit.runtime.scriptrunner import RerunData, get_script_run_ctx


def leave_old_navigation() -> None:
    """Have Streamlit take the folder `pages` for nothing special, before app.py has run once.

    Else a link to a page that is the first visit to a server would show that page alone, without app.py.
    """
    has_begun = PagesManager.uses_pages_directory  # a visit, with the old navigation
    PagesManager.uses_pages_directory = False
    if has_begun:
        st.rerun()


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
