"""How much more images bring: accuracy on held-out images over the size of the training set."""

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from operator import attrgetter

import numpy as np
from scipy import stats

from mnist_core.data.dataset import Dataset, Split, check_inner_split
from mnist_core.engines.fused.alone import train_network
from mnist_core.ground.arrays import Indices, Labels
from mnist_core.ground.errors import DataError
from mnist_core.insight.evaluation import evaluate
from mnist_core.network.candidate import Candidate
from mnist_core.network.models.info import ModelInfo
from mnist_core.network.recipe import Recipe

N_SEEDS = 5

_SMALLEST = 100
_MOST_SEEDS = 100  # more are a typing error
_ROUND = (1, 2, 5)  # sizes are these times powers of ten: steps of about two that can be read
_TWO_SIDED = 0.975


@dataclass(frozen=True)
class Trial:
    """One training on a part of the training images.

    Attributes
    ----------
    size : int
        Images trained on, those that its own validation set aside among them.
    seed : int
        Of the choice of the images and of the initial weights.
    n, n_right : int
        Held-out images, and those of them read right.
    epochs : int
        That the training took.
    """

    size: int
    seed: int
    n: int
    n_right: int
    epochs: int


@dataclass(frozen=True)
class Growth:
    """What networks read that were trained on so many images.

    Attributes
    ----------
    size, n_networks : int
        Images trained on, and networks.
    accuracy : float
        The mean share of held-out images that they read right.
    accuracy_from, accuracy_to : float
        Its 95 % interval: chance of the images trained on, the initial weights and the held-out images.
    lowest, highest : float
        Of the networks.
    """

    size: int
    n_networks: int
    accuracy: float
    accuracy_from: float
    accuracy_to: float
    lowest: float
    highest: float


def choose_recipe(info: ModelInfo) -> Recipe:
    """Choose how networks of a model's kind are trained anew: as it was, or by the paper's recipe.

    The robust recipe, with its larger networks and distorted images, takes too long for many trainings.
    """
    is_quick = info.recipe_name.startswith("paper")
    return replace(info.recipe, seed=0) if is_quick else Recipe(n_classes=info.n_classes)


def choose_sizes(n_train: int) -> tuple[int, ...]:
    """Choose sizes from 100 images to all, each about twice the one before."""
    steps = (factor * 10**power for power in range(2, 9) for factor in _ROUND)
    smaller = [size for size in steps if _SMALLEST <= size < 0.8 * n_train]
    return (*smaller, n_train)


def check_sizes(labels: Labels, sizes: Sequence[int], n_seeds: int, recipe: Recipe) -> None:
    """Check that networks can be trained on parts of training images of such sizes.

    Raises
    ------
    DataError
        If a size is beyond the images, or too small for the recipe; or the number of seeds cannot be used.
    """
    if not 1 <= n_seeds <= _MOST_SEEDS:
        raise DataError(f"A learning curve takes 1 to {_MOST_SEEDS} seeds, but {n_seeds} were asked for.")
    if not sizes or max(sizes) > len(labels) or min(sizes) < 1:
        raise DataError(
            f"Sizes of a learning curve go from 1 to the {len(labels):,} training images, but are "
            f"{', '.join(f'{size:,}' for size in sizes) or 'none'}: choose others."
        )
    for seed in range(n_seeds):
        check_inner_split(labels[order_evenly(labels, seed)[: min(sizes)]], recipe.inner_folds)


def order_evenly(labels: Labels, seed: int) -> Indices:
    """Shuffle images so that each beginning of the order has the classes in about the shares of the whole."""
    rng = np.random.default_rng(seed)
    keys = np.empty(len(labels))
    for label in np.unique(labels):
        places = np.flatnonzero(labels == label)
        keys[places] = (rng.permutation(len(places)) + rng.random()) / len(places)
    return np.argsort(keys, kind="stable").astype(np.int64)


def grow(
    dataset: Dataset,
    split: Split,
    candidate: Candidate,
    recipe: Recipe,
    sizes: Sequence[int],
    n_seeds: int = N_SEEDS,
    done: Iterable[Trial] = (),
    look: Callable[[], None] = lambda: None,
) -> Iterator[Trial]:
    """Train networks on ever larger parts of the training images and measure each on the held-out ones.

    Of one seed a smaller part is the beginning of a larger one.

    Parameters
    ----------
    dataset : Dataset
        The images.
    split : Split
        Which are for training and which are held out.
    candidate : Candidate
        The network.
    recipe : Recipe
        How to train; its own seed is not used.
    sizes : sequence of int
        As `check_sizes` takes them.
    n_seeds : int
        Networks a size.
    done : iterable of Trial
        Not to be done again.
    look : callable
        Called after each epoch; what it raises ends the work.

    Yields
    ------
    Trial
        Each as it ends; all sizes of a seed, then the next seed.
    """
    images, labels = dataset.images[split.train], dataset.labels[split.train]
    held_out, truth = dataset.images[split.test], dataset.labels[split.test]
    known = {(trial.size, trial.seed) for trial in done}
    recipe = replace(recipe, n_classes=dataset.n_classes)
    for seed in range(n_seeds):
        order = order_evenly(labels, seed)
        for size in sizes:
            if (size, seed) in known:
                continue
            chosen = order[:size]
            its_recipe = replace(recipe, seed=seed)
            network, history = train_network(
                images[chosen], labels[chosen], candidate, its_recipe, lambda _: look()
            )
            measured = evaluate(network, held_out, truth)
            yield Trial(size, seed, measured.n, measured.n_right, len(history))


def sum_up(trials: Iterable[Trial]) -> list[Growth]:
    """Sum up trainings by their size, the smallest first."""
    by_size = groupby(sorted(trials, key=attrgetter("size")), key=attrgetter("size"))
    return [_sum_up_size(size, list(its_trials)) for size, its_trials in by_size]


def find_gain(curve: Sequence[Growth]) -> float | None:
    """Find what the last doubling of the images brought, as a share of the held-out images.

    Between two sizes the accuracy is interpolated on the logarithm of the size.

    Returns
    -------
    float or None
        None where the curve does not reach over a doubling.
    """
    sizes = np.log([point.size for point in curve])
    if len(curve) < 2 or sizes[-1] - sizes[0] < math.log(2):
        return None
    accuracies = [point.accuracy for point in curve]
    return accuracies[-1] - float(np.interp(sizes[-1] - math.log(2), sizes, accuracies))


def _sum_up_size(size: int, trials: Sequence[Trial]) -> Growth:
    shares = np.array([trial.n_right / trial.n for trial in trials])
    mean, k = float(shares.mean()), len(shares)
    # Of one network nothing is known of the chance of its training.
    of_training = stats.t.ppf(_TWO_SIDED, k - 1) * shares.std(ddof=1) / math.sqrt(k) if k > 1 else 0.0
    of_test = stats.norm.ppf(_TWO_SIDED) * math.sqrt(mean * (1 - mean) / trials[0].n)
    reach = math.hypot(of_training, of_test)
    low, high = max(0.0, mean - reach), min(1.0, mean + reach)
    return Growth(size, k, mean, low, high, float(shares.min()), float(shares.max()))
