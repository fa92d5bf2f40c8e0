"""What a tab holds of the Game page."""

from collections.abc import Mapping
from typing import Any

from mnist_core.pens.game import Round
from mnist_ui.session import Held


def _revive_round(values: Mapping[str, Any] | None) -> Round | None:
    return None if values is None else Round.from_values(values)


ROUND = Held[Round | None]("game-round", None, is_kept=True, revive=_revive_round)
"""The round that it plays or has played last."""

ASKED_AT = Held[float | None]("game-asked-at", None, is_kept=True)
"""When the digit was asked; None in the pause between two."""

GIVEN_UP = Held("game-given-up", False, is_kept=True)
FOOLED = Held("game-fooled", False)
"""Whether a digit that fooled the network is ticked, by the digit."""

KEPT = Held[frozenset[int]]("game-kept", frozenset(), is_kept=True, revive=frozenset)
"""The digits of the round that were kept."""

KEPT_CHOSEN = Held[list[str]]("game-kept-chosen", [])
KEPT_MODEL = Held("game-kept-model", "")
NAME = Held("game-name", "")
NAMES = Held[list[str]]("game-names", [])
ON_BOARD = Held("game-on-board", False, is_kept=True)
