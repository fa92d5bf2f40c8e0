"""What the states of a run are called, and how they look."""

from dataclasses import dataclass
from typing import Literal

from mnist_core.store import JobRow, RunRow, RunState

_Colour = Literal["gray", "blue", "orange", "green", "red"]


@dataclass(frozen=True)
class _Look:
    """How a state looks: its colour, a sign for places without colours, and a word."""

    colour: _Colour
    sign: str
    word: str


_LOOKS = {
    RunState.QUEUED: _Look("gray", "◔", "queued"),
    RunState.RUNNING: _Look("blue", "●", "running"),
    RunState.PAUSING: _Look("orange", "●", "pausing"),
    RunState.CANCELLING: _Look("orange", "●", "stopping"),
    RunState.PAUSED: _Look("orange", "‖", "paused"),
    RunState.INTERRUPTED: _Look("orange", "!", "interrupted"),
    RunState.FAILED: _Look("red", "✕", "failed"),
    RunState.CANCELLED: _Look("gray", "○", "cancelled"),
    RunState.DONE: _Look("green", "✓", "done"),
}


def say_state(state: RunState) -> str:
    """Say where a run stands, in a word."""
    return _LOOKS[state].word


def mark_state(state: RunState) -> str:
    """Say where a run stands, in a sign and a word."""
    return f"{_LOOKS[state].sign} {_LOOKS[state].word}"


def badge_state(state: RunState) -> str:
    """Say where a run stands, as a coloured badge in Markdown."""
    return f":{_LOOKS[state].colour}-badge[{_LOOKS[state].word}]"


def is_live(run: RunRow | JobRow) -> bool:
    """Say whether a run or job changes by itself: a process has it, or may take it at any moment."""
    return run.state.is_active or run.is_waiting


def name_in_title(run: RunRow) -> str:
    """Say in a few signs how far a run is, as for the title of the browser's tab."""
    if run.outcome is not None:
        return f"{_LOOKS[run.state].sign} {_say_percent(run.outcome.best_score, 1)}"
    share = _say_percent(run.n_fits_done / run.n_fits, 0)
    return share if run.state is RunState.RUNNING else f"{mark_state(run.state)}, {share}"


def _say_percent(share: float, digits: int) -> str:
    return f"{share * 100:.{digits}f} %"
