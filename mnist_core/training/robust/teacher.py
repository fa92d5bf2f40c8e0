"""The convolutional networks that show the small one how sure to be."""

from collections.abc import Callable, Sequence

import numpy as np
import torch
from scipy.special import softmax
from torch import Tensor, nn
from torch.nn import functional

from mnist_core.training.robust.fit import FitPlan, Lesson, fit_network, read_logits
from mnist_core.training.robust.pool import Pass

WARMTH = 2.0  # temperature of the answers: shows which other digits a teacher thought of

MAPS = (12, 64)
"""Maps of a teacher's two convolutions, as a rule."""

_HIDDEN = 128
_DROPPED = 0.2

Answers = list[np.ndarray]
"""Softened probabilities, of shape (n, classes), float16, for each pass of a pool."""


class Teacher(nn.Module):
    """Two convolutions of 5 x 5 that halve the image, and a hidden layer.

    Parameters
    ----------
    side : int
        Pixels along an edge of an image, at least 13.
    n_classes : int
        Outputs.
    maps : tuple of int
        Of the first and the second convolution.

    References
    ----------
    Simard, Steinkraus and Platt, "Best practices for convolutional neural networks applied to visual document
    analysis", ICDAR 2003: this shape, with 5 and 50 maps.
    """

    def __init__(self, side: int, n_classes: int, maps: tuple[int, int] = MAPS) -> None:
        super().__init__()
        first, second = maps
        self.layers = nn.Sequential(
            nn.Conv2d(1, first, 5, stride=2, padding=1),
            nn.ReLU(),
            nn.Conv2d(first, second, 5, stride=2),
            nn.ReLU(),
            nn.Flatten(),
            nn.Dropout(_DROPPED),
            nn.Linear(second * _halve(_halve(side + 2)) ** 2, _HIDDEN),
            nn.ReLU(),
            nn.Dropout(_DROPPED),
            nn.Linear(_HIDDEN, n_classes),
        )

    def forward(self, ink: Tensor) -> Tensor:
        """Compute the logits of images of shape (n, side, side)."""
        logits: Tensor = self.layers(ink[:, None])
        return logits


def ask_teacher(
    pool: Sequence[Pass],
    left_out: np.ndarray,
    n_classes: int,
    plan: FitPlan,
    seed: int,
    after_epoch: Callable[[int, float], None],
    maps: tuple[int, int] = MAPS,
) -> Answers:
    """Train a teacher on a pool without some writers and calm passes, and let it answer to the whole pool.

    Parameters
    ----------
    pool : sequence of Pass
        What there is to learn.
    left_out : ndarray
        Writers whose digits the teacher does not see before it answers.
    n_classes : int
        Outputs.
    plan : FitPlan
        How it is trained.
    seed : int
        Seed of its weights and of the order.
    after_epoch : callable
        Called with each epoch and its mean loss.
    maps : tuple of int
        Of its convolutions.
    """
    torch.manual_seed(seed)  # of the first weights, and of what dropout leaves out
    teacher = Teacher(pool[0].images.shape[-1], n_classes, maps)
    lessons = [Lesson(one.images, one.rows_without(left_out), one.labels) for one in pool if not one.is_calm]
    fit_network(teacher, lessons, functional.cross_entropy, plan, seed, after_epoch)
    teacher.eval()
    return [_soften(read_logits(teacher, one.images)) for one in pool]


def answer_by_labels(pool: Sequence[Pass], n_classes: int) -> Answers:
    """Answer with certainty, as the labels say: for a training without a teacher."""
    return [np.eye(n_classes, dtype=np.float16)[one.labels] for one in pool]


def _halve(side: int) -> int:
    return (side - 5) // 2 + 1


def _soften(logits: np.ndarray) -> np.ndarray:
    softened: np.ndarray = softmax(logits / WARMTH, axis=1).astype(np.float16)
    return softened
