"""How well a network reads each writer's hand."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mnist_core.ground.errors import DataError
from mnist_core.insight.evaluation import Evaluation
from mnist_core.insight.evaluation.answers import evaluate_model
from mnist_core.insight.reading import draw_all
from mnist_core.network.models import Model
from mnist_core.pens import Drawing


@dataclass(frozen=True)
class Hand:
    """How well a network reads one writer.

    Attributes
    ----------
    writer : int or str
        Who.
    n : int
        Digits of theirs.
    n_right : int
        Those read right.
    """

    writer: int | str
    n: int
    n_right: int

    @property
    def accuracy(self) -> float:
        """Return the share read right, 0 to 1."""
        return self.n_right / self.n


def evaluate_drawings(model: Model, drawings: Sequence[Drawing]) -> tuple[Evaluation, list[Hand]]:
    """Measure how a network reads drawings whose digits are known, and each writer's where those are named.

    Parameters
    ----------
    model : Model
        One that reads images of 28 x 28.
    drawings : sequence of Drawing
        Those without a label are left out.

    Returns
    -------
    Evaluation
        Of all.
    list of Hand
        A writer each, the least well read first.

    Raises
    ------
    DataError
        If none has a label.
    """
    known = [drawing for drawing in drawings if drawing.label is not None]
    if not known:
        raise DataError(
            'An evaluation needs drawings with a "label" from 0 to 9, but none has one: add them.'
        )
    labels = np.array([drawing.label for drawing in known], dtype=np.int64)
    measured = evaluate_model(model, draw_all([drawing.strokes for drawing in known]), labels)
    is_right: dict[int | str, list[bool]] = {}
    for drawing, right in zip(known, measured.guesses == labels, strict=True):
        if drawing.writer is not None:
            is_right.setdefault(drawing.writer, []).append(bool(right))
    hands = [Hand(writer, len(rights), sum(rights)) for writer, rights in is_right.items()]
    return measured, sorted(hands, key=lambda hand: (hand.accuracy, str(hand.writer)))
