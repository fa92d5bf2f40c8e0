"""Many networks trained side by side: the fast path.

Networks that see the same batches in the same order share one pass over the ink of the images. The
results are those of the skorch classifier, up to the order of float32 additions.
"""

import time
from collections.abc import Sequence

import numpy as np
from jaxtyping import Float64

from mnist_core.engines.fused.device import Device, Stack, choose_device
from mnist_core.engines.fused.fold_ink import Fit, TrainingInk, collect_ink, prepare_ink
from mnist_core.engines.fused.state import Ink
from mnist_core.engines.fused.training import Training
from mnist_core.network.candidate import Activation, Candidate
from mnist_core.network.history import EpochRecord
from mnist_core.network.recipe import Recipe

__all__ = ["MOST_PIXELS", "Trainer", "Training", "TrainingInk", "collect_ink", "compile_passes"]
__all__ += ["prepare_ink", "score"]

MOST_PIXELS = 2**16
"""Positions of pixels are 16 bits wide."""


class Trainer:
    """Trains networks side by side, an epoch of all at a time.

    Parameters
    ----------
    trainings : sequence of Training
        Networks to be trained. Their parameters are up to date once they are over, and after `write_back`.
    ink : TrainingInk or sequence of TrainingInk
        The images, prepared for recipes with the same batches, classes, dropout and noise; where networks
        see others, those of each.
    device : Device or None
        What trains them; None chooses.
    """

    def __init__(
        self,
        trainings: Sequence[Training],
        ink: TrainingInk | Sequence[TrainingInk],
        device: Device | None = None,
    ) -> None:
        inks = [ink] * len(trainings) if isinstance(ink, TrainingInk) else ink
        self._fits = [Fit(*pair) for pair in zip(trainings, inks, strict=True)]
        self._device = device or choose_device()
        self._stacks: list[tuple[list[Fit], Stack]] = []
        self._pack()

    @property
    def live(self) -> list[Training]:
        """The networks that it trains."""
        return [fit.training for fits, _ in self._stacks for fit in fits]

    @property
    def is_over(self) -> bool:
        """Whether every network has stopped."""
        return not self._stacks

    def train_round(self) -> None:
        """Train one epoch of every network that is not over."""
        for fits, stack in self._stacks:
            _train_stack(fits, stack)
        if any(training.is_over for training in self.live):
            self._pack()

    def write_back(self) -> None:
        """Bring the parameters of every network up to date."""
        for _, stack in self._stacks:
            stack.write_back()

    def dissolve(self) -> None:
        """Bring the parameters of every network up to date, and train none any more."""
        self.write_back()
        self._stacks = []

    def _pack(self) -> None:
        """Let those that are over leave, and close the ranks."""
        self.write_back()
        for training, _ in self._fits:
            if training.is_over:
                training.return_to_best()
        live = [fit for fit in self._fits if not fit.training.is_over]
        # Those of an epoch one after the other, as what an epoch trains on is drawn once.
        groups = sorted(self._device.choose_stacks(live), key=lambda group: group[0].training.steps)
        self._stacks = [(group, self._device.pack([fit.training for fit in group])) for group in groups]


def compile_passes() -> None:
    """Compile the passes, or load what was compiled before, on a few images; or wake another device."""
    labels = np.arange(4)
    images = np.ones((4, 2, 2), np.float32)
    recipe = Recipe(max_epochs=1, batch_size=2)
    ink = prepare_ink(images, labels, labels[:3], labels[3:], recipe)
    first, bias, upper = (np.zeros(shape, np.float32) for shape in ((3, 4, 1), (3, 1), (3, 64)))
    training = Training(Candidate(0.001, 1, 1, Activation.TANH), recipe, first, bias, upper)
    Trainer([training], ink).train_round()


def score(
    trainings: Sequence[Training], ink: Ink, device: Device | None = None
) -> Float64[np.ndarray, " networks"]:
    """Compute the share of images that each network reads right."""
    device = device or choose_device()
    accuracies = np.empty(len(trainings))
    for number, training in enumerate(trainings):
        _, n_right = device.pack([training]).measure([ink])
        accuracies[number] = n_right[0] / len(ink.labels)
    return accuracies


def _train_stack(fits: Sequence[Fit], stack: Stack) -> None:
    begin, trainings = time.perf_counter(), [fit.training for fit in fits]
    losses = stack.train_epoch([ink.draw(len(training.history) + 1) for training, ink in fits])
    valid_losses, n_right = stack.measure([ink.valid for _, ink in fits])
    seconds = (time.perf_counter() - begin) / len(fits)  # each network's share
    for number, (training, ink) in enumerate(fits):
        training.steps += -(-ink.n_train // training.recipe.batch_size)
        training.add_epoch(
            EpochRecord(
                epoch=len(training.history) + 1,
                train_loss=float(losses[number]) / ink.n_train,
                valid_loss=float(valid_losses[number]) / ink.n_valid,
                valid_accuracy=int(n_right[number]) / ink.n_valid,
                seconds=seconds,
            )
        )
    if any(training.is_to_copy for training in trainings):
        stack.write_back()
        for training in trainings:
            if training.is_to_copy:
                training.copy_best()
