"""Networks side by side on this processor, in compiled passes."""

from collections.abc import Iterable, Sequence

import numpy as np

from mnist_core.engines.fused.passes import measure, train_epoch
from mnist_core.engines.fused.stack import choose_stacks, pack_stack, unpack_stack
from mnist_core.engines.fused.state import Batches, Ink
from mnist_core.engines.fused.training import Training


class CompiledDevice:
    """The processor itself; see `device.Device`."""

    def choose_stacks(self, trainings: Iterable[Training]) -> list[list[Training]]:
        """Put networks of one activation together until their first layers fill the registers."""
        return choose_stacks(trainings)

    def pack(self, trainings: Sequence[Training]) -> "CompiledStack":
        """Put networks side by side."""
        return CompiledStack(trainings)


class CompiledStack:
    """A few networks of one activation; see `device.Stack`."""

    def __init__(self, trainings: Sequence[Training]) -> None:
        self._trainings = trainings
        self._stack = pack_stack(trainings, trainings[0].recipe.n_classes)

    def train_epoch(self, batches: Batches, n: int, batch: int, steps: int) -> np.ndarray:
        """Train an epoch on n images after so many steps of Adam; return the sums of the losses."""
        losses = np.zeros(len(self._trainings))
        train_epoch(self._stack, *batches, n, batch, steps, losses)
        return losses

    def measure(self, ink: Ink, n: int, batch: int) -> tuple[np.ndarray, np.ndarray]:
        """Return the sums of the losses on n images, and how many of them are read right."""
        losses, n_right = np.zeros(len(self._trainings)), np.zeros(len(self._trainings), np.int64)
        measure(self._stack, ink, n, batch, losses, n_right)
        return losses, n_right

    def write_back(self) -> None:
        """Bring the parameters of the networks up to date."""
        unpack_stack(self._stack, self._trainings)
