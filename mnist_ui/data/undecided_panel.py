"""The panel that asks how a file is to be read: every decision a widget, its effect beside them."""

import streamlit as st

from mnist_core.data.layouts import Decision, Understanding
from mnist_core.ground.errors import LabError
from mnist_ui import session
from mnist_ui.data import state
from mnist_ui.data.class_naming import offer_naming
from mnist_ui.data.dataset_view import (
    DECISIONS,
    show_as_in_file,
    show_examples,
    show_facts,
    show_variables,
    show_warnings,
)
from mnist_ui.data.undecided_file import Pending, choose, drop_pending, forget_choices, use_pending
from mnist_ui.markdown import escape
from mnist_ui.session import Held

_N_EXAMPLES = 8  # of each class; what the narrower side of the panel has room for
_SEED = 0


def show_pending(pending: Pending) -> None:
    """Show how a file is understood, and let every decision be overruled."""
    found = pending.understanding
    with st.container(border=True):
        st.markdown(f"## How to read {escape(found.name)}")
        _show_problem(found)
        widgets, effect = st.columns([2, 3], gap="large")
        with widgets:
            _ask(pending)
        with effect:
            _show_effect(found)


def _show_problem(found: Understanding) -> None:
    if found.problem is None:
        return
    dataset = session.current_dataset()
    stays = f"\n\n**{escape(dataset.name)}** stays open meanwhile." if dataset else ""
    if found.is_ambiguous:
        reasons = " ".join(decision.reason for decision in found.decisions if decision.is_ambiguous)
        st.warning(f"{escape(reasons)} Choose below.{stays}", icon=":material/help:")
    else:
        st.error(f"{escape(found.problem)}{stays}", icon=":material/block:")


def _ask(pending: Pending) -> None:
    round_number = state.CHOICES.get()
    for decision in pending.understanding.decisions:
        if len(decision.options) > 1:
            _ask_one(decision, state.DECISION.of(f"{decision.name}-{round_number}"))
    offer_naming(pending)
    with st.container(horizontal=True):
        is_usable = pending.understanding.dataset is not None
        st.button(
            "Use this reading",
            type="primary",
            icon=":material/check:",
            disabled=not is_usable,
            on_click=_use,
        )
        if pending.choices.given():
            st.button("Forget my choices", icon=":material/undo:", on_click=forget_choices)
        st.button("Leave it", icon=":material/close:", on_click=drop_pending)


def _ask_one(decision: Decision, held: Held[str | None]) -> None:
    words = {option.value: option.words for option in decision.options}
    values = list(words)
    st.selectbox(
        DECISIONS.get(decision.name, decision.name),
        values,
        index=values.index(decision.value) if decision.value in words else None,
        format_func=lambda value: words[value],
        placeholder="Choose one",
        key=held,
        on_change=lambda: choose(decision.name, held.get()),
    )
    st.caption(escape(decision.reason))


def _use() -> None:
    try:
        use_pending()
    except LabError as error:
        session.REFUSAL.put(str(error))


def _show_effect(found: Understanding) -> None:
    if found.dataset is None:
        st.markdown("### What the file holds")
        show_variables(found.variables)
        return
    show_facts(found.dataset)
    show_warnings(found.dataset)
    show_as_in_file(found.dataset)
    show_examples(found.dataset, _SEED, _N_EXAMPLES)
