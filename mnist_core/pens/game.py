"""The game: ten digits to draw, one after the other; it scores what a network reads, and how fast."""

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from mnist_core.pens import Stroke

N_TURNS = 10
"""Digits of a round: each once."""

LIMIT_S = 30.0
"""Seconds for a digit; then it counts as it is read."""

_POINTS = 10  # for a digit that is read
_FAST_S = 10.0  # each second that is left of these is a point more


@dataclass(frozen=True)
class Turn:
    """One digit of a round.

    Attributes
    ----------
    asked : int
        What was to be drawn.
    read : int or None
        What the network read in the end, sure or not; None where nothing was drawn.
    seconds : float
        From the question to the answer.
    strokes : tuple of strokes
        What was drawn, in screen pixels.
    """

    asked: int
    read: int | None
    seconds: float
    strokes: tuple[Stroke, ...] = ()

    @property
    def is_hit(self) -> bool:
        """Whether the network read what was asked for."""
        return self.read == self.asked

    @property
    def is_fooled(self) -> bool:
        """Whether the network read another digit than was asked for."""
        return self.read is not None and not self.is_hit

    @property
    def points(self) -> int:
        """Count the points: ten for a digit that was read, and one for each second faster than ten."""
        return _POINTS + round(max(0.0, _FAST_S - self.seconds)) if self.is_hit else 0


@dataclass(frozen=True)
class Round:
    """A round, as far as it was played.

    Attributes
    ----------
    digits : tuple of int
        What is asked, in order.
    model : str
        The name of the network that reads.
    turns : tuple of Turn
        What was played.
    """

    digits: tuple[int, ...]
    model: str = ""
    turns: tuple[Turn, ...] = ()

    @classmethod
    def from_values(cls, values: Mapping[str, Any]) -> "Round":
        """Make the round of what JSON has made of it.

        Raises
        ------
        KeyError, TypeError
            If it is none.
        """
        turns = (Turn(**{**turn, "strokes": _read_strokes(turn["strokes"])}) for turn in values["turns"])
        return cls(tuple(values["digits"]), values["model"], tuple(turns))

    @property
    def asked(self) -> int | None:
        """Return the digit that is asked now; None when the round is over."""
        return self.digits[len(self.turns)] if len(self.turns) < len(self.digits) else None

    @property
    def score(self) -> int:
        """Sum the points."""
        return sum(turn.points for turn in self.turns)

    @property
    def n_hits(self) -> int:
        """Count the digits that were read."""
        return sum(turn.is_hit for turn in self.turns)

    @property
    def seconds_a_digit(self) -> float:
        """Return the mean time of a turn; 0 before the first."""
        return sum(turn.seconds for turn in self.turns) / max(len(self.turns), 1)

    @property
    def streak(self) -> int:
        """Count the digits read in a row up to now."""
        return _count_tail(self.turns)

    @property
    def best_streak(self) -> int:
        """Return the longest row of digits that were read."""
        return max((_count_tail(self.turns[:end]) for end in range(1, len(self.turns) + 1)), default=0)

    @property
    def fooled(self) -> list[Turn]:
        """List the turns in which the network read another digit than was asked for."""
        return [turn for turn in self.turns if turn.is_fooled]

    def play(self, read: int | None, seconds: float, strokes: Sequence[Stroke] = ()) -> "Round":
        """Return the round after one more turn.

        Raises
        ------
        ValueError
            If the round is over.
        """
        if self.asked is None:
            raise ValueError("the round is over")
        turn = Turn(self.asked, read, seconds, tuple(strokes))
        return replace(self, turns=(*self.turns, turn))


def start_round(model: str = "", seed: int | None = None) -> Round:
    """Start a round of the ten digits in an order of chance; the same one for the same seed."""
    return Round(tuple(random.Random(seed).sample(range(N_TURNS), N_TURNS)), model)


def wins_at_once(asked: int, read: int, is_sure: bool) -> bool:
    """Tell whether a turn is won while the player may still be drawing.

    Only where the network is sure of what was asked for. Anything else may be a digit of several strokes
    that is not ready: a 4 without its stem, say. That turn is the player's to end.
    """
    return is_sure and read == asked


def _read_strokes(values: Iterable[Iterable[Sequence[float]]]) -> tuple[Stroke, ...]:
    return tuple([(x, y) for x, y in stroke] for stroke in values)


def _count_tail(turns: Sequence[Turn]) -> int:
    tail = 0
    for turn in reversed(turns):
        if not turn.is_hit:
            break
        tail += 1
    return tail
