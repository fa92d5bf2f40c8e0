"""One network by itself, or many that differ in their seed only, by the fast path."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from mnist_core.arrays import Inputs, Labels
from mnist_core.dataset import split_inner
from mnist_core.fused import Trainer, Training, prepare_ink
from mnist_core.fused.weights import make_network, start_training
from mnist_core.grid import Candidate, Recipe
from mnist_core.history import EpochRecord
from mnist_core.network import MLP

Trained = tuple[MLP, tuple[EpochRecord, ...]]
"""A network in evaluation mode, with the weights of its last epoch, and every epoch."""


def train_network(
    images: Inputs,
    labels: Labels,
    candidate: Candidate,
    recipe: Recipe,
    report: Callable[[EpochRecord], None] | None = None,
) -> Trained:
    """Train one network by a recipe: arguments and results of `classifier.train_network`, but faster."""

    def pass_on(_: int, record: EpochRecord) -> None:
        if report is not None:
            report(record)

    [trained] = train_seeds(images, labels, candidate, recipe, [recipe.seed], pass_on)
    return trained


def train_seeds(
    images: Inputs,
    labels: Labels,
    candidate: Candidate,
    recipe: Recipe,
    seeds: Sequence[int],
    report: Callable[[int, EpochRecord], None] | None = None,
) -> list[Trained]:
    """Train a candidate once a seed, side by side; each network is bit by bit the one trained alone.

    Parameters
    ----------
    images : ndarray of shape (n, side, side) or (n, pixels), float32
        Training images; the recipe's inner split sets a part aside for early stopping.
    labels : ndarray of shape (n,), int64
        Their digits.
    candidate : Candidate
        Layer widths, activation, learning rate.
    recipe : Recipe
        How to train; its own seed is not used.
    seeds : sequence of int
        Of the initial weights, one a network.
    report : callable or None
        Called with the seed and each epoch as it ends.

    Returns
    -------
    list of (MLP, tuple of EpochRecord)
        In the order of the seeds: the network in evaluation mode, and every epoch.
    """
    train, valid = split_inner(labels, recipe.inner_folds)
    ink = prepare_ink(images, labels, train, valid, recipe.batch_size)
    trainings = [
        start_training(candidate, replace(recipe, seed=seed), ink.n_pixels, recipe.n_classes)
        for seed in seeds
    ]
    trainer = Trainer(trainings, ink)
    while not trainer.is_over:
        live = [training for training in trainings if not training.is_over]
        trainer.train_round()
        if report is not None:
            _report_epochs(live, report)
    return [(make_network(one, recipe.n_classes), tuple(one.history)) for one in trainings]


def _report_epochs(trainings: Sequence[Training], report: Callable[[int, EpochRecord], None]) -> None:
    for training in trainings:
        report(training.recipe.seed, training.history[-1])
