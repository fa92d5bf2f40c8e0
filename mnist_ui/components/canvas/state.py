"""What a tab holds of each canvas."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeAlias

from mnist_ui.session import Held

Drawn: TypeAlias = Sequence[Mapping[str, Any]]
"""What Fabric.js, the library below the canvas, calls objects: here each a stroke as a path."""


class Canvas(StrEnum):
    """The canvases: of the Draw page for a digit and for a number, and of the game."""

    DRAW = "draw"
    GAME = "game"
    NUMBER = "number"


@dataclass(frozen=True)
class Sheet:
    """What Python laid on the canvas last.

    Attributes
    ----------
    laid : sequence of objects
        The strokes that it starts from.
    replaced : sequence of objects or None
        What the canvas held before: until the browser answers, it still reports this.
    version : int
        Counted up, so that the canvas sees a change also where the strokes are the same as before.
    """

    laid: Drawn = ()
    replaced: Drawn | None = None
    version: int = 0


DRAWN = {one: Held[Drawn](f"{one}-drawn", (), is_kept=True) for one in Canvas}
PAPER = {one: Held[object](f"{one}-canvas", None) for one in Canvas}
PEN = {one: Held(f"{one}-pen", 18) for one in Canvas}
"""How wide the pen is, in screen pixels."""

SHEET = {one: Held(f"{one}-sheet", Sheet()) for one in Canvas}
