"""What every rival does: the same networks, folds and epochs."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import torch

from mnist_core.data.dataset import split_dataset, split_inner
from mnist_core.data.layouts import read_or_sample
from mnist_core.data.stratified import cut_folds
from mnist_core.ground.arrays import Columns, Labels, Part
from mnist_core.network.architecture import MLP
from mnist_core.network.candidate import Activation, Candidate
from mnist_core.network.grid import PAPER_GRID

N_FOLDS, BATCH_SIZE, N_CLASSES, SEED = 5, 128, 10, 0
"""Of the paper's recipe."""


@dataclass(frozen=True)
class Fold:
    """Positions of the images that a network of a fold trains on, is validated on, and scored on."""

    train: Part
    valid: Part
    test: Part

    def list_batches(self) -> list[Part]:
        """List the batches in their order; the last one may be smaller."""
        return [self.train[first : first + BATCH_SIZE] for first in range(0, len(self.train), BATCH_SIZE)]


@dataclass(frozen=True)
class Task:
    """A slice of the paper's grid: its networks of one activation, a few epochs of each.

    Attributes
    ----------
    images : ndarray of shape (n, pixels), float32
        Training images.
    labels : ndarray of shape (n,), int64
        Their digits.
    n_epochs : int
        Of each fit; none stops early, so that all do the same work.
    """

    images: Columns
    labels: Labels
    n_epochs: int

    @cached_property
    def folds(self) -> list[Fold]:
        """Cut the outer folds, and of each what early stopping would look at, as the lab does."""
        folds = []
        for outside, inside in cut_folds(self.labels, N_FOLDS):
            train, valid = split_inner(self.labels[outside], N_FOLDS)
            folds.append(Fold(outside[train], outside[valid], inside))
        return folds

    @cached_property
    def candidates(self) -> list[Candidate]:
        """List the networks, in the order of the grid."""
        return list_candidates()

    @property
    def axes(self) -> dict[str, list[Any]]:
        """Return the slice as a grid's axes."""
        return {**PAPER_GRID.values(), "activation": ["tanh"]}

    def group_shapes(self) -> dict[tuple[int, ...], list[int]]:
        """Group the candidates, by number, whose networks have the same shape: those can be one array."""
        groups: dict[tuple[int, ...], list[int]] = {}
        for number, candidate in enumerate(self.candidates):
            groups.setdefault(candidate.hidden, []).append(number)
        return groups


def list_candidates() -> list[Candidate]:
    """List the paper's networks with tanh, in the order of the grid."""
    return [one for one in PAPER_GRID.candidates() if one.activation is Activation.TANH]


def read_task(source: Path | None, limit: int | None, n_epochs: int) -> Task:
    """Read the training images of a file, or of the built-in sample."""
    dataset = read_or_sample(source)
    train = split_dataset(dataset, 0, limit).train
    images = dataset.images[train].reshape(len(train), -1)
    return Task(np.ascontiguousarray(images), dataset.labels[train], n_epochs)


def draw_weights(candidate: Candidate, n_pixels: int) -> list[np.ndarray]:
    """Draw the weights that the lab begins with, a matrix and a vector a layer."""
    torch.manual_seed(SEED)
    return [tensor.detach().numpy() for tensor in MLP.of(candidate, n_pixels, N_CLASSES).parameters()]


def stack_weights(task: Task, numbers: Sequence[int], times: int) -> list[np.ndarray]:
    """Stack the first weights of some candidates of one shape, each so many times after the other."""
    drawn = [draw_weights(task.candidates[number], task.images.shape[1]) for number in numbers]
    return [np.stack([part for part in parts for _ in range(times)]) for parts in zip(*drawn, strict=True)]
