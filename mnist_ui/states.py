"""What the states of a run are called, and how they look."""

from dataclasses import dataclass
from typing import Literal

from mnist_core.store import WorkRow, WorkState

_Colour = Literal["gray", "blue", "orange", "green", "red"]


@dataclass(frozen=True)
class _Look:
    """How a state looks: its colour, a sign for places without colours, and a word."""

    colour: _Colour
    sign: str
    word: str


_LOOKS = {
    WorkState.QUEUED: _Look("gray", "◔", "queued"),
    WorkState.RUNNING: _Look("blue", "●", "running"),
    WorkState.PAUSING: _Look("orange", "●", "pausing"),
    WorkState.CANCELLING: _Look("orange", "●", "stopping"),
    WorkState.PAUSED: _Look("orange", "‖", "paused"),
    WorkState.INTERRUPTED: _Look("orange", "!", "interrupted"),
    WorkState.FAILED: _Look("red", "✕", "failed"),
    WorkState.CANCELLED: _Look("gray", "○", "cancelled"),
    WorkState.DONE: _Look("green", "✓", "done"),
}


def say_state(state: WorkState) -> str:
    """Say where a run stands, in a word."""
    return _LOOKS[state].word


def mark_state(state: WorkState) -> str:
    """Say where a run stands, in a sign and a word."""
    return f"{_LOOKS[state].sign} {_LOOKS[state].word}"


def badge_state(state: WorkState) -> str:
    """Say where a run stands, as a coloured badge in Markdown."""
    return f":{_LOOKS[state].colour}-badge[{_LOOKS[state].word}]"


def is_live(run: WorkRow) -> bool:
    """Say whether a run or job changes by itself: a process has it, or may take it at any moment."""
    return run.state.is_active or run.is_waiting


def name_in_title(run: WorkRow) -> str:
    """Say in a few signs how far a run is, as for the title of the browser's tab."""
    if run.found is not None:
        return f"{_LOOKS[run.state].sign} {_say_percent(run.found.best_score, 1)}"
    share = _say_percent(run.share_settled, 0)
    return share if run.state is WorkState.RUNNING else f"{mark_state(run.state)}, {share}"


def _say_percent(share: float, digits: int) -> str:
    return f"{share * 100:.{digits}f} %"
