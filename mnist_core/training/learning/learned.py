"""What learning came to: before and after, on the hand's digits and on images that nobody trained on."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from mnist_core.ground.errors import CorrectionError
from mnist_core.insight.evaluation import Evaluation, evaluate
from mnist_core.network.architecture import MLP
from mnist_core.pens import Drawing
from mnist_core.training.learning.memory import Exam, Memory
from mnist_core.training.learning.teach import LearnPlan, collect_digits, teach_copy
from mnist_core.training.robust.pen import Pens, draw_pens

FOLDS = 5
"""Parts of the hand's digits for cross-validation, as many as there are digits where they are fewer."""

Tell = Callable[[str, float], None]
"""Told in words what is done, and the share of all that is done."""


@dataclass(frozen=True, eq=False)
class Learned:
    """A copy that has learned a hand.

    Attributes
    ----------
    network : MLP
        The copy.
    n : int
        Digits of the hand.
    n_right_before : int
        How many of them the model reads.
    n_right_after : int
        How many of them the copy reads, which was trained on them.
    n_right_unseen : int or None
        How many of them copies read that were trained on the others, in five parts; None for one digit.
    exam_before, exam_after : Evaluation
        On images that neither was trained on.
    exam_words : str
        Which these are.
    """

    network: MLP
    n: int
    n_right_before: int
    n_right_after: int
    n_right_unseen: int | None
    exam_before: Evaluation
    exam_after: Evaluation
    exam_words: str


def learn_hand(
    network: MLP,
    drawings: Sequence[Drawing],
    memory: Memory,
    exam: Exam,
    seed: int = 0,
    tell: Tell = lambda *_: None,
    plan: LearnPlan | None = None,
) -> Learned:
    """Teach a copy of a network a person's digits, and measure what came of it.

    Parameters
    ----------
    network : MLP
        Stays as it is.
    drawings : sequence of Drawing
        Those without a label are left out.
    memory, exam : Memory, Exam
        What it is reminded of and examined on.
    seed : int
        Seed of all chance.
    tell : callable
        Told how far it is.
    plan : LearnPlan or None
        How; None takes the usual one.

    Raises
    ------
    CorrectionError
        If no drawing has a label.
    """
    digits = collect_digits(drawings)
    if not len(digits):
        raise CorrectionError(
            "Learning needs at least one drawing whose digit was told, but there is none: tap which they are "
            'on the Draw page, or give each its "label", from 0 to 9.'
        )
    folds = min(FOLDS, len(digits)) if len(digits) > 1 else 0
    teach = partial(teach_copy, memory=memory, seed=seed, plan=plan)
    tell(f"learning {len(digits)} digits", 0.0)
    copy = teach(network, digits)
    n_right_unseen = 0
    for number in range(folds):
        words = f"part {number + 1} of {folds}: learning without it, to see whether it helps"
        tell(words, (number + 1) / (folds + 2))
        n_right_unseen += _read_unseen(network, digits, teach, number, folds)
    tell(f"reading {exam.words}", (folds + 1) / (folds + 2))
    return Learned(
        network=copy,
        n=len(digits),
        n_right_before=count_right(network, digits),
        n_right_after=count_right(copy, digits),
        n_right_unseen=n_right_unseen if folds else None,
        exam_before=evaluate(network, exam.images, exam.labels),
        exam_after=evaluate(copy, exam.images, exam.labels),
        exam_words=exam.words,
    )


def count_right(network: MLP, digits: Pens) -> int:
    """Count the digits that a network reads right."""
    return evaluate(network, draw_pens(digits), digits.labels).n_right


def _read_unseen(
    network: MLP, digits: Pens, teach: Callable[[MLP, Pens], MLP], number: int, folds: int
) -> int:
    """Count what a copy reads of one part of the digits that has learned the other parts."""
    # In the order of their labels, so that the parts have equal shares of each digit.
    order = np.argsort(digits.labels, kind="stable")
    part = order[number::folds]
    copy = teach(network, digits.choose(np.setdiff1d(order, part)))
    return count_right(copy, digits.choose(np.sort(part)))
