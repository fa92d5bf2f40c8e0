"""Claim: the ink of the classes tells which end of 1 to 10 is the digit 0, in each of 200 draws.

`python -m benchmarks.layouts`: 150 images of the built-in sample a draw, labels coded both ways.
"""

import sys

import numpy as np

from benchmarks import describe_machine
from mnist_core.data.layouts import Choices, read_dataset
from mnist_core.data.layouts.coding import read_classes
from mnist_core.data.layouts.labels import RawLabels
from mnist_core.data.sample import SAMPLE_PATH

_DRAWS = 200
_N = 150


def main() -> int:
    """Draw, code, read; return 1 where one draw is read wrong."""
    sample = read_dataset(SAMPLE_PATH)
    rng = np.random.default_rng(0)
    n_right = 0
    for _ in range(_DRAWS):
        chosen = rng.choice(sample.n_samples, _N, replace=False)
        images, labels = sample.images[chosen], sample.labels[chosen]
        for coded in (np.where(labels == 0, 10, labels), labels + 1):
            read, _, _ = read_classes([RawLabels("y", coded, "a number an image")], images, {}, Choices())
            n_right += int(np.array_equal(read, labels))
    print(f"{n_right} of {2 * _DRAWS} draws of {_N} images read right")
    print(f"  {describe_machine()}, numpy {np.__version__}")
    if n_right < 2 * _DRAWS:
        print("  The claim breaks: all were needed.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
