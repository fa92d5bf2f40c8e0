"""A copy of a network, shown a few digits of a hand many times among what it knows."""

from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import dataclass, field

import numpy as np
import torch
from scipy.special import softmax
from torch.nn import functional

from mnist_core.network.architecture import MLP
from mnist_core.pens import Drawing
from mnist_core.pens.strokes import stroke_points
from mnist_core.training.learning.memory import Memory
from mnist_core.training.robust.distort import Bend
from mnist_core.training.robust.fit import FitPlan, Lesson, fit_network, read_logits
from mnist_core.training.robust.pen import Pens
from mnist_core.training.robust.pool import NO_WRITER, Pass, PoolSize, make_pool

_THE_HAND = 1  # any writer but NO_WRITER


@dataclass(frozen=True)
class LearnPlan:
    """How a copy learns (docs/decisions/0023-learning-a-hand.md has what else was tried).

    Attributes
    ----------
    fit : FitPlan
        Epochs, batch, highest learning rate.
    n_shown : int
        Times that each digit of the hand is shown in an epoch, each time bent otherwise.
    most_share : float
        Of the hand's digits for each image of the memory, however many there are.
    n_drawings : int
        Times that each digit of the hand is drawn, turned, slanted and stretched differently.
    step : float
        How far the weights go from the old ones to those that were learned, 0 to 1.
    bend : Bend
        How strongly all images are distorted.
    """

    fit: FitPlan = field(default_factory=lambda: FitPlan(10, 128, 0.001, uses_muon=False))
    n_shown: int = 80
    most_share: float = 0.1
    n_drawings: int = 20
    step: float = 0.7
    bend: Bend = field(default_factory=Bend)


def collect_digits(drawings: Sequence[Drawing]) -> Pens:
    """Collect drawings with labels as the digits of one hand."""
    known = [drawing for drawing in drawings if drawing.label is not None]
    return Pens(
        tuple(tuple(stroke_points(drawing.strokes)) for drawing in known),
        np.array([drawing.label for drawing in known], dtype=np.int64),
        np.full(len(known), _THE_HAND, dtype=np.int64),
    )


def teach_copy(
    network: MLP,
    digits: Pens,
    memory: Memory,
    seed: int = 0,
    plan: LearnPlan | None = None,
    after_epoch: Callable[[int, float], None] = lambda *_: None,
) -> MLP:
    """Teach a copy of a network the digits of a hand; to all else it learns to answer as before.

    Parameters
    ----------
    network : MLP
        Stays as it is.
    digits : Pens
        At least one.
    memory : Memory
        What it knows.
    seed : int
        Seed of all chance.
    plan : LearnPlan or None
        How; None takes the usual one.
    after_epoch : callable
        Called with each epoch and its mean loss.

    References
    ----------
    Li and Hoiem, "Learning without forgetting", ECCV 2016: the old answers as targets. Wortsman et al.,
    "Robust fine-tuning of zero-shot models", CVPR 2022: weights between the old and the new ones.
    """
    plan = plan or LearnPlan()
    share = min(plan.n_shown * len(digits) / len(memory.labels), plan.most_share)
    size = PoolSize(plan.fit.n_epochs, plan.n_drawings, share)
    images = memory.images.astype(np.float32) / np.float32(255)
    pool = make_pool(images, memory.labels, digits, size, plan.bend, seed)
    copy = deepcopy(network).train()
    fit_network(
        copy,
        [_make_lesson(network, one) for one in pool],
        functional.cross_entropy,
        plan.fit,
        seed,
        after_epoch,
    )
    _step_towards(copy, network, plan.step)
    return copy.eval()


def _make_lesson(network: MLP, one: Pass) -> Lesson:
    """Ask for the label of the hand's digits, and for the old answer to all others."""
    n_classes = network.output.out_features
    targets = np.eye(n_classes, dtype=np.float32)[one.labels]
    known = one.writers == NO_WRITER
    targets[known] = softmax(read_logits(network, one.images[known]), axis=1)
    return Lesson(one.images, np.arange(len(targets)), targets)


@torch.no_grad()
def _step_towards(copy: MLP, network: MLP, step: float) -> None:
    """Bring the weights of a copy back to a share of the way from the old ones."""
    for learned, old in zip(copy.parameters(), network.parameters(), strict=True):
        learned.copy_(old.lerp(learned, step))
