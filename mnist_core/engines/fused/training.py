"""A network in training: its state between epochs."""

from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Float32

from mnist_core.network.candidate import Candidate
from mnist_core.network.history import EarlyStop, EpochRecord
from mnist_core.network.recipe import Keep, Recipe

KEEP_MEAN, KEEP_SQUARE, EPSILON = 0.9, 0.999, 1e-8
"""Adam's constants, as torch has them by default."""

State = Float32[np.ndarray, "3 ..."]
"""Parameters, and Adam's moving means of the gradient and of its square; of others the last step."""

Weights = Float32[np.ndarray, "..."]
"""Parameters alone."""


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
    best : tuple of three ndarrays or None
        The weights of the three after the best epoch yet, where the recipe keeps them.
    """

    candidate: Candidate
    recipe: Recipe
    first: State
    bias: State
    upper: State
    history: list[EpochRecord] = field(default_factory=list)
    steps: int = 0
    best: tuple[Weights, Weights, Weights] | None = None
    _stop: EarlyStop = field(default_factory=EarlyStop)

    @property
    def is_over(self) -> bool:
        """Whether it has stopped early, or has had all its epochs."""
        return self._stop.n_misses >= self.recipe.patience or len(self.history) >= self.recipe.max_epochs

    def add_epoch(self, record: EpochRecord) -> None:
        """Record an epoch and judge it as skorch's early stopping does."""
        self.history.append(record)
        self._stop.judge(record)

    @property
    def is_to_copy(self) -> bool:
        """Whether its weights of now are to be copied, as its recipe keeps the best and these are."""
        return self.recipe.keep == Keep.BEST and self._stop.best == len(self.history) > 0

    def copy_best(self) -> None:
        """Copy its weights, which must be up to date, as the best yet."""
        self.best = (self.first[0].copy(), self.bias[0].copy(), self.upper[0].copy())

    def return_to_best(self) -> None:
        """Take the best weights, where there is a copy, instead of the last."""
        if self.best is not None:
            self.first[0], self.bias[0], self.upper[0] = self.best
            self.best = None
