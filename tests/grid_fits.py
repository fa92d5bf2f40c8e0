"""Epochs and fits of a grid of four networks, as figures take them."""

from mnist_core.network.candidate import Activation
from mnist_core.network.grid import Grid
from mnist_core.store import FitRow, FitState
from mnist_core.store.epochs import EpochAccuracy

GRID = Grid(lr=(0.1, 0.01), hidden1=(4,), hidden2=(3, 2), activation=(Activation.RELU, Activation.TANH))


def make_epochs(fits: dict[tuple[int, int], list[float]]) -> list[EpochAccuracy]:
    """Make epochs of some accuracies, the first of each fit, then the second of each."""
    longest = max(map(len, fits.values()))
    found = [
        (candidate, fold, epoch, curve[epoch])
        for epoch in range(longest)
        for (candidate, fold), curve in fits.items()
        if epoch < len(curve)
    ]
    return [
        EpochAccuracy(number, candidate, fold, epoch + 1, accuracy)
        for number, (candidate, fold, epoch, accuracy) in enumerate(found, 1)
    ]


def make_fit(candidate: int, fold: int, n_epochs: int, score: float | None) -> FitRow:
    state = FitState.RUNNING if score is None else FitState.DONE
    return FitRow(candidate, fold, state, score, n_epochs, 1.0)
