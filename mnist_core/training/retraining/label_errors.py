"""Labels that are likely wrong: what networks that have not seen an image think of its label."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from mnist_core.data.dataset import check_inner_split
from mnist_core.engines.fused.alone import train_networks
from mnist_core.ground.arrays import Images, Labels, Probabilities
from mnist_core.ground.errors import DataError
from mnist_core.ground.extras import extra
from mnist_core.insight.evaluation import predict
from mnist_core.network.candidate import Activation, Candidate
from mnist_core.network.recipe import Recipe

N_FOLDS, N_NETWORKS = 5, 3

JUDGE = Candidate(lr=0.001, hidden1=192, hidden2=48, activation=Activation.RELU)
"""The network that judges labels: it reads what it has not seen better than the paper's."""

_DROPOUT = 0.5  # of the pixels, so that a label is not learned by heart


@dataclass(frozen=True)
class Suspect:
    """An image whose label is likely wrong.

    Attributes
    ----------
    index : int
        Its position in the data set.
    given, suggested : int
        Its label, and the class that the networks take it for.
    score : float
        The probability of its label, 0 to 1: the lower, the more likely wrong.
    suggested_score : float
        The probability of the suggested class.
    """

    index: int
    given: int
    suggested: int
    score: float
    suggested_score: float


def make_recipe(n_classes: int, seed: int = 0) -> Recipe:
    """Make the recipe by which networks that judge labels are trained."""
    return Recipe(n_classes=n_classes, seed=seed, input_dropout=_DROPOUT)


def read_out_of_fold(
    images: Images,
    labels: Labels,
    candidate: Candidate,
    recipe: Recipe,
    *,
    n_folds: int = N_FOLDS,
    n_networks: int = N_NETWORKS,
    begin: Callable[[int], None] = lambda _: None,
    look: Callable[[], None] = lambda: None,
) -> Probabilities:
    """Compute the probability of each class for each image by networks that were not trained on it.

    Parameters
    ----------
    images : ndarray of shape (n, side, side), float32
        All images.
    labels : ndarray of shape (n,), int64
        Their labels.
    candidate : Candidate
        What the networks are.
    recipe : Recipe
        How they are trained; its seed is that of the folds and the first of those of the networks.
    n_folds : int
        Parts, stratified by label; each is read by networks that were trained on the others.
    n_networks : int
        Networks a part, trained side by side; their probabilities are averaged.
    begin : callable
        Called with the number of each part as its training begins.
    look : callable
        Called after each epoch of a network; what it raises ends the work.

    Raises
    ------
    DataError
        If a class has too few images, or the counts cannot be used.
    """
    from sklearn.model_selection import StratifiedKFold  # noqa: PLC0415 - a second, for few

    if n_folds < 2 or n_networks < 1:
        raise DataError(
            f"Labels are checked with at least 2 parts and 1 network, but {n_folds} and {n_networks} were "
            "asked for: choose more."
        )
    check_inner_split(labels, recipe.inner_folds, n_folds)
    kinds = [(candidate, replace(recipe, seed=recipe.seed + number)) for number in range(n_networks)]
    probabilities = np.empty((len(labels), recipe.n_classes), np.float32)
    folds = StratifiedKFold(n_folds, shuffle=True, random_state=recipe.seed)
    for number, (train, rest) in enumerate(folds.split(np.zeros(len(labels)), labels)):
        begin(number)
        trained = train_networks(images[train], labels[train], kinds, lambda *_: look())
        probabilities[rest] = np.mean([predict(network, images[rest]) for network, _ in trained], axis=0)
    return probabilities


def find_suspects(labels: Labels, probabilities: Probabilities) -> list[Suspect]:
    """Find the labels that are likely wrong, by confident learning.

    Parameters
    ----------
    labels : ndarray of shape (n,), int64
        As they are given.
    probabilities : ndarray of shape (n, classes), float32
        By networks that were not trained on the image.

    Returns
    -------
    list of Suspect
        The least likely label first.

    References
    ----------
    Northcutt, Jiang and Chuang, "Confident learning: estimating uncertainty in dataset labels", Journal of
    Artificial Intelligence Research 70 (2021), 1373-1411; by cleanlab.
    """
    with extra("labels", "Finding labels that are likely wrong"):
        from cleanlab.filter import find_label_issues  # noqa: PLC0415 - a second, for few

    present, places = np.unique(labels, return_inverse=True)
    if len(present) < 2:
        return []  # nothing that a label could be instead
    known = probabilities[:, present] / probabilities[:, present].sum(axis=1, keepdims=True)
    # Which is written for classes that all have images.
    ranked: Sequence[Any] = find_label_issues(
        places, known, return_indices_ranked_by="self_confidence", n_jobs=1
    )
    guesses = present[known.argmax(axis=1)]
    return [
        Suspect(
            int(place),
            int(labels[place]),
            int(guesses[place]),
            float(probabilities[place, labels[place]]),
            float(probabilities[place, guesses[place]]),
        )
        for place in ranked
    ]
