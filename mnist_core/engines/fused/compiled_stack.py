"""Networks side by side on this processor, in compiled passes."""

from collections.abc import Iterable, Sequence

import numpy as np

from mnist_core.engines.fused.fold_ink import Fit, TrainingInk
from mnist_core.engines.fused.passes import measure, train_epoch
from mnist_core.engines.fused.stack import choose_stacks, pack_stack, unpack_stack
from mnist_core.engines.fused.state import Batches, Ink
from mnist_core.engines.fused.training import Training


class CompiledDevice:
    """The processor itself; see `device.Device`."""

    n_tasks = 1

    def choose_stacks(self, fits: Iterable[Fit]) -> list[list[Fit]]:
        """Put networks of one fold and activation together until their first layers fill the registers."""
        folds: dict[TrainingInk, list[Training]] = {}
        for training, ink in fits:
            folds.setdefault(ink, []).append(training)
        return [
            [Fit(training, ink) for training in stack]
            for ink, trainings in folds.items()
            for stack in choose_stacks(trainings)
        ]

    def pack(self, trainings: Sequence[Training]) -> "CompiledStack":
        """Put networks side by side."""
        return CompiledStack(trainings)


class CompiledStack:
    """A few networks of one activation; see `device.Stack`."""

    def __init__(self, trainings: Sequence[Training]) -> None:
        self._trainings = trainings
        self._stack = pack_stack(trainings, trainings[0].recipe.n_classes)

    def train_epoch(self, batches: Sequence[Batches]) -> np.ndarray:
        """Train an epoch on the images that all share; return the sums of the losses."""
        losses, first = np.zeros(len(self._trainings)), self._trainings[0]
        n = len(batches[0].ink.labels)
        train_epoch(self._stack, *batches[0], n, first.recipe.batch_size, first.steps, losses)
        return losses

    def measure(self, inks: Sequence[Ink]) -> tuple[np.ndarray, np.ndarray]:
        """Return the sums of the losses on the images that all share, and how many are read right."""
        losses, n_right = np.zeros(len(self._trainings)), np.zeros(len(self._trainings), np.int64)
        batch = self._trainings[0].recipe.batch_size
        measure(self._stack, inks[0], len(inks[0].labels), batch, losses, n_right)
        return losses, n_right

    def write_back(self) -> None:
        """Bring the parameters of the networks up to date."""
        unpack_stack(self._stack, self._trainings)
