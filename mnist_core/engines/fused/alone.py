"""One network by itself, one candidate with many seeds, or networks of any kinds, by the fast path."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from mnist_core.data.dataset import split_inner
from mnist_core.engines.fused import Trainer, Training, TrainingInk, prepare_ink
from mnist_core.engines.fused.conversion import make_network, start_training, take_up
from mnist_core.ground.arrays import Inputs, Labels
from mnist_core.network.architecture import MLP
from mnist_core.network.candidate import Candidate
from mnist_core.network.history import EpochRecord
from mnist_core.network.recipe import Recipe

Trained = tuple[MLP, tuple[EpochRecord, ...]]
"""A network in evaluation mode, with the weights that its recipe keeps, and every epoch."""


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

    [trained] = train_networks(images, labels, [(candidate, recipe)], pass_on)
    return trained


def train_on(
    images: Inputs,
    labels: Labels,
    network: MLP,
    candidate: Candidate,
    recipe: Recipe,
    report: Callable[[EpochRecord], None] | None = None,
) -> Trained:
    """Train a network on as `train_network` trains one, from its weights instead of fresh ones."""
    ink = prepare_ink(images, labels, *split_inner(labels, recipe.inner_folds), recipe)
    training = take_up(network, candidate, recipe)
    _train([training], ink, lambda _, record: None if report is None else report(record))
    return make_network(training, recipe.n_classes), tuple(training.history)


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

    def pass_on(number: int, record: EpochRecord) -> None:
        if report is not None:
            report(seeds[number], record)

    recipes = [replace(recipe, seed=seed) for seed in seeds]
    return train_networks(images, labels, [(candidate, one) for one in recipes], pass_on)


def train_networks(
    images: Inputs,
    labels: Labels,
    kinds: Sequence[tuple[Candidate, Recipe]],
    report: Callable[[int, EpochRecord], None] | None = None,
) -> list[Trained]:
    """Train networks of any kinds; those that see the same batches go side by side.

    Each is bit by bit the network that is trained alone. All are held in memory, with Adam's means and
    in two copies: 2 MB for one of 96 units in hidden 1 on 784 pixels.

    Parameters
    ----------
    images : ndarray of shape (n, side, side) or (n, pixels), float32
        Training images.
    labels : ndarray of shape (n,), int64
        Their digits.
    kinds : sequence of (Candidate, Recipe)
        What each network is, and how it is trained.
    report : callable or None
        Called with the number of a network among `kinds` and each epoch as it ends.

    Returns
    -------
    list of (MLP, tuple of EpochRecord)
        In the order of `kinds`: the network in evaluation mode, and every epoch.
    """
    groups: dict[tuple[int | float, ...], list[int]] = {}
    for number, (_, recipe) in enumerate(kinds):
        groups.setdefault(recipe.batches, []).append(number)
    trained: dict[int, Trained] = {}
    for numbers in groups.values():
        its_kinds = [kinds[number] for number in numbers]
        together = _train_side_by_side(images, labels, its_kinds, _renumber(report, numbers))
        trained |= dict(zip(numbers, together, strict=True))
    return [trained[number] for number in range(len(kinds))]


def _renumber(
    report: Callable[[int, EpochRecord], None] | None, numbers: Sequence[int]
) -> Callable[[int, EpochRecord], None]:
    return lambda place, record: None if report is None else report(numbers[place], record)


def _train_side_by_side(
    images: Inputs,
    labels: Labels,
    kinds: Sequence[tuple[Candidate, Recipe]],
    report: Callable[[int, EpochRecord], None],
) -> list[Trained]:
    recipe = kinds[0][1]
    ink = prepare_ink(images, labels, *split_inner(labels, recipe.inner_folds), recipe)
    trainings = [start_training(*kind, ink.n_pixels, recipe.n_classes) for kind in kinds]
    _train(trainings, ink, report)
    return [(make_network(one, recipe.n_classes), tuple(one.history)) for one in trainings]


def _train(
    trainings: Sequence[Training], ink: TrainingInk, report: Callable[[int, EpochRecord], None]
) -> None:
    trainer = Trainer(trainings, ink)
    while not trainer.is_over:
        live = [number for number, training in enumerate(trainings) if not training.is_over]
        trainer.train_round()
        for number in live:
            report(number, trainings[number].history[-1])
