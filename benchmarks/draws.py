"""Claim: those drawn by what was measured come nearer to the best of all than as many drawn at random.

`python -m benchmarks.draws` measures each candidate of a space that is larger than the paper's grid once,
on 2,000 images of the built-in sample, or takes `--scores`, the table of such a search. Then both strategies
search these scores many times, each time by another seed, and ask for no training. A table tells how far the
best of so many candidates is from the best of all, in points of mean accuracy, and how often one is found
that is within one standard error of it.
"""

import argparse
import json
import math
import statistics
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from benchmarks import describe_machine, run_command
from mnist_core.data.sample import SAMPLE_PATH
from mnist_core.network.candidate import Candidate
from mnist_core.network.grid import Grid
from mnist_core.network.plan import SearchPlan, Strategy
from mnist_core.network.recipe import Recipe
from mnist_core.search.proposing import propose

_SPACE = {
    "lr": [0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3],
    "hidden1": [16, 48, 128],
    "hidden2": [12, 48],
    "activation": ["sigmoid", "relu", "tanh"],
    "optimizer": ["adam", "sgd"],
    "momentum": [0.9],
}
_FOLDS = 3
_SEARCH = ["--cv", str(_FOLDS), "--limit", "2000", "--max-epochs", "60"]
_TRIALS = (10, 15, 25, 40)
_CLAIMED = 25
_LOOK_EVERY_S = 1.0


@dataclass(frozen=True)
class _Score:
    mean: float
    standard_error: float


def main() -> int:
    """Search the scores by both strategies, print a table, return 1 where the claim breaks."""
    raw = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=raw)
    parser.add_argument("--scores", type=Path, help="results.csv of a search of the space")
    parser.add_argument("--seeds", type=int, default=100)
    arguments = parser.parse_args()
    scores = _read_scores(arguments.scores) if arguments.scores else _measure()
    best = max(scores.values(), key=lambda score: score.mean)
    print(f"{len(scores)} candidates; the best has {best.mean:.2%} ± {best.standard_error:.2%}")
    print("| candidates | strategy | points below the best, mean (worst tenth) | within one s.e. of it |")
    print("| --- | --- | --- | --- |")
    found = {strategy: _search(strategy, scores, arguments.seeds) for strategy in ("random", "bayes")}
    for n in _TRIALS:
        for strategy, curves in found.items():
            below = sorted(100 * (best.mean - curve[n - 1]) for curve in curves)
            share = statistics.fmean(curve[n - 1] >= best.mean - best.standard_error for curve in curves)
            worst = below[math.floor(0.9 * (len(below) - 1))]
            print(f"| {n} | {strategy} | {statistics.fmean(below):.2f} ({worst:.2f}) | {share:.0%} |")
    print(f"\n{arguments.seeds} seeds each; {describe_machine()}")
    at_end = {
        name: statistics.fmean(curve[_CLAIMED - 1] for curve in curves) for name, curves in found.items()
    }
    return 0 if at_end["bayes"] >= at_end["random"] else 1


def _measure() -> dict[Candidate, _Score]:
    """Measure every candidate of the space."""
    with tempfile.TemporaryDirectory() as home:
        path = Path(home) / "grid.json"
        path.write_text(json.dumps(_SPACE), encoding="utf-8")
        words = ["search", str(SAMPLE_PATH), "--grid", str(path), *_SEARCH, "--out", f"{home}/out", "--json"]
        run_command(words, home, _LOOK_EVERY_S)
        return _read_scores(Path(home) / "out" / "results.csv")


def _read_scores(path: Path) -> dict[Candidate, _Score]:
    """Read what a search of the space has measured; its table has a row a candidate, in their order."""
    table, candidates = pd.read_csv(path), Grid.from_values(_SPACE).candidates()
    means, deviations = table["mean_test_score"], table["std_test_score"]
    return {
        candidate: _Score(mean, deviation / math.sqrt(_FOLDS - 1))
        for candidate, mean, deviation in zip(candidates, means, deviations, strict=True)
    }


def _search(strategy: str, scores: Mapping[Candidate, _Score], n_seeds: int) -> list[list[float]]:
    """Search the scores by so many seeds; of each return the best mean after each candidate."""
    curves = []
    for seed in range(n_seeds):
        plan = SearchPlan(
            Grid.from_values(_SPACE),
            Recipe(seed=seed),
            strategy=Strategy(strategy),
            n_trials=max(_TRIALS),
        )
        while plan.strategy is Strategy.BAYES:
            batch = propose(plan, [scores[candidate].mean for candidate in plan.drawn])
            if not batch:
                break
            plan = replace(plan, drawn=plan.drawn + batch)
        best = 0.0
        curves.append([best := max(best, scores[candidate].mean) for candidate in plan.candidates()])
    return curves


if __name__ == "__main__":
    sys.exit(main())
