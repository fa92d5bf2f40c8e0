"""The end of a round: what it came to, a place on the board, and what fooled the network."""

from collections.abc import Callable, Iterable

import streamlit as st

from mnist_core.ground.errors import LabError
from mnist_core.pens.corrections import Source, keep_correction, make_correction
from mnist_core.pens.game import N_TURNS, Round, Turn
from mnist_core.pens.scores import MOST_LETTERS, keep_score, make_score
from mnist_ui import session
from mnist_ui.game import state
from mnist_ui.game.turns import show_turns
from mnist_ui.markdown import escape
from mnist_ui.names import name_digit

_PICTURE_SIZE = 72  # screen pixels; four in a row of a phone


def show_end(played: Round, play_again: Callable[[], None]) -> None:
    """Show what a round came to, and offer to keep it, what fooled the network, and another round."""
    st.header(f"{played.score} points")
    _show_sums(played)
    show_turns(played, _PICTURE_SIZE)
    _offer_board(played)
    _offer_gallery(played)
    st.button("Play again", icon=":material/replay:", type="primary", on_click=play_again)


def _show_sums(played: Round) -> None:
    with st.container(horizontal=True):
        st.metric("Read", f"{played.n_hits} of {N_TURNS}")
        st.metric("Best row", played.best_streak)
        st.metric("Seconds a digit", f"{played.seconds_a_digit:.1f}")
    st.caption(
        f"Read by {escape(played.model)}. Ten points for a digit that is read, and one for each second "
        "faster than ten, from question to answer."
    )


def _offer_board(played: Round) -> None:
    if state.ON_BOARD.get():
        return
    with st.form("game-board", border=False), st.container(horizontal=True, vertical_alignment="bottom"):
        st.text_input(
            "Name or nickname for the board",
            max_chars=MOST_LETTERS,
            key=state.NAME,
            width=260,
            help="Kept on this machine alone, with the score and nothing else, until it is removed.",
        )
        if st.form_submit_button("Put it on the board", icon=":material/leaderboard:"):
            _put_on_board(played)


def _put_on_board(played: Round) -> None:
    try:
        score = make_score(state.NAME.get(), played, session.settings().space)
        keep_score(score, session.settings().scores_folder)
    except LabError as error:
        st.error(escape(str(error)))
        return
    state.ON_BOARD.put(True)
    st.rerun()


def _offer_gallery(played: Round) -> None:
    """Let the player say which digits were drawn honestly; only these are kept."""
    open_turns = [turn for turn in played.fooled if turn.asked not in state.KEPT.get()]
    if not open_turns:
        return
    with st.container(border=True):
        st.markdown("**It was fooled.** Tick what you drew honestly, so that others would read it.")
        with st.container(horizontal=True):
            for turn in open_turns:
                st.checkbox(
                    f"This is {name_digit(turn.asked)}; it read {name_digit(turn.read or 0)}.",
                    key=state.FOOLED.of(turn.asked),
                )
        ticked = [turn for turn in open_turns if state.FOOLED.of(turn.asked).get()]
        st.button(
            "Keep what fooled it",
            icon=":material/collections_bookmark:",
            disabled=not ticked,
            on_click=_keep,
            args=(ticked, played.model),
        )


def _keep(turns: Iterable[Turn], model: str) -> None:
    for turn in turns:
        correction = make_correction(turn.strokes, turn.asked, turn.read, model, Source.GAME, turn.seconds)
        try:
            keep_correction(correction, session.settings().corrections_folder)
        except LabError as error:
            session.REFUSAL.put(str(error))
            return
        state.KEPT.put(state.KEPT.get() | {turn.asked})
