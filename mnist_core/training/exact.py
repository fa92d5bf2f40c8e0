"""The exact recipe: a network of squares that is a few pictures of each class, and nothing else."""

from collections.abc import Callable
from dataclasses import replace

from mnist_core.engines.fused.alone import Trained, train_network, train_on
from mnist_core.ground.arrays import Inputs, Labels
from mnist_core.ground.errors import GridError
from mnist_core.insight.fields.eigenpictures import find_eigenpictures
from mnist_core.network.candidate import MOST_UNITS, Activation, Candidate
from mnist_core.network.history import EpochRecord
from mnist_core.network.recipe import Recipe

_SLOWER = 5  # times: where pictures were left out, few and small steps mend it


def train_exact(
    images: Inputs,
    labels: Labels,
    candidate: Candidate,
    recipe: Recipe,
    report: Callable[[EpochRecord], None] | None = None,
) -> Trained:
    """Train more pictures of each class than it is to have, keep the strongest, and train these on.

    Parameters
    ----------
    images, labels, report
        As for `engines.fused.alone.train_network`.
    candidate : Candidate
        One hidden layer of squares, as many for each class.
    recipe : Recipe
        With units of each class's own.

    Returns
    -------
    tuple of MLP and tuple of EpochRecord
        The network in evaluation mode, and the epochs of both trainings as one.

    Raises
    ------
    GridError
        If the candidate is another, or wider than it can be trained.
    """
    n_pictures = count_pictures(candidate, recipe.n_classes, images[0].size)
    wide = replace(candidate, hidden1=(2 * n_pictures - 1) * recipe.n_classes)
    network, first = train_network(images, labels, wide, recipe, report)

    def renumber(record: EpochRecord) -> EpochRecord:
        return replace(record, epoch=record.epoch + len(first))

    begun = find_eigenpictures(network).keep(n_pictures).to_network()
    slower = replace(candidate, lr=candidate.lr / _SLOWER)
    network, second = train_on(
        images, labels, begun, slower, recipe, report and (lambda record: report(renumber(record)))
    )
    return network, (*first, *map(renumber, second))


def count_pictures(candidate: Candidate, n_classes: int, n_pixels: int) -> int:
    """Count the pictures that each class has in a network that the exact recipe can train.

    Raises
    ------
    GridError
        If it can not.
    """
    is_fit = candidate.activation is Activation.SQUARE and len(candidate.hidden) == 1
    if not is_fit or candidate.hidden1 % n_classes:
        raise GridError(
            "The recipe exact needs one hidden layer of squares, as many for each of "
            f"{n_classes} classes, but got {candidate}: give --hidden {5 * n_classes} --activation square."
        )
    # A form of the pixels and the bias has no more pictures; the first training has nearly twice the units.
    most = n_classes * min(n_pixels + 1, (MOST_UNITS // n_classes + 1) // 2)
    if candidate.hidden1 > most:
        raise GridError(
            f"The recipe exact needs at most {most} units for {n_classes} classes of images of {n_pixels} "
            f"pixels, but got {candidate.hidden1}: give --hidden {most} or fewer."
        )
    return candidate.hidden1 // n_classes
