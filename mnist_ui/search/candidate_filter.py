"""The words that choose among the candidates of a run; a link restores them."""

from collections.abc import Sequence

import streamlit as st

from mnist_core.ground.errors import FilterError
from mnist_core.store.candidate_rows import COLUMNS, CandidateRow
from mnist_core.store.filter_words import read_filter
from mnist_ui.markdown import escape
from mnist_ui.search import state

_HELP = (
    "Conditions, of which all must hold: a column, one of = != < <= > >= and a value; a colon looks for a "
    "part of words, as note:slow; words alone are looked for in the network and its note; flag alone takes "
    f"those that are flagged. The columns: {', '.join(COLUMNS)}. The address of the page holds the words."
)


def ask_for_filter(rows: Sequence[CandidateRow]) -> list[CandidateRow]:
    """Ask for words, and return the candidates that they choose; all where they mean nothing."""
    text = st.text_input(
        "Filter",
        key=state.FILTER,
        type="search",
        placeholder="activation=tanh lr<0.01 accuracy>96%",
        icon=":material/filter_alt:",
        help=_HELP,
        max_chars=500,
        bind="query-params",
        persist_state="page",
    )
    if not text or not text.strip():
        return list(rows)
    try:
        wanted = read_filter(text)
    except FilterError as error:
        st.error(f"{escape(str(error))} All are shown.", icon=":material/filter_alt_off:")
        return list(rows)
    found = [row for row in rows if wanted.holds(row.values)]
    st.caption(f"{len(found):,} of {len(rows):,} networks fit.")
    return found
