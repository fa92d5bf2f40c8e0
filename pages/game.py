"""The Game page: draw the digits that it asks for, as fast as a network can read them."""

import time

import streamlit as st

from mnist_core.data.dataset import DIGITS
from mnist_core.network.models import Model
from mnist_core.pens import SIDE
from mnist_core.pens.game import LIMIT_S, N_TURNS, Round
from mnist_ui.draft import keep_draft, take_up_draft
from mnist_ui.game import state
from mnist_ui.game.board import show_board
from mnist_ui.game.fooled_gallery import show_fooled
from mnist_ui.game.round import begin_round, show_play
from mnist_ui.game.round_end import show_end
from mnist_ui.markdown import escape
from mnist_ui.models.model_choice import BEST_READER, choose_model
from mnist_ui.session import REFUSAL


def _show_round(model: Model, played: Round | None) -> None:
    if played is not None and played.asked is not None and played.model != model.name:
        state.ROUND.put(None)
        st.info(f"The round was read by {escape(played.model)}: start another for {escape(model.name)}.")
        played = None
    if played is None:
        _offer_start(model)
    elif played.asked is not None:
        show_play(model, played, time.monotonic)
    else:
        show_end(played, lambda: begin_round(model.name, time.monotonic))


def _offer_start(model: Model) -> None:
    st.markdown(
        f"It asks for {N_TURNS} digits, one after the other: draw each so that the network reads it. What it "
        f"reads and is sure of counts at once; otherwise add strokes, or press **Next**. A digit has "
        f"{LIMIT_S:.0f} seconds, and scores more the faster it is read."
    )
    st.button(
        "Start a round",
        icon=":material/play_arrow:",
        type="primary",
        on_click=begin_round,
        args=(model.name, time.monotonic),
    )


st.title("Game")
take_up_draft()
chosen = choose_model(usual=BEST_READER)
refusal = REFUSAL.take()
if refusal is not None:
    st.error(escape(refusal))
if chosen.info.side == SIDE and chosen.info.class_names == DIGITS:
    _show_round(chosen, state.ROUND.get())
else:
    st.warning(
        f"The game asks for digits of {SIDE} x {SIDE} pixels, but {escape(chosen.name)} reads other images: "
        "choose another model."
    )
keep_draft()
show_board()
show_fooled()
