"""Claim: of four-digit numbers of pen digits 97 % are cut rightly; by strangers, 90 % are read wholly right.

`python -m benchmarks.rows [MODEL]` composes seeded numbers, each of one writer's digits that vary in size,
stand unevenly and come as close as to overlap, and reads them. How many are read wholly right depends on the
model: one that was trained on these writers, as `robust` is, reads more of theirs than of a stranger's.

`python -m benchmarks.rows --strangers` trains three networks by a sixth of the robust recipe, each without a
third of the writers, and has each read numbers of that third only. It takes a quarter of an hour.
"""

import argparse
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from benchmarks import DATA, describe_machine, find_mnist
from mnist_core.data.dataset import split_dataset
from mnist_core.data.layouts import read_dataset
from mnist_core.ground.settings import SHIPPED_MODELS
from mnist_core.insight.evaluation.people import people_interval
from mnist_core.insight.reading.row import read_row
from mnist_core.network.candidate import Activation, Candidate
from mnist_core.network.models import Model, load_model
from mnist_core.pens import Stroke
from mnist_core.training.robust.effort import ROBUST, WRITER_FOLDS, Effort
from mnist_core.training.robust.fit import FitPlan
from mnist_core.training.robust.pen import Pens, read_pens
from mnist_core.training.robust.pool import PoolSize
from mnist_core.training.robust.robust_recipe import train_robust
from mnist_core.training.robust.writers import split_writers

_LEAST_CUT, _LEAST_READ = 0.97, 0.9
_N = 500
_N_DIGITS = 4
_GAPS = (-0.1, 0.5)  # between digits, in heights; below 0 their boxes overlap
_CANDIDATE = Candidate(0.003, 96, 24, Activation.RELU)
_RECIPE = replace(ROBUST, max_epochs=48, patience=48)
_EFFORT = Effort(PoolSize(n_passes=8, n_drawings=4), teacher=FitPlan(8, 256, 0.002), writer_folds=0)


@dataclass(frozen=True)
class _Counts:
    """What came of some numbers of a writer."""

    n: int
    cut: int
    right: int
    digits: int  # read right, in those cut rightly

    def __add__(self, other: "_Counts") -> "_Counts":
        return _Counts(
            self.n + other.n, self.cut + other.cut, self.right + other.right, self.digits + other.digits
        )


_NOTHING = _Counts(0, 0, 0, 0)


def main() -> int:
    """Read the numbers, print the shares, return 1 where the claim breaks."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", type=Path, nargs="?", default=SHIPPED_MODELS / "paper")
    parser.add_argument("--strangers", action="store_true", help="train without the writers that are read")
    parser.add_argument("--data", type=Path, default=DATA, help="the folder of MNIST.mat")
    arguments = parser.parse_args()
    pens = read_pens()
    if not arguments.strangers:
        counts = _count(load_model(arguments.model), compose_numbers(pens, _N, seed=0))
        return _judge(counts, arguments.model.name, least_read=0.0)
    source = find_mnist(arguments.data)
    if source is None:
        return 0
    return _judge(_read_strangers(source, pens), "networks that never saw the writer", _LEAST_READ)


def _read_strangers(source: Path, pens: Pens) -> list[_Counts]:
    dataset, everyone = read_dataset(source), []
    for number, writers in enumerate(split_writers(pens, WRITER_FOLDS, 0)):
        theirs = np.isin(pens.writers, writers)
        with tempfile.TemporaryDirectory() as folder:
            split, others = split_dataset(dataset), pens.choose(~theirs)
            trained = train_robust(
                dataset, split, None, _CANDIDATE, _RECIPE, Path(folder) / "model", _ignore, _EFFORT, others
            )
        counts = _count(trained.model, compose_numbers(pens.choose(theirs), _N, seed=number))
        total = sum(counts, _NOTHING)
        print(f"part {number + 1}: {total.right} of {total.n} numbers read wholly right", flush=True)
        everyone += counts
    return everyone


def _ignore(_: str) -> None:
    """Say nothing of how far a training is."""


def _count(model: Model, numbers: Iterator[tuple[str, list[list[Stroke]], int]]) -> list[_Counts]:
    """Count what came of each writer's numbers."""
    counts: defaultdict[int, _Counts] = defaultdict(lambda: _NOTHING)
    for number, digits, writer in numbers:
        row = read_row(model, [stroke for digit in digits for stroke in digit])
        is_cut = _describe(row.groups) == _describe(digits)
        n_digits = sum(one == other for one, other in zip(row.number, number, strict=True)) if is_cut else 0
        counts[writer] += _Counts(1, int(is_cut), int(row.number == number), n_digits)
    return list(counts.values())


def _describe(groups: Sequence[Sequence[Stroke]]) -> list[list[int]]:
    return [sorted(map(len, group)) for group in groups]


def _judge(everyone: list[_Counts], readers: str, least_read: float) -> int:
    counts, n = sum(everyone, _NOTHING), [one.n for one in everyone]
    for words, each in (
        ("cut rightly", [one.cut for one in everyone]),
        ("read wholly right", [one.right for one in everyone]),
    ):
        low, high = people_interval(each, n)
        share = f"{sum(each) / counts.n:.1%} of {counts.n} numbers of {len(n)} writers {words}"
        print(f"{share} (95 %, over writers: {low:.1%} to {high:.1%})")
    of_digits = counts.digits / max(counts.cut * _N_DIGITS, 1)
    print(f"{of_digits:.2%} of the digits in those cut rightly are read right")
    print(f"  {readers}, {describe_machine()}")
    if counts.cut < _LEAST_CUT * counts.n or counts.right < least_read * counts.n:
        needs = f"{_LEAST_CUT:.0%} cut rightly and {least_read:.0%} read wholly right"
        print(f"  The claim breaks: needed {needs}.", file=sys.stderr)
        return 1
    return 0


def compose_numbers(pens: Pens, n: int, seed: int) -> Iterator[tuple[str, list[list[Stroke]], int]]:
    """Compose numbers of one writer's digits: what they are, the strokes of each digit, and the writer."""
    rng = np.random.default_rng(seed)
    for _ in range(n):
        writer = int(rng.choice(np.unique(pens.writers)))
        own = np.flatnonzero(pens.writers == writer)
        places = rng.choice(own, _N_DIGITS)
        edge, digits = 0.0, []
        for place in places:
            scale = _find_scale(pens.strokes[place], rng)
            digit = [stroke * scale for stroke in pens.strokes[place]]
            points = np.concatenate(digit)
            shift = np.array([edge, rng.uniform(-10, 10)]) - points.min(axis=0)
            digits.append([(stroke + shift).tolist() for stroke in digit])
            edge += float(np.ptp(points[:, 0])) + 100 * rng.uniform(*_GAPS)
        yield "".join(str(pens.labels[place]) for place in places), digits, writer


def _find_scale(strokes: tuple[np.ndarray, ...], rng: np.random.Generator) -> float:
    sides = np.ptp(np.concatenate(strokes), axis=0)
    return float(rng.uniform(80, 120) / max(sides[1], sides[0] / 2, 1.0))


if __name__ == "__main__":
    sys.exit(main())
