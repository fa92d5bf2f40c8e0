"""Claim: what `predict --not-sure 0.99` answers is right 99 times in 100; of strangers it refuses 9 in 10.

`python -m benchmarks.doubt [MODEL]` learns the rule by cross-validation in five parts: pen digits by writer,
letters by letter, the rest at random. Each is judged by a rule that has not seen its writer or letter.
`--write` then learns it from all, and keeps it where the lab reads it.
"""

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from benchmarks import describe_machine
from benchmarks.strangers import draw_letter, draw_pair, draw_scribble, letter_names
from mnist_core.dataset.sample import SAMPLE_PATH
from mnist_core.drawing import draw_strokes
from mnist_core.evaluation import wilson_interval
from mnist_core.evaluation.answers import read_probabilities
from mnist_core.layouts import read_dataset
from mnist_core.modelstore import load_model
from mnist_core.reading.doubt import (
    FEATURES,
    RULE_PATH,
    DoubtRule,
    choose_floor,
    find_features,
    judge_readings,
    learn_shapes,
)
from mnist_core.robust.pen import draw_pens, read_pens
from mnist_core.settings import SHIPPED_MODELS

_FOLDS = 5
_SHARES = (0.95, 0.97, 0.98, 0.985, 0.99, 0.993, 0.996, 0.998)
_SHARE = 0.99
_REFUSED = 0.9  # of each kind of stranger
_N_LETTERS = 30  # of each letter
_N_OTHERS = 1_000  # scribbles, and pairs
_PEN, _PRINT = "pen digits", "MNIST's digits"


@dataclass(frozen=True, eq=False)
class _Tried:
    """What is judged: images, their digits or -1, their kinds, parts and readings."""

    images: np.ndarray
    labels: np.ndarray
    kinds: np.ndarray
    folds: np.ndarray
    probabilities: np.ndarray

    @property
    def is_right(self) -> np.ndarray:
        """Say which readings are right; none is of what is no digit."""
        return np.asarray(self.probabilities.argmax(axis=1) == self.labels)


def main() -> int:
    """Judge by cross-validation, print a table, return 1 where the claim breaks."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", nargs="?", type=Path, default=SHIPPED_MODELS / "paper")
    parser.add_argument("--write", action="store_true", help="keep the rule that is learnt from all")
    arguments = parser.parse_args()
    tried = _try(arguments.model)
    chances = np.zeros(len(tried.labels))
    for fold in range(_FOLDS):
        rule, left_out = _learn(tried, tried.folds != fold), tried.folds == fold
        chances[left_out] = judge_readings(tried.images[left_out], tried.probabilities[left_out], rule)
    floors = _find_floors(tried, chances)
    rule = _learn(tried, np.ones(len(chances), dtype=bool), floors)
    is_kept = _report(tried, chances, choose_floor(_SHARE, rule), rule)
    if arguments.write:
        _write(rule)
    print(f"  {arguments.model.name}, {describe_machine()}")
    return 0 if is_kept else 1


def _try(folder: Path) -> _Tried:
    rng = np.random.default_rng(0)
    pens, sample = read_pens(), read_dataset(SAMPLE_PATH)
    letters = [name for name in letter_names() for _ in range(_N_LETTERS)]
    drawn = [draw_letter(name, rng) for name in letters] + [draw_scribble(rng) for _ in range(_N_OTHERS)]
    for _ in range(_N_OTHERS):
        own = np.flatnonzero(pens.writers == rng.choice(pens.writers))
        one, other = rng.choice(own, 2)
        drawn.append(draw_pair(pens.strokes[one], pens.strokes[other], rng))
    images = np.concatenate([draw_pens(pens), sample.images, np.stack([draw_strokes(one) for one in drawn])])
    order = rng.permutation(letter_names()).tolist()
    writer_fold = rng.permutation(pens.writers.max() + 1) % _FOLDS
    folds = [writer_fold[pens.writers], rng.integers(0, _FOLDS, sample.n_samples)]
    folds += [np.array([order.index(name) % _FOLDS for name in letters])]
    folds += [rng.integers(0, _FOLDS, 2 * _N_OTHERS)]
    sizes = {_PEN: len(pens), _PRINT: sample.n_samples, "letters": len(letters)}
    sizes |= {"scribbles": _N_OTHERS, "two digits": _N_OTHERS}
    model = load_model(folder)
    return _Tried(
        images,
        np.concatenate([pens.labels, sample.labels, np.full(len(drawn), -1)]),
        np.repeat(list(sizes), list(sizes.values())),
        np.concatenate(folds),
        read_probabilities(model, images),
    )


def _learn(tried: _Tried, chosen: np.ndarray, floors: np.ndarray | None = None) -> DoubtRule:
    digits = chosen & (tried.labels >= 0)
    shapes = learn_shapes(tried.images[digits], tried.labels[digits])
    features = find_features(tried.images[chosen], tried.probabilities[chosen], shapes)
    model = make_pipeline(StandardScaler(), LogisticRegression()).fit(features, tried.is_right[chosen])
    scaler, regression = model[0], model[1]
    weights = regression.coef_[0] / scaler.scale_
    bias = float(regression.intercept_[0] - weights @ scaler.mean_)
    return DoubtRule(
        shapes, weights, bias, np.array(_SHARES), np.zeros(len(_SHARES)) if floors is None else floors
    )


def _find_floors(tried: _Tried, chances: np.ndarray) -> np.ndarray:
    """Find the least chance at which each share of the answers to left-out writers is right."""
    pens = np.flatnonzero(tried.kinds == _PEN)
    surest = pens[np.argsort(-chances[pens], kind="stable")]
    shares = np.cumsum(tried.is_right[surest]) / np.arange(1, len(surest) + 1)
    return np.array([chances[surest[np.flatnonzero(shares >= share)[-1]]] for share in _SHARES])


def _report(tried: _Tried, chances: np.ndarray, floor: float, rule: DoubtRule) -> bool:
    is_answered = chances >= floor
    print(f"floor {floor:.3f} for {_SHARE:.1%}; of all shares: {np.round(rule.floors, 3).tolist()}")
    print("| tried | n | answered | right of these (95 %) | refused | refused of what is read right |")
    print("| --- | --- | --- | --- | --- | --- |")
    is_kept = True
    for kind in dict.fromkeys(tried.kinds):
        chosen = tried.kinds == kind
        n_answered, n_right = (
            int(is_answered[chosen].sum()),
            int((is_answered & tried.is_right)[chosen].sum()),
        )
        refused = 1 - n_answered / chosen.sum()
        right, lost = "", ""
        if tried.is_right[chosen].any():
            low, high = wilson_interval(n_right, n_answered)
            right = f"{n_right / n_answered:.2%} ({low:.2%} to {high:.2%})"
            lost = f"{1 - n_right / tried.is_right[chosen].sum():.1%}"
            is_kept &= kind != _PEN or n_right >= _SHARE * n_answered
        else:
            is_kept &= bool(refused >= _REFUSED)
        print(f"| {kind} | {chosen.sum():,} | {n_answered:,} | {right} | {refused:.1%} | {lost} |")
    for name, weight in zip(FEATURES, rule.weights, strict=True):
        print(f"  {name}: {weight:+.3f}")
    if not is_kept:
        print("  The claim breaks.", file=sys.stderr)
    return is_kept


def _write(rule: DoubtRule) -> None:
    np.savez_compressed(
        RULE_PATH,
        means=rule.shapes.means.astype(np.float32),
        directions=rule.shapes.directions.astype(np.float32),
        variances=rule.shapes.variances.astype(np.float32),
        weights=rule.weights,
        bias=rule.bias,
        shares=rule.shares,
        floors=rule.floors,
    )


if __name__ == "__main__":
    sys.exit(main())
