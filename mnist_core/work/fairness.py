"""Whose turn it is: what is begun next in the places of a machine, and what gives way to others."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from mnist_core.store import SEARCH

_SHORTEST_SLICE_S = 2.0  # to begin again costs some tenths of a second
_ROUND_S = 60.0  # within which everybody who waits has had a turn, where slices are long enough
_WIDEN_AFTER_S = 30.0  # that a search which others had narrowed was alone, before it takes the whole machine


@dataclass(frozen=True)
class Piece:
    """Some work, as far as it matters for its turn.

    Attributes
    ----------
    id : str
        Of the work.
    space : str
        Whose it is.
    kind : str
        Of work: somebody looks on at all but searches, which alone can use several places.
    can_give_way : bool
        Whether it goes on from where it was after a stop, with nothing lost.
    most_places : int
        As many as it can use.
    n_places : int
        As many as it has; 0 while it waits, or where it has a place beside the others.
    since_s : float
        When it was begun, by a clock that never goes back.
    is_asked : bool
        Whether it was asked to give way.
    """

    id: str
    space: str
    kind: str
    can_give_way: bool = True
    most_places: int = 1
    n_places: int = 0
    since_s: float = 0.0
    is_asked: bool = False

    @property
    def is_search(self) -> bool:
        """Whether it is a search."""
        return self.kind == SEARCH


@dataclass(frozen=True)
class Places:
    """The places of a machine.

    Attributes
    ----------
    n : int
        As many processes train side by side.
    is_shared : bool
        Whether many people share them; one person's searches follow one another and take them all, and what
        else is at work has places beside them, as that person looks on.
    slice_s : float
        How long work goes on while others wait, at most.
    """

    n: int
    is_shared: bool
    slice_s: float = 10.0

    def choose_next(self, waiting: Sequence[Piece], at_work: Sequence[Piece]) -> Piece | None:
        """Choose what is begun now.

        Parameters
        ----------
        waiting : sequence of Piece
            In the order of their turns.
        at_work : sequence of Piece
            What has places.

        Returns
        -------
        Piece or None
            With the places that it gets; None where nothing can be begun.
        """
        is_alone = self._is_alone(waiting, at_work)
        n_free = self.n - sum(one.n_places for one in at_work)
        for one in waiting:
            if not self.is_shared and not one.is_search:
                return one
            if n_free < 1 or not self._may_stay(one, at_work):
                continue
            if not (one.is_search and is_alone):
                return replace(one, n_places=1)
            if not any(other.is_search for other in at_work):
                return replace(one, n_places=min(one.most_places, n_free))
        return None

    def choose_yielding(
        self, waiting: Sequence[Piece], at_work: Sequence[Piece], clock_s: float
    ) -> list[Piece]:
        """Choose what is to give way now, as others wait or as it could have more places.

        Parameters
        ----------
        waiting, at_work
            As for `choose_next`, which has nothing to begin.
        clock_s : float
            Now.
        """
        if not self.is_shared:
            return []
        able = [one for one in at_work if one.can_give_way and not one.is_asked]
        waiting = [one for one in waiting if self._may_stay(one, at_work)]
        if not any(_comes_before(one, other) for one in waiting for other in at_work):
            return [one for one in able if self._can_widen(one, at_work, clock_s)]
        slice_s = self.choose_slice((*waiting, *at_work))
        late = [
            one
            for one in able
            if clock_s - one.since_s >= (slice_s if one.n_places == 1 else _SHORTEST_SLICE_S)
            and any(_comes_before(other, one) for other in waiting)
        ]
        n_wanted = len(waiting) - sum(one.is_asked for one in at_work)
        return sorted(late, key=lambda one: one.since_s)[: max(n_wanted, 0)]

    def choose_slice(self, pieces: Iterable[Piece]) -> float:
        """Choose how long work goes on, so that each space has a turn within a minute."""
        n_spaces = len({one.space for one in pieces})
        return min(max(_ROUND_S * self.n / n_spaces, _SHORTEST_SLICE_S), self.slice_s)

    def _is_alone(self, waiting: Sequence[Piece], at_work: Sequence[Piece]) -> bool:
        return len({one.space for one in (*waiting, *at_work)}) == 1

    def _may_stay(self, one: Piece, at_work: Sequence[Piece]) -> bool:
        """Say whether a place is left for others where this has one to its end."""
        n_staying = sum(other.n_places for other in at_work if not other.can_give_way)
        return one.can_give_way or n_staying < max(self.n - 1, 1)

    def _can_widen(self, one: Piece, at_work: Sequence[Piece], clock_s: float) -> bool:
        is_narrow = one.is_search and one.n_places < min(one.most_places, self.n)
        return is_narrow and len(at_work) == 1 and clock_s - one.since_s >= _WIDEN_AFTER_S


def _comes_before(waiting: Piece, at_work: Piece) -> bool:
    """Say whether it is the turn of what waits: another's, or one's own that one looks on at."""
    return waiting.space != at_work.space or (at_work.is_search and not waiting.is_search)
