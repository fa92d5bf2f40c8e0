"""Claim: the interval of the calibration error holds the error of endless images in at least 85 of 100 sets.

`python -m benchmarks.calibration` takes the logits of the shipped models on the built-in sample, says what
is to be true (those probabilities at a temperature), draws sets of images and labels from it, and counts how
often the interval, of 95 % by its name, holds the true error.
"""

import sys

import numpy as np
from scipy.special import softmax

from benchmarks import describe_machine
from mnist_core.data.layouts import read_dataset
from mnist_core.data.sample import SAMPLE_PATH
from mnist_core.ground.settings import SHIPPED_MODELS
from mnist_core.insight.evaluation import read_logits
from mnist_core.insight.evaluation.calibration import N_BINS, measure_calibration
from mnist_core.network.models import load_model

_AT_LEAST = 0.85
_N_SETS = 100
_TRUTHS = (("paper", 1.38), ("paper", 1.0), ("robust", 1.3), ("robust", 1.1))
_SIZES = (2_000, 10_000)


def main() -> int:
    """Draw the sets, print how often the interval holds, return 1 where the claim breaks."""
    images = read_dataset(SAMPLE_PATH).images
    shares = []
    print("| model | true temperature | true error | images a set | held | too low | too high |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for name, temperature in _TRUTHS:
        logits = read_logits(load_model(SHIPPED_MODELS / name).network, images)
        for size in _SIZES:
            error, low, high = _count(logits, temperature, size)
            held = 1 - low - high
            shares.append(held)
            row = f"{held:.0%} | {low:.0%} | {high:.0%}"
            print(f"| {name} | {temperature:g} | {error:.2%} | {size:,} | {row} |", flush=True)
    print(f"\n{_N_SETS} sets a row, {describe_machine()}")
    if min(shares) < _AT_LEAST:
        print(f"The claim breaks: needed {_AT_LEAST:.0%}.", file=sys.stderr)
        return 1
    return 0


def _count(logits: np.ndarray, temperature: float, size: int) -> tuple[float, float, float]:
    """Return the true error, and the shares of sets whose interval lies below it and above it."""
    truth = softmax(logits / np.float64(temperature), axis=1)
    sure, guesses = softmax(logits.astype(np.float64), axis=1).max(axis=1), logits.argmax(axis=1)
    places = np.minimum((sure * N_BINS).astype(np.int64), N_BINS - 1)
    gaps = truth[np.arange(len(guesses)), guesses] - sure
    error = float(np.abs(np.bincount(places, gaps, N_BINS)).sum() / len(gaps))
    rng, bounds = np.random.default_rng(0), truth.cumsum(axis=1)
    low = high = 0
    for number in range(_N_SETS):
        drawn = rng.integers(len(logits), size=size)
        labels = (bounds[drawn] < rng.random((size, 1))).sum(axis=1).clip(0, 9).astype(np.int64)
        least, most = measure_calibration(logits[drawn], labels, seed=number).interval
        low, high = low + (most < error), high + (least > error)
    return error, low / _N_SETS, high / _N_SETS


if __name__ == "__main__":
    sys.exit(main())
