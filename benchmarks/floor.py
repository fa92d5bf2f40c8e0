"""The least work that a search is, and how long this machine takes for it at its best.

For each epoch of each fit:

- hidden 1: a product and its addition for each pixel that is not zero and each unit, once for an image that
  is trained on or validated on, and once more for the gradient;
- the layers above: one for each weight and image, and twice more where the image is trained on;
- Adam: each weight whose pixel has ink in any image is read and written, with its two means, at every step.

Not counted: activations, losses, reading the images, what any arrangement costs, every start. The additions
are taken at the rate of sums in registers, Adam's traffic at that of a core's second-level cache, where the
weights of a stack lie, both measured on all cores at once.
"""

import statistics
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import no_type_check

import numpy as np

from mnist_core.data.dataset import split_dataset, split_inner
from mnist_core.data.layouts import read_dataset
from mnist_core.data.stratified import cut_folds
from mnist_core.engines.fused.compiled import compiled
from mnist_core.engines.fused.kernels import gather, place
from mnist_core.engines.fused.matrices import make_rows
from mnist_core.engines.fused.vectors import GROUP, LANES, WIDE
from mnist_core.network.candidate import Candidate
from mnist_core.network.plan import SearchPlan
from mnist_core.network.recipe import Recipe

_ROUNDS = 7
_TERMS = 200_000  # of the sums whose rate is measured: a hundredth of a second
_STATE = 784 * 96 * 3  # floats of a stack: 0.9 MB
_TIMES = 40
_BYTES_A_WEIGHT = 4 * 3 * 2  # with Adam's two means, read and written


@dataclass(frozen=True)
class Peak:
    """What all cores do in a second at their best.

    Attributes
    ----------
    additions : float
        Of float32 products.
    bytes_moved : float
        Read from and written to what the second-level caches hold.
    """

    additions: float
    bytes_moved: float


@dataclass(frozen=True)
class Images:
    """What the networks of a fold see in an epoch.

    Attributes
    ----------
    n_train, n_valid : int
        Images.
    ink : float
        Pixels of an image that are not zero, the mean.
    n_inked : int
        Pixels that are not zero in every image.
    batch_size : int
        Of a step.
    """

    n_train: int
    n_valid: int
    ink: float
    n_inked: int
    batch_size: int


def describe_images(source: Path, limit: int) -> Images:
    """Count what the networks of a fold of the paper's recipe see of a file."""
    recipe, dataset = Recipe(), read_dataset(source)
    rows = split_dataset(dataset, 0, limit).train
    outside, _ = next(cut_folds(dataset.labels[rows], SearchPlan().cv))
    train, valid = split_inner(dataset.labels[rows[outside]], recipe.inner_folds)
    images = dataset.images[rows[outside[train]]].reshape(len(train), -1)
    return Images(
        n_train=len(train),
        n_valid=len(valid),
        ink=np.count_nonzero(images) / len(images),
        n_inked=int(images.any(axis=0).sum()),
        batch_size=recipe.batch_size,
    )


def measure_peak(n_cores: int) -> Peak:
    """Measure what so many cores do in a second at their best."""
    rows, values, out = make_rows(LANES * WIDE), make_rows(_TERMS * GROUP), make_rows(GROUP * LANES * WIDE)
    pixels = np.zeros(_TERMS, np.uint16)
    state = [make_rows(_STATE) for _ in range(n_cores)]
    additions = _time(n_cores, lambda _: _add_up(out.copy(), rows, pixels, values, _TERMS))
    moved = _time(n_cores, lambda core: _pass_over(state[core], _TIMES))
    return Peak(
        additions=n_cores * _TERMS * GROUP * LANES * WIDE / additions,
        bytes_moved=n_cores * _TIMES * _STATE * 8 / moved,
    )


def _time(n_cores: int, work: Callable[[int], None]) -> float:
    """Time what all cores do at once: the median of some rounds, in seconds."""
    seconds = []
    with ThreadPoolExecutor(n_cores) as pool:
        for _ in range(_ROUNDS + 1):
            begin = time.perf_counter()
            list(pool.map(work, range(n_cores)))
            seconds.append(time.perf_counter() - begin)
    return statistics.median(seconds[1:])  # the first one compiles


@compiled
@no_type_check
def _add_up(out, rows, pixels, values, n):
    """Add up products in as many registers as the engine does, of one row that stays in the first cache."""
    wide = LANES * WIDE
    gather(
        GROUP,
        WIDE,
        place(out, 0),
        wide,
        place(rows, 0),
        place(rows, 0),
        0,
        place(pixels, 0),
        place(values, 0),
        n,
    )


@compiled
@no_type_check
def _pass_over(state, times):
    """Read and write a state, again and again."""
    for _ in range(times):
        for at in range(len(state)):
            state[at] *= np.float32(0.999)


def count_seconds(
    epochs: Sequence[tuple[Candidate, int]], images: Images, n_classes: int, peak: Peak
) -> float:
    """Count the seconds that the least work of some fits takes at the peak.

    Parameters
    ----------
    epochs : sequence of (Candidate, int)
        Each fit, and how many epochs it took.
    """
    return sum(n * _count_epoch(candidate, images, n_classes, peak) for candidate, n in epochs)


def _count_epoch(candidate: Candidate, images: Images, n_classes: int, peak: Peak) -> float:
    widths = (*candidate.hidden, n_classes)
    upper = sum(a * b for a, b in pairwise(widths))
    additions = images.ink * widths[0] * (2 * images.n_train + images.n_valid)
    additions += upper * (3 * images.n_train + images.n_valid)
    n_weights = images.n_inked * widths[0] + upper + sum(widths)
    steps = -(-images.n_train // images.batch_size)
    return additions / peak.additions + steps * n_weights * _BYTES_A_WEIGHT / peak.bytes_moved
