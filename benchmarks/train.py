"""Claim: one network trains at least 4.5 times as fast as with skorch, and many seeds faster still.

`python -m benchmarks.train` trains the paper's winner, and the smallest candidate of its grid, on the
built-in sample: with skorch, by the fast path alone, and as one of eight seeds side by side. All of it
is the processor time of one thread for a network, its images' preparation included.
"""

import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

import torch

from benchmarks import describe_machine
from mnist_core.data.dataset import Dataset
from mnist_core.data.layouts import read_dataset
from mnist_core.data.sample import SAMPLE_PATH
from mnist_core.engines import skorch_classifier as classifier
from mnist_core.engines.fused.alone import train_network, train_seeds
from mnist_core.network.candidate import Activation, Candidate
from mnist_core.network.grid import PAPER_WINNER
from mnist_core.network.recipe import Recipe

_RECIPE = Recipe(max_epochs=8, patience=8)  # so few that none stops early: all train the same epochs
_SMALLEST = Candidate(PAPER_WINNER.lr, 24, 12, Activation.TANH)
_SEEDS = range(8)
_ROUNDS = 5


@dataclass(frozen=True)
class _Claim:
    """How many times as fast a candidate has to train alone, and in a stack against alone."""

    candidate: Candidate
    alone: float
    stacked: float


_CLAIMS = (_Claim(PAPER_WINNER, 4.5, 1.4), _Claim(_SMALLEST, 4.5, 2.5))


def main() -> int:
    """Measure all ways, print a table, return 1 where a claim breaks."""
    torch.set_num_threads(1)
    sample = read_dataset(SAMPLE_PATH)
    print("| network | skorch | alone | one of 8 seeds | alone against skorch | seeds against alone |")
    print("| --- | --- | --- | --- | --- | --- |")
    is_kept = [_judge(claim, sample) for claim in _CLAIMS]
    print(f"\nProcessor seconds a network, {_RECIPE.max_epochs} epochs, {sample.n_samples:,} images")
    print(f"{describe_machine()}, torch {torch.__version__}")
    return 0 if all(is_kept) else 1


def _judge(claim: _Claim, sample: Dataset) -> bool:
    skorch, alone, stacked = _measure(claim.candidate, sample)
    gain, more = skorch / alone, alone / stacked
    cells = f"{skorch:.2f} | {alone:.3f} | {stacked:.3f} | {gain:.1f} times | {more:.2f} times"
    print(f"| {claim.candidate} | {cells} |")
    if gain < claim.alone or more < claim.stacked:
        needed = f"{claim.alone:g} times as fast alone, and {claim.stacked:g} times that in a stack"
        print(f"The claim breaks: {claim.candidate} needs {needed}.", file=sys.stderr)
        return False
    return True


def _measure(candidate: Candidate, sample: Dataset) -> list[float]:
    """Measure the median processor seconds a network of each way, in turns, after one turn to warm up."""
    data = sample.images, sample.labels, candidate, _RECIPE
    ways: tuple[tuple[Callable[[], object], int], ...] = (
        (lambda: classifier.train_network(*data), 1),
        (lambda: train_network(*data), 1),
        (lambda: train_seeds(*data, list(_SEEDS)), len(_SEEDS)),
    )
    turns = [[_time(train) / n_networks for train, n_networks in ways] for _ in range(_ROUNDS + 1)]
    return [statistics.median(seconds) for seconds in zip(*turns[1:], strict=True)]


def _time(work: Callable[[], object]) -> float:
    begin = time.process_time()
    work()
    return time.process_time() - begin


if __name__ == "__main__":
    sys.exit(main())
