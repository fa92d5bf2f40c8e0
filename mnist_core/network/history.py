"""What happened in each epoch of a training."""

from collections.abc import Sequence
from dataclasses import dataclass

from mnist_core.network.recipe import Keep, Recipe

REFIT_FOLD = -1
"""The fold number under which the winner's retraining on all training images is recorded."""

_THRESHOLD = 1e-4  # skorch's: a loss counts as better when it is lower by this share


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


@dataclass(frozen=True)
class Course:
    """How far one fit has come.

    Attributes
    ----------
    history : sequence of EpochRecord
        Its epochs.
    has_ended : bool
        Whether none will follow.
    """

    history: Sequence[EpochRecord]
    has_ended: bool

    def is_at(self, rung: int) -> bool:
        """Say whether it has had so many epochs, or has ended before."""
        return self.has_ended or len(self.history) >= rung

    def goes_beyond(self, rung: int) -> bool:
        """Say whether it has, or would have had, more epochs than that."""
        return len(self.history) > rung or (len(self.history) == rung and not self.has_ended)


def best_epoch(history: Sequence[EpochRecord]) -> int:
    """Find the epoch with the lowest validation loss, the first of equals, counted from 1."""
    return min(history, key=lambda record: record.valid_loss).epoch


@dataclass
class EarlyStop:
    """Judges epochs one after the other, as skorch's early stopping does.

    Attributes
    ----------
    best : int
        The last epoch whose validation loss counted as better than all before; 0 before any.
    n_misses : int
        Epochs since then.
    """

    best: int = 0
    n_misses: int = 0
    _bar: float = float("inf")

    def judge(self, record: EpochRecord) -> None:
        """Judge the next epoch."""
        if record.valid_loss < self._bar:
            self.best, self.n_misses = record.epoch, 0
            self._bar = record.valid_loss - _THRESHOLD * record.valid_loss
        else:
            self.n_misses += 1


def find_kept_epoch(history: Sequence[EpochRecord], recipe: Recipe) -> int:
    """Find the epoch whose weights a network has that was trained by a recipe; 0 where no epoch is known."""
    if not history:
        return 0
    stop = EarlyStop()
    for record in history:
        stop.judge(record)
    return stop.best if recipe.keep == Keep.BEST and stop.best else history[-1].epoch
