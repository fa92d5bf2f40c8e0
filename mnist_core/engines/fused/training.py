"""A network in training: its state between epochs."""

from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Float32

from mnist_core.network.candidate import Candidate
from mnist_core.network.history import EpochRecord
from mnist_core.network.recipe import Recipe

KEEP_MEAN, KEEP_SQUARE, EPSILON = 0.9, 0.999, 1e-8
"""Adam's constants, as torch has them by default."""

_THRESHOLD = 1e-4  # skorch's: a loss counts as better when it is lower by this share

State = Float32[np.ndarray, "3 ..."]
"""Parameters, and Adam's moving means of the gradient and of its square; of others the last step."""


@dataclass(eq=False)
class Training:
    """One network in training.

    Attributes
    ----------
    candidate : Candidate
        Layer widths, activation, learning rate.
    recipe : Recipe
        Names optimiser, patience and seed.
    first : ndarray of shape (3, n_pixels, hidden1), float32
        Hidden 1's weights with Adam's means.
    bias : ndarray of shape (3, hidden1), float32
        Its biases likewise.
    upper : ndarray of shape (3, k), float32
        The layers above, laid out as `state.StackState.upper` says.
    history : list of EpochRecord
        Every epoch.
    steps : int
        Of the optimiser.
    """

    candidate: Candidate
    recipe: Recipe
    first: State
    bias: State
    upper: State
    history: list[EpochRecord] = field(default_factory=list)
    steps: int = 0
    _bar: float = float("inf")
    _n_misses: int = 0

    @property
    def is_over(self) -> bool:
        """Whether it has stopped early, or has had all its epochs."""
        return self._n_misses >= self.recipe.patience or len(self.history) >= self.recipe.max_epochs

    def add_epoch(self, record: EpochRecord) -> None:
        """Record an epoch and judge it as skorch's early stopping does."""
        self.history.append(record)
        if record.valid_loss < self._bar:
            self._n_misses, self._bar = 0, record.valid_loss - _THRESHOLD * record.valid_loss
        else:
            self._n_misses += 1
