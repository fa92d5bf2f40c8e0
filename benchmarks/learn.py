"""Claim: taught five examples of a misread digit, a copy reads further ones by that hand and keeps the rest.

`python -m benchmarks.learn` trains a network by a quick version of the robust recipe without the six writers
whose digits the shipped model reads least. Each digit of theirs that it misreads at least three times is a
case: a copy is taught five examples, misread ones first, and reads the further ones, all other digits of that
writer, and the 10,000 held-out images. The same goes for `models/paper`, which has seen no pen at all. It
takes about four minutes.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from benchmarks import DATA, describe_machine, find_mnist
from mnist_core.data.dataset import Dataset, split_dataset
from mnist_core.data.layouts import read_dataset
from mnist_core.ground.arrays import Indices
from mnist_core.ground.settings import SHIPPED_MODELS
from mnist_core.insight.evaluation import evaluate
from mnist_core.insight.evaluation.people import people_interval
from mnist_core.network.architecture import MLP
from mnist_core.network.candidate import Activation, Candidate
from mnist_core.network.models import load_model
from mnist_core.training.learning.memory import Memory, read_shipped, remember
from mnist_core.training.learning.teach import teach_copy
from mnist_core.training.robust.distil import distil
from mnist_core.training.robust.distort import Bend
from mnist_core.training.robust.fit import FitPlan, read_logits
from mnist_core.training.robust.pen import Pens, draw_pens, read_pens
from mnist_core.training.robust.pool import Bytes, Pass, PoolSize, make_pool, to_bytes
from mnist_core.training.robust.teacher import answer_by_labels

_N_WRITERS = 6
_N_EXAMPLES = 5
_LEAST_MISREAD = 3
_CANDIDATE = Candidate(0.003, 96, 24, Activation.RELU)
_MOST_LOST = 0.003  # of the held-out images
_LEAST_READ = 0.95  # of the further digits


@dataclass(frozen=True, eq=False)
class _Pens:
    digits: Pens
    images: Bytes


@dataclass(frozen=True)
class _Case:
    """A digit of a writer: what is learned, what is read then."""

    writer: int
    digit: int
    examples: Indices
    further: Indices
    others: Indices


@dataclass(frozen=True, eq=False)
class _Result:
    """Which digits are read right, before and after; and the share of held-out images that is lost."""

    writer: int
    before: np.ndarray
    after: np.ndarray
    others_before: np.ndarray
    others_after: np.ndarray
    lost: float


def main() -> int:
    """Measure both networks, print their tables, return 1 where the claim breaks."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA, help="the folder of MNIST.mat")
    source = find_mnist(parser.parse_args().data)
    if source is None:
        return 0
    torch.set_num_threads(1)
    dataset, digits = read_dataset(source), read_pens()
    pens = _Pens(digits, to_bytes(draw_pens(digits)))
    writers = _find_hard_writers()
    left_out = np.isin(digits.writers, writers)
    memory = remember(*read_shipped(), digits.choose(~left_out))
    networks = {
        "robust, quick, without them": train_without(make_quick_pool(dataset, digits), writers),
        "paper": load_model(SHIPPED_MODELS / "paper").network,
    }
    results = [
        result
        for name, network in networks.items()
        for result in _measure(name, network, pens, writers, memory, dataset)
    ]
    print(f"{describe_machine()}, torch {torch.__version__}")
    read = np.concatenate([result.after for result in results]).mean()
    lost = max(result.lost for result in results)
    if read < _LEAST_READ or lost > _MOST_LOST:
        print(f"The claim breaks: {read:.1%} of the further digits, {lost:.2%} lost.", file=sys.stderr)
        return 1
    return 0


def _find_hard_writers() -> np.ndarray:
    """Find the writers of whom cross-validation of the shipped model reads least."""
    facts = load_model(SHIPPED_MODELS / "robust").info.pens
    assert facts is not None
    ordered = sorted(facts.writers, key=lambda one: one.n_right / one.n)
    return np.array([one.writer for one in ordered[:_N_WRITERS]])


def make_quick_pool(dataset: Dataset, pens: Pens) -> list[Pass]:
    """Make what a sixth of the robust recipe's course learns from."""
    train = split_dataset(dataset).train
    size = PoolSize(n_passes=6, n_drawings=4)
    return make_pool(dataset.images[train], dataset.labels[train], pens, size, Bend(), 0)


def train_without(pool: Sequence[Pass], writers: np.ndarray) -> MLP:
    """Train a network by that course, without teachers, on all but some writers."""
    answers = [answer_by_labels(pool, 10)]
    return distil(
        pool, answers, writers, _CANDIDATE, FitPlan(48, 1024, _CANDIDATE.lr), 0, lambda *_: None, 1.0
    )


def _find_cases(network: MLP, pens: _Pens, writers: np.ndarray) -> list[_Case]:
    guesses, labels = read_logits(network, pens.images).argmax(axis=1), pens.digits.labels
    rng = np.random.default_rng(0)
    cases = []
    for writer in writers.tolist():
        of_writer = pens.digits.writers == writer
        for digit in range(10):
            places = np.flatnonzero(of_writer & (labels == digit))
            wrong, right = places[guesses[places] != digit], places[guesses[places] == digit]
            if len(wrong) >= _LEAST_MISREAD:
                order = np.concatenate([rng.permutation(wrong), rng.permutation(right)])
                others = np.flatnonzero(of_writer & (labels != digit))
                cases.append(_Case(writer, digit, order[:_N_EXAMPLES], np.sort(order[_N_EXAMPLES:]), others))
    return cases


def _measure(
    name: str, network: MLP, pens: _Pens, writers: np.ndarray, memory: Memory, dataset: Dataset
) -> list[_Result]:
    test = split_dataset(dataset).test
    images, labels = dataset.images[test], dataset.labels[test]
    accuracy = evaluate(network, images, labels).accuracy
    print(f"\n{name}: {accuracy:.2%} of the {len(test):,} held-out images\n")
    print("| writer | digit | further ones before | after | other digits before | after | held out |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    results = []
    for case in _find_cases(network, pens, writers):
        copy = teach_copy(network, pens.digits.choose(case.examples), memory)
        result = _Result(
            case.writer,
            _read(network, pens, case.further),
            _read(copy, pens, case.further),
            _read(network, pens, case.others),
            _read(copy, pens, case.others),
            accuracy - evaluate(copy, images, labels).accuracy,
        )
        results.append(result)
        _print_row(str(case.writer), str(case.digit), [result])
    _print_row("all", "", results)
    return results


def _read(network: MLP, pens: _Pens, places: Indices) -> np.ndarray:
    is_right: np.ndarray = (
        read_logits(network, pens.images[places]).argmax(axis=1) == pens.digits.labels[places]
    )
    return is_right


def _print_row(writer: str, digit: str, results: Sequence[_Result]) -> None:
    shares = [
        _say([(result.writer, getattr(result, part)) for result in results])
        for part in ("before", "after", "others_before", "others_after")
    ]
    lost = [result.lost for result in results]
    worst = f" (most lost: {-max(lost):+.2%})" if len(lost) > 1 else ""
    print(f"| {writer} | {digit} | {' | '.join(shares)} | {-float(np.mean(lost)):+.2%}{worst} |", flush=True)


def _say(cases: Sequence[tuple[int, np.ndarray]]) -> str:
    """Say what is read right: the interval is over the writers, of one writer over that hand's digits."""
    n_right, n = Counter[int](), Counter[int]()
    for writer, is_right in cases:
        n_right[writer] += int(is_right.sum())
        n[writer] += len(is_right)
    low, high = people_interval([n_right[writer] for writer in n], list(n.values()))
    return f"{n_right.total()} of {n.total()} ({low:.0%} to {high:.0%})"


if __name__ == "__main__":
    sys.exit(main())
