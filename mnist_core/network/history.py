"""What happened in each epoch of a training."""

from collections.abc import Sequence
from dataclasses import dataclass

REFIT_FOLD = -1
"""The fold number under which the winner's retraining on all training images is recorded."""


@dataclass(frozen=True)
class EpochRecord:
    """One epoch of one network.

    Attributes
    ----------
    epoch : int
        Counted from 1.
    train_loss, valid_loss : float
        Mean cross-entropy over the inner training and validation images, in nats.
    valid_accuracy : float
        Share of inner validation images read right, 0 to 1.
    seconds : float
        Wall time of the epoch.
    """

    epoch: int
    train_loss: float
    valid_loss: float
    valid_accuracy: float
    seconds: float


def best_epoch(history: Sequence[EpochRecord]) -> int:
    """Find the epoch with the lowest validation loss, the first of equals, counted from 1."""
    return min(history, key=lambda record: record.valid_loss).epoch
