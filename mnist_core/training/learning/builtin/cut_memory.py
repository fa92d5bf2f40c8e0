"""Cut the images that a learning copy remembers out of the paper's file.

`python -m mnist_core.training.learning.builtin.cut_memory MNIST.mat`
"""

import sys
from pathlib import Path

import numpy as np

from mnist_core.data.dataset import split_labels
from mnist_core.data.layouts import read_dataset
from mnist_core.ground.arrays import Indices, Labels
from mnist_core.training.learning.memory import MEMORY_PATH
from mnist_core.training.robust.pool import to_bytes

_SEED = 0  # of the split that the shipped models are trained with
_N_PER_DIGIT = 500


def cut_memory(source: Path, target: Path) -> None:
    """Write the first 500 training images of each digit as compressed bytes."""
    dataset = read_dataset(source)
    chosen = choose_images(dataset.labels)
    labels = dataset.labels[chosen].astype(np.uint8)
    np.savez_compressed(target, images=to_bytes(dataset.images[chosen]), labels=labels)


def choose_images(labels: Labels) -> Indices:
    """Choose the first 500 training images of each digit, in the order of the split."""
    train = split_labels(labels, _SEED).train
    digits = labels[train]
    places = [np.flatnonzero(digits == digit)[:_N_PER_DIGIT] for digit in range(10)]
    return train[np.sort(np.concatenate(places))]


if __name__ == "__main__":
    cut_memory(Path(sys.argv[1]), MEMORY_PATH)
