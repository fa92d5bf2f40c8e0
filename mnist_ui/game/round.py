"""A round of the game while it is played: one digit is asked after the other."""

from collections.abc import Callable, Sequence
from typing import TypeAlias

import streamlit as st

from mnist_core.ground.errors import DrawingError
from mnist_core.insight.reading import Reading, read_images
from mnist_core.network.models import Model
from mnist_core.pens import Stroke, draw_strokes
from mnist_core.pens.game import LIMIT_S, N_TURNS, Round, Turn, start_round, wins_at_once
from mnist_ui.components.canvas import clear_canvas, show_canvas
from mnist_ui.components.canvas.state import Canvas
from mnist_ui.components.game_face import Face, show_face
from mnist_ui.draft import keep_draft
from mnist_ui.drawings.answer import is_unsure
from mnist_ui.game import state
from mnist_ui.game.turns import show_turns
from mnist_ui.names import name_digit

Clock: TypeAlias = Callable[[], float]
"""Seconds from any moment on, which never go back."""

_PAUSE_S = 1.5  # to read what was said, and for a stroke that the player had begun
_WIDTH = 320  # screen pixels, as the canvas
_PICTURE_SIZE = 96  # screen pixels; five in a row beside the canvas, three on a phone
_OTHERWISE = "Without them, press Next."


def begin_round(model: str, clock: Clock) -> None:
    """Start a round and ask its first digit; to be called before the page shows it."""
    state.ROUND.put(start_round(model))
    state.ON_BOARD.put(False)
    state.KEPT.put(frozenset())
    _ask(clock)


@st.fragment
def show_play(model: Model, played: Round, clock: Clock) -> None:
    """Ask a digit, show what is read of it, and go on when it is won, given up, or late.

    Parameters
    ----------
    model : Model
        That reads; its classes are the ten digits.
    played : Round
        Not over yet when the page ran last; what counts is what this tab holds.
    clock : callable
        Tells the seconds.
    """
    now, played = clock(), state.ROUND.get() or played
    with st.container(horizontal=True, gap="medium"):
        left, right = st.container(width=_WIDTH, gap="small"), st.container(width="stretch")
    with left:
        face = st.container()
        strokes = show_canvas(Canvas.GAME, _OTHERWISE)
        st.button(
            "Next", icon=":material/skip_next:", on_click=_go_on, args=(clock,), width="stretch", shortcut="n"
        )
    reading = _read(model, strokes)
    played, said = _follow(played, strokes, reading, now)
    keep_draft()
    if played.asked is None:
        st.rerun()
    with face:
        show_face(_compose_face(played, said, now), lambda step: _end_step(step, clock))
    with right:
        _show_standing(played)
        show_turns(played, _PICTURE_SIZE)


def _show_standing(played: Round) -> None:
    n = len(played.turns)
    st.progress(n / N_TURNS, text=f"{n} of {N_TURNS} digits")
    with st.container(horizontal=True):
        st.metric("Score", played.score)
        st.metric("Read", f"{played.n_hits} of {n}")
        st.metric("In a row", played.streak)
        st.metric("Seconds a digit", f"{played.seconds_a_digit:.1f}" if n else "–")


def _say_turn(turn: Turn) -> str:
    if turn.is_hit:
        return f"Read as {turn.read} in {turn.seconds:.1f} s: {turn.points} points."
    late = "Time is up. " if turn.seconds >= LIMIT_S else ""
    return late + (f"Read as {turn.read}, not {turn.asked}." if turn.is_fooled else "Nothing was drawn.")


def _ask(clock: Clock) -> None:
    clear_canvas(Canvas.GAME)
    state.GIVEN_UP.put(False)
    state.ASKED_AT.put(clock())


def _go_on(clock: Clock) -> None:
    """Ask the next digit after a pause; else end the turn, once the last stroke has come too."""
    if state.ASKED_AT.get() is None:
        _ask(clock)
    else:
        state.GIVEN_UP.put(True)


def _end_step(step: str, clock: Clock) -> None:
    """Go on when time is up, unless the browser speaks of what ended meanwhile."""
    played = state.ROUND.get()
    if played is not None and step == _name_step(played):
        _go_on(clock)


def _name_step(played: Round) -> str:
    is_pause = state.ASKED_AT.get() is None
    return f"{len(played.turns)} {'said' if is_pause else 'asked'}"


def _read(model: Model, strokes: Sequence[Stroke]) -> tuple[Reading, bool] | None:
    """Read what is drawn, and tell whether the reading is sure; None where nothing can be read."""
    try:
        image = draw_strokes(strokes)
    except DrawingError:
        return None
    (reading,) = read_images(model, image[None])
    return reading, not is_unsure(model, image, reading)


def _follow(
    played: Round,
    strokes: Sequence[Stroke],
    reading: tuple[Reading, bool] | None,
    now: float,
) -> tuple[Round, str]:
    """Play the turn where it is over; return the round, and what is to be said."""
    asked_at = state.ASKED_AT.get()
    if asked_at is None or played.asked is None:
        return played, _say_turn(played.turns[-1])
    seconds = min(now - asked_at, LIMIT_S)
    is_won = reading is not None and wins_at_once(played.asked, reading[0].digit, reading[1])
    if not (is_won or state.GIVEN_UP.get() or seconds >= LIMIT_S):
        return played, _say_reading(reading)
    played = played.play(None if reading is None else reading[0].digit, seconds, strokes)
    state.ROUND.put(played)
    state.ASKED_AT.put(None)
    return played, _say_turn(played.turns[-1])


def _say_reading(reading: tuple[Reading, bool] | None) -> str:
    if reading is None:
        return f"Any size, anywhere. You have {LIMIT_S:.0f} seconds."
    read, is_sure = reading
    seen = f"It reads {name_digit(read.digit)}."
    if not is_sure:
        seen = f"Not sure yet: {name_digit(read.digit)}, or {name_digit(read.second)}?"
    return f"{seen} Add what is missing, undo, or press Next."


def _compose_face(played: Round, said: str, now: float) -> Face:
    step, asked_at = _name_step(played), state.ASKED_AT.get()
    if asked_at is None:
        turn = played.turns[-1]
        words = f"Yes, {name_digit(turn.asked)}" if turn.is_hit else f"No {turn.asked} for it"
        return Face(words, said, step, 0.0, _PAUSE_S, is_counted=False)
    assert played.asked is not None
    return Face(f"Draw {name_digit(played.asked)}", said, step, now - asked_at, LIMIT_S, is_counted=True)
