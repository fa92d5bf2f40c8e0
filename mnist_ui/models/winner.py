"""The winner of a search that this tab has watched: the model that its other pages open next."""

from pathlib import Path

import streamlit as st

from mnist_core.ground.errors import LabError
from mnist_core.store import WorkRow, get_search
from mnist_ui import session


def await_winner(run: WorkRow) -> None:
    """Have the other pages of this tab open the winner of a run, once it has ended."""
    st.session_state[session.Key.AWAITED] = {run.id, *_awaited()}


def take_winner() -> None:
    """Open the winner of a run that was waited for and has ended; whatever is chosen later stays."""
    for run_id in _awaited():
        try:
            run = get_search(session.store(), run_id)
        except LabError:  # deleted
            _forget(run_id)
            continue
        if run.found is not None:
            session.use_model(Path(run.found.model).name)
            _forget(run_id)


def _awaited() -> set[str]:
    return set(st.session_state.get(session.Key.AWAITED, ()))


def _forget(run_id: str) -> None:
    st.session_state[session.Key.AWAITED] = _awaited() - {run_id}
