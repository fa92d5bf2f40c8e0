"""Cut the built-in sample out of the paper's file.

`python -m mnist_core.data.builtin.cut_sample MNIST.mat`
"""

import sys
from pathlib import Path

import numpy as np
from scipy.io import loadmat, savemat

from mnist_core.data.dataset import split_labels
from mnist_core.data.sample import SAMPLE_PATH
from mnist_core.ground.arrays import Indices, Labels

_SEED = 0  # of the split that the shipped models are trained with
_N_PER_DIGIT = 500


def cut_sample(source: Path, target: Path) -> None:
    """Write the first 500 held-out images of each digit as a `.mat` file.

    Parameters
    ----------
    source : Path
        The paper's file of 60,000 images, values k / 255.
    target : Path
        The sample; pixel values as bytes, which take half the room of doubles.
    """
    arrays = loadmat(source)
    labels = arrays["output_labels"].ravel().astype(np.int64)
    chosen = choose_images(labels)
    pixels = np.round(arrays["input_images"][chosen] * 255).astype(np.uint8)
    digits = labels[chosen].reshape(-1, 1).astype(np.uint8)
    savemat(target, {"input_images": pixels, "output_labels": digits}, do_compression=True)


def choose_images(labels: Labels) -> Indices:
    """Choose the first 500 held-out images of each digit, in the order of the split."""
    held_out = split_labels(labels, _SEED).test
    digits = labels[held_out]
    places = [np.flatnonzero(digits == digit)[:_N_PER_DIGIT] for digit in range(10)]
    return held_out[np.sort(np.concatenate(places))]


if __name__ == "__main__":
    cut_sample(Path(sys.argv[1]), SAMPLE_PATH)
