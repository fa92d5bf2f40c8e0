"""Small seeded data that the tests make for themselves."""

from functools import cache
from pathlib import Path

import numpy as np
from scipy.io import loadmat, savemat

ROOT = Path(__file__).resolve().parent.parent


def make_digits(n: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Make n easy 28 x 28 images: a bright block whose place tells the digit, and noise.

    Rounded to 255ths, as real images are.
    """
    rng = np.random.default_rng(seed)
    labels = (np.arange(n) % 10).astype(np.int64)
    rng.shuffle(labels)
    images = np.zeros((n, 28, 28), dtype=np.float32)
    for image, label in zip(images, labels, strict=True):
        row, column = 4 + 10 * (label // 5), 3 + 5 * (label % 5)
        image[row : row + 8, column : column + 4] = rng.uniform(0.5, 1.0, (8, 4))
    images[:, 4:24, 4:24] += rng.uniform(0, 0.3, (n, 20, 20)).astype(np.float32)
    return (np.round(images.clip(0, 1) * 255) / 255).astype(np.float32), labels


def take_digits(n: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Take n real images of the built-in sample, as many of each digit as of any other, shuffled."""
    images, labels = _read_sample()
    rng = np.random.default_rng(seed)
    places = [rng.permutation(np.flatnonzero(labels == digit)) for digit in range(10)]
    chosen = np.stack(places, axis=1).ravel()[:n]
    rng.shuffle(chosen)
    return images[chosen].copy(), labels[chosen].copy()


@cache
def _read_sample() -> tuple[np.ndarray, np.ndarray]:
    arrays = loadmat(ROOT / "mnist_core/data/builtin/mnist_sample.mat")
    images = (arrays["input_images"].reshape(-1, 28, 28) / np.float32(255)).astype(np.float32)
    return images, arrays["output_labels"].ravel().astype(np.int64)


def make_small_digits(n: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Make the same images of 14 x 14 pixels, every other one of each row and column."""
    images, labels = make_digits(n, seed)
    return np.ascontiguousarray(images[:, ::2, ::2]), labels


def write_mat(path: Path, images: np.ndarray, labels: np.ndarray) -> Path:
    """Write images and labels as a `.mat` file in the paper's layout."""
    columns = images.reshape(len(images), -1).astype(np.float64)
    variables = {"input_images": columns, "output_labels": labels.reshape(-1, 1).astype(np.float64)}
    savemat(path, variables, do_compression=True)
    return path
