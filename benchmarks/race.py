"""Claim: a race costs at most a quarter of the whole grid's epochs, and its winner is as good.

Over 100 repeats, other shuffles of MNIST and of the built-in sample, the race's winner lies within one
standard error of the whole grid's, by the scores of the whole grid, in at least 95.

`python -m benchmarks.race` trains the paper's whole grid once a repeat, keeps each network's learning curve,
and replays the race on the curves by the function that the engine decides with: networks train independently
of each other, so a race that is run comes to the same epochs and scores; `--check N` runs N, to compare.
`--curves FOLDER` keeps the curves, so that what was interrupted goes on; `--only develop` judges the shuffles
that the thresholds were chosen on, which are none of the 100. `--repeats N` takes fewer shuffles of each.
"""

import argparse
import os
import statistics
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import joblib
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # runs as a script too

from benchmarks import DATA, describe_machine, find_mnist
from mnist_core.data.dataset import Dataset, split_dataset
from mnist_core.data.layouts import read_dataset
from mnist_core.data.sample import SAMPLE_PATH
from mnist_core.network.history import Course, EpochRecord
from mnist_core.network.plan import SearchPlan, Strategy
from mnist_core.network.racing import replay_race
from mnist_core.search.checkpoints import Checkpoints
from mnist_core.search.fast import make_fast_engine
from mnist_core.search.messages import Message, Records
from mnist_core.search.rounds import Source
from mnist_core.store.ranking import standard_error

_LIMIT = 6_000  # images of MNIST a repeat; the sample has 5,000
# Of each, by their seeds; the thresholds were chosen on the second ones.
_SHUFFLES = {"judge": [*range(33, 83)], "develop": [*range(33), *range(1000, 1016)]}
_MOST_COST, _LEAST_GOOD = 0.25, 0.95
_SLACK = 1e-9


@dataclass(frozen=True)
class Repeat:
    """The whole grid on one shuffle: what each fit came to."""

    name: str
    courses: dict[tuple[int, int], Course]
    scores: np.ndarray

    @property
    def n_epochs(self) -> int:
        """Count the epochs of the whole grid."""
        return sum(len(course.history) for course in self.courses.values())


@dataclass(frozen=True)
class Verdict:
    """What a race costs and finds: shares of epochs, and how many standard errors its winner is behind."""

    cost: float
    behind: float
    n_measured: int


def main() -> int:
    """Measure, print a table, return 1 where a claim breaks."""
    raw = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=raw)
    parser.add_argument("--only", choices=list(_SHUFFLES), default="judge")
    parser.add_argument("--repeats", type=int)
    parser.add_argument("--curves", type=Path, help="a folder for the curves (default: a passing one)")
    parser.add_argument("--check", type=int, default=2, help="races that are run (default: 2)")
    parser.add_argument("--data", type=Path, default=DATA)
    arguments = parser.parse_args()
    source = find_mnist(arguments.data)
    if source is None:
        return 0
    seeds = _SHUFFLES[arguments.only][: arguments.repeats]
    with tempfile.TemporaryDirectory() as passing:
        folder = arguments.curves or Path(passing)
        folder.mkdir(parents=True, exist_ok=True)
        plans = {"sample": (SAMPLE_PATH, None), "mnist": (source, _LIMIT)}
        jobs = [(name, *plans[name], seed, folder) for seed in seeds for name in plans]
        done = joblib.Parallel(n_jobs=os.cpu_count())(joblib.delayed(_measure)(*job) for job in jobs)
        differ = [job for job in jobs[: arguments.check] if not _is_as_replayed(*job)]
    verdicts = {name: [judge_repeat(one) for one in done if one.name == name] for name in plans}
    return _report(verdicts, differ)


def judge_repeat(repeat: Repeat) -> Verdict:
    """Replay the race on the curves of one shuffle, and compare its winner with the whole grid's."""
    n_candidates, n_folds = repeat.scores.shape
    recipe = SearchPlan().recipe
    drops = replay_race(repeat.courses, n_candidates, n_folds, recipe.max_epochs, recipe.n_classes)
    spent = sum(
        min(len(course.history), drops[number].n_epochs if fold < drops[number].n_folds else 0)
        if number in drops
        else len(course.history)
        for (number, fold), course in repeat.courses.items()
    )
    means = repeat.scores.mean(axis=1)
    best = int(means.argmax())
    found = max(mean for number, mean in enumerate(means) if number not in drops)
    error = standard_error(repeat.scores[best].tolist())
    return Verdict(spent / repeat.n_epochs, float(means[best] - found) / error, n_candidates - len(drops))


def _measure(name: str, path: Path, limit: int | None, seed: int, folder: Path) -> Repeat:
    """Train the whole grid on one shuffle, or read its curves where that was done before."""
    kept = folder / f"{name}_{seed}.npz"
    if not kept.exists():
        plan = SearchPlan(split_seed=seed, limit=limit, workers=1, checkpoint_s=60.0)
        curves, lengths, scores = _train(read_dataset(path), plan)
        beside = kept.with_suffix(".part.npz")
        np.savez(beside, curves=curves, n=lengths, scores=scores)
        beside.replace(kept)
    return _read(name, kept)


def _read(name: str, path: Path) -> Repeat:
    with np.load(path, allow_pickle=False) as kept:
        curves, lengths, scores = kept["curves"], kept["n"], kept["scores"]
    courses = {}
    for number, fold in np.ndindex(lengths.shape):
        rows = curves[number, fold, : lengths[number, fold]].tolist()
        history = [
            EpochRecord(epoch, train, valid, read, 0.0) for epoch, (train, valid, read) in enumerate(rows, 1)
        ]
        courses[number, fold] = Course(history, has_ended=True)
    return Repeat(name, courses, scores)


def _train(dataset: Dataset, plan: SearchPlan) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Search as planned in this process; return losses and accuracies, epochs, and scores of each fit."""
    shape = plan.n_candidates, plan.cv
    curves = np.full((*shape, plan.recipe.max_epochs, 3), np.nan)
    lengths, scores = np.zeros(shape, np.int64), np.full(shape, np.nan)

    def note(message: Message) -> None:
        if isinstance(message, Records):
            for number, fold, one in message.epochs:
                curves[number, fold, one.epoch - 1] = one.train_loss, one.valid_loss, one.valid_accuracy
                lengths[number, fold] = max(one.epoch, lengths[number, fold])
            for number, fold, score in message.scores:
                scores[number, fold] = score

    _search(dataset, plan, note)
    return curves[:, :, : lengths.max()], lengths, scores


def _search(dataset: Dataset, plan: SearchPlan, note: Callable[[Message], None]) -> dict[str, Any]:
    split = split_dataset(dataset, plan.split_seed, plan.limit)
    source = Source(dataset.images[split.train], dataset.labels[split.train])
    return make_fast_engine(source, plan, Checkpoints(None), note, None).search().cv_results


def _is_as_replayed(name: str, path: Path, limit: int | None, seed: int, folder: Path) -> bool:
    """Run a race; say whether it drops whom the replay drops, and measures the whole grid's scores."""
    repeat = _measure(name, path, limit, seed, folder)
    plan = SearchPlan(split_seed=seed, limit=limit, workers=1, checkpoint_s=60.0)
    n_candidates, recipe = plan.n_candidates, plan.recipe
    drops = replay_race(repeat.courses, n_candidates, plan.cv, recipe.max_epochs, recipe.n_classes)
    table = _search(read_dataset(path), replace(plan, strategy=Strategy.RACE), lambda _: None)
    means = repeat.scores.mean(axis=1)
    means[list(drops)] = np.nan
    return bool(np.array_equal(table["mean_test_score"], means, equal_nan=True))


def _report(verdicts: dict[str, list[Verdict]], differ: Sequence[object]) -> int:
    print("| images | repeats | share of the epochs, mean | the most | measured | within one s.e. |")
    print("| --- | --- | --- | --- | --- | --- |")
    everything = [one for several in verdicts.values() for one in several]
    for name, several in (*verdicts.items(), ("all", everything)):
        costs, n_good = [one.cost for one in several], sum(one.behind <= 1 + _SLACK for one in several)
        measured = statistics.fmean(one.n_measured for one in several)
        print(
            f"| {name} | {len(several)} | {statistics.fmean(costs):.1%} | {max(costs):.1%} "
            f"| {measured:.1f} of 81 | {n_good} |"
        )
    behind = statistics.fmean(one.behind for one in everything)
    n_same = sum(one.behind <= 0 for one in everything)
    print(f"\nThe winner is the whole grid's in {n_same}; on average {behind:.2f} standard errors behind it.")
    print(describe_machine())
    good = statistics.fmean(one.behind <= 1 + _SLACK for one in everything)
    kept = {
        f"at most {_MOST_COST:.0%} of the epochs": statistics.fmean(c.cost for c in everything) <= _MOST_COST,
        f"within one standard error in at least {_LEAST_GOOD:.0%}": good >= _LEAST_GOOD,
        "a race that is run comes to what was replayed": not differ,
    }
    for claim in (claim for claim, is_kept in kept.items() if not is_kept):
        print(f"The claim breaks: {claim}.", file=sys.stderr)
    return 0 if all(kept.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
