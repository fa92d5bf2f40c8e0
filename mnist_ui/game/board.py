"""The board of the game: the best rounds of a class."""

from collections.abc import Sequence

import streamlit as st

from mnist_core.ground.errors import LabError
from mnist_core.pens.scores import Score, choose_best, delete_scores, list_scores
from mnist_ui import session
from mnist_ui.game import state
from mnist_ui.markdown import escape
from mnist_ui.who import has_machine

_SHOWN = 20  # places


def show_board() -> None:
    """Show the best round of each name, and let names be removed: one's own, or all by the host."""
    st.header("Best of this class")
    try:
        scores = list_scores(session.settings().scores_folder)
    except LabError as error:
        st.error(escape(str(error)))
        return
    if not scores:
        st.info("Nobody is on the board yet: play a round.", icon=":material/leaderboard:")
        return
    best = choose_best(scores)
    st.table(
        _make_rows(best[:_SHOWN]), hide_index=True, border="horizontal", alt="The best round of each name"
    )
    space, may_remove_all = session.settings().space, has_machine()
    names = dict.fromkeys(score.name for score in best if may_remove_all or score.space == space)
    if names:
        _offer_removal(list(names))


def _make_rows(best: Sequence[Score]) -> dict[str, list[str]]:
    return {
        "Place": [str(place) for place in range(1, len(best) + 1)],
        "Name": [escape(score.name) for score in best],
        "Score": [str(score.points) for score in best],
        "Read": [f"{score.n_hits}" for score in best],
        "Seconds a digit": [f"{score.seconds_a_digit:.1f}" for score in best],
        "Read by": [escape(score.model) for score in best],
    }


def _offer_removal(names: Sequence[str]) -> None:
    with st.popover("Remove", icon=":material/delete:"):
        chosen = st.multiselect("Names to remove", names, key=state.NAMES)
        st.button("Remove these", disabled=not chosen, on_click=_remove, args=(chosen,))
        st.button(f"Remove all {len(names)} names", on_click=_remove, args=(names,))


def _remove(names: Sequence[str]) -> None:
    places = session.settings()
    delete_scores(names, places.scores_folder, None if has_machine() else places.space)
    state.NAMES.forget()
