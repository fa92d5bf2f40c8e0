"""Many networks trained side by side: the fast path.

Networks that see the same batches in the same order share one pass over the ink of the images. The
results are those of the skorch classifier, up to the order of float32 additions.
"""

import time
from collections.abc import Callable, Sequence

import numpy as np
from jaxtyping import Float64

from mnist_core.arrays import Images, Labels
from mnist_core.fused.ink import TrainingInk, collect_ink, prepare_ink
from mnist_core.fused.passes import measure, train_epoch
from mnist_core.fused.stack import (
    Training,
    choose_stacks,
    make_network,
    pack_stack,
    start_training,
    unpack_stack,
)
from mnist_core.fused.state import Ink, Stack
from mnist_core.grid import Activation, Candidate, Recipe
from mnist_core.history import EpochRecord
from mnist_core.network import MLP

__all__ = [
    "N_CLASSES",
    "Trainer",
    "Training",
    "collect_ink",
    "compile_passes",
    "make_network",
    "prepare_ink",
    "score",
    "start_training",
]
__all__ += ["train_network"]

N_CLASSES = 10


def train_network(
    images: Images,
    labels: Labels,
    candidate: Candidate,
    recipe: Recipe,
    report: Callable[[EpochRecord], None] | None = None,
) -> tuple[MLP, tuple[EpochRecord, ...]]:
    """Train one network by a recipe: arguments and results of `classifier.train_network`, but faster."""
    ink = prepare_ink(images, labels, recipe)
    training = start_training(candidate, recipe, ink.n_pixels, N_CLASSES)
    trainer = Trainer([training], ink)
    while not trainer.is_over:
        trainer.train_round()
        if report is not None:
            report(training.history[-1])
    return make_network(training, N_CLASSES), tuple(training.history)


class Trainer:
    """Trains networks side by side, an epoch of all at a time.

    Parameters
    ----------
    trainings : sequence of Training
        Networks to be trained on the same images by recipes with the same batches. Their parameters
        are up to date once they are over.
    ink : TrainingInk
        The images.
    """

    def __init__(self, trainings: Sequence[Training], ink: TrainingInk) -> None:
        self._trainings = trainings
        self._ink = ink
        self._stacks: list[tuple[list[Training], Stack]] = []
        self._pack()

    @property
    def is_over(self) -> bool:
        """Whether every network has stopped."""
        return not self._stacks

    def train_round(self) -> None:
        """Train one epoch of every network that is not over."""
        for trainings, stack in self._stacks:
            _train_stack(trainings, stack, self._ink)
        if any(training.is_over for trainings, _ in self._stacks for training in trainings):
            self._pack()

    def _pack(self) -> None:
        """Let those that are over leave, and close the ranks."""
        for trainings, stack in self._stacks:
            unpack_stack(stack, trainings)
        live = [training for training in self._trainings if not training.is_over]
        self._stacks = [(group, pack_stack(group, N_CLASSES)) for group in choose_stacks(live)]


def compile_passes(recipe: Recipe) -> None:
    """Compile the passes, or load what was compiled before, on a handful of images."""
    labels = np.repeat(np.arange(N_CLASSES), recipe.inner_folds).astype(np.int64)
    images = np.ones((len(labels), 2, 2), np.float32)
    train_network(images, labels, Candidate(0.001, 1, 1, Activation.TANH), Recipe(max_epochs=1))


def score(trainings: Sequence[Training], ink: Ink) -> Float64[np.ndarray, " networks"]:
    """Compute the share of images that each network reads right."""
    n = len(ink.labels)
    accuracies = np.empty(len(trainings))
    for number, training in enumerate(trainings):
        _, n_right = _measure(pack_stack([training], N_CLASSES), ink, n, training.recipe.batch_size)
        accuracies[number] = n_right[0] / n
    return accuracies


def _train_stack(trainings: Sequence[Training], stack: Stack, ink: TrainingInk) -> None:
    begin, batch = time.perf_counter(), trainings[0].recipe.batch_size
    losses = np.zeros(len(trainings))
    steps = train_epoch(stack, ink.train, ink.turned, ink.n_train, batch, trainings[0].steps, losses)
    valid_losses, n_right = _measure(stack, ink.valid, ink.n_valid, batch)
    seconds = (time.perf_counter() - begin) / len(trainings)  # each network's share
    for number, training in enumerate(trainings):
        training.steps = steps
        training.add_epoch(
            EpochRecord(
                epoch=len(training.history) + 1,
                train_loss=float(losses[number]) / ink.n_train,
                valid_loss=float(valid_losses[number]) / ink.n_valid,
                valid_accuracy=int(n_right[number]) / ink.n_valid,
                seconds=seconds,
            )
        )


def _measure(
    stack: Stack, ink: Ink, n: int, batch: int
) -> tuple[Float64[np.ndarray, " networks"], np.ndarray]:
    n_networks = len(stack.units)
    losses, n_right = np.zeros(n_networks), np.zeros(n_networks, np.int64)
    measure(stack, ink, n, batch, losses, n_right)
    return losses, n_right
