"""Claim: `--not-sure 0.99` is right in 99 % of its answers, and `robust` refuses at most 3 % it reads right.

`python -m benchmarks.doubt` learns shapes and rule from four fifths of the writers, letters and marks, and
judges them on the other fifth, five times, each with the floor that the readings of the other writers ask
for; what it invents beside is only learned, and no part learns what was made of the digits of its own
writers. Readings are those of `models/paper` and `models/legible`, which have seen no pen digit,
and of three networks that stand for `models/robust`: trained by a sixth of its course without teachers, each
without a third of the writers. `--write` then learns shapes and rule from all, keeps them and the jury where
the lab reads them, and writes the floors of the built-in models into their folders. It takes five minutes.
"""

import argparse
import sys
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from joblib import Parallel, delayed
from scipy.special import softmax
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier
from sklearn.preprocessing import StandardScaler

from benchmarks import DATA, describe_machine, find_mnist
from benchmarks.doubted import INVENTED, MARK, MIXED, ONLY_LEARNED, PEN, PRINT, Drawn, draw_tried, split_drawn
from benchmarks.learn import make_quick_pool, train_without
from mnist_core.data.layouts import read_dataset
from mnist_core.ground.settings import SHIPPED_MODELS
from mnist_core.insight.evaluation import read_logits
from mnist_core.insight.evaluation.people import people_interval
from mnist_core.insight.evaluation.temperature import fit_temperature
from mnist_core.insight.reading.doubt import (
    JUDGE_PATH,
    DoubtRule,
    Looks,
    Shapes,
    compare_shapes,
    find_features,
    learn_shapes,
    sketch_images,
)
from mnist_core.insight.reading.floors import (
    JURY_PATH,
    USUAL_SHARE,
    find_floor,
    find_floors,
    measure_floors,
    read_jury,
)
from mnist_core.insight.reading.ink_figures import measure_ink
from mnist_core.network.models import load_model, save_model
from mnist_core.network.models.info import DoubtFacts
from mnist_core.training.robust.pen import Pens, read_pens
from mnist_core.training.robust.writers import split_writers

_PARTS = 5
_SURE = 0.97  # of an invention: that much of a probability makes it a digit
_MOST_LOST = {"robust": 0.03, "paper": 0.05, "legible": 0.05}  # the others read 9 of 10 pen digits
_LEAST_RIGHT = 0.985  # of 99 % that are asked for: so much 30 writers may differ from the others
_LEAST_REFUSED = 0.8  # of each kind of stranger
_LETTER_WEIGHT = 2  # times that a letter is shown for one of all else: it is the hardest to refuse
_N_NETWORKS, _N_UNITS, _N_EPOCHS = 2, 48, 25  # of the rule
_N_OF_A_DIGIT = 10  # by each writer, in the jury
_COMMAND = "measured by `python -m benchmarks.doubt --write`"
_STAND_INS = (
    "three networks trained by a sixth of its course without teachers, each without a third of the writers"
)


@dataclass(frozen=True, eq=False)
class _Tried:
    """What is drawn, with what is measured of it, the part of each, and readings by model."""

    drawn: Drawn
    sketches: np.ndarray
    figures: np.ndarray
    parts: np.ndarray
    readings: Mapping[str, np.ndarray]

    def is_right(self, model: str) -> np.ndarray:
        """Say which readings are right; none is of what is no digit."""
        return np.asarray(self.readings[model].argmax(axis=1) == self.drawn.labels)

    @property
    def is_digit_by_chance(self) -> np.ndarray:
        """Say which inventions are read so surely that they may well be digits: no rule learns them."""
        is_invented = np.isin(self.drawn.kinds, [INVENTED, MIXED])
        return np.asarray(is_invented & (self.readings["robust"].max(axis=1) > _SURE))

    @property
    def is_pen(self) -> np.ndarray:
        """Say what a person drew as it is."""
        return np.asarray(self.drawn.kinds == PEN)


@dataclass(frozen=True, eq=False)
class _Learned:
    """What was learned from some of it, and the looks of all by these shapes."""

    shapes: tuple[Shapes, ...]
    looks: Looks
    rule: DoubtRule

    def find_chances(self, tried: _Tried, model: str) -> np.ndarray:
        return self.rule.find_chances(find_features(tried.readings[model], self.looks))


def main() -> int:
    """Judge on what was left out, print a table a model, return 1 where the claim breaks."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA, help="the folder of MNIST.mat")
    parser.add_argument("--write", action="store_true", help="keep what is learned from all, and the floors")
    arguments = parser.parse_args()
    source = find_mnist(arguments.data)
    if source is None:
        return 0
    torch.set_num_threads(1)
    pens = read_pens()
    drawn = draw_tried(pens)
    stand_ins, temperature = _read_without(source, pens, drawn)
    tried = _try(drawn, stand_ins, temperature)
    learned = Parallel(n_jobs=_PARTS)(delayed(_learn)(tried, tried.parts != part) for part in range(_PARTS))
    is_kept = np.all([_report(tried, learned, model) for model in tried.readings])
    if arguments.write:
        _write_jury(tried, learned, pens)
        floors = _write_floors(stand_ins[: len(pens)], temperature)
        _write_judge(_learn(tried, tried.parts >= 0), floors["paper"].floors)
    print(f"  {describe_machine()}")
    return 0 if is_kept else 1


def _read_without(source: Path, pens: Pens, drawn: Drawn) -> tuple[np.ndarray, float]:
    """Let networks read what is drawn, each the pens that it has not seen; return logits and temperature."""
    pool = make_quick_pool(read_dataset(source), pens)
    parts = split_writers(pens, 3, 0)
    networks = [train_without(pool, part) for part in parts]
    logits = read_logits(networks[0], drawn.images)
    for part, network in zip(parts, networks, strict=True):
        left_out = np.flatnonzero(np.isin(drawn.writers, part))
        logits[left_out] = read_logits(network, drawn.images[left_out])
    return logits, fit_temperature(logits[: len(pens)], pens.labels)


def _try(drawn: Drawn, stand_ins: np.ndarray, temperature: float) -> _Tried:
    models = [load_model(SHIPPED_MODELS / name) for name in ("paper", "legible")]
    logits = {model.name: read_logits(model.network, drawn.images, temperature=1.0) for model in models}
    readings = {name: softmax(one, axis=1) for name, one in logits.items()}
    readings["robust"] = softmax(stand_ins / temperature, axis=1)
    sketches, figures = sketch_images(drawn.images), measure_ink(drawn.images)
    return _Tried(drawn, sketches, figures, split_drawn(drawn, _PARTS), readings)


def _learn(tried: _Tried, chosen: np.ndarray) -> _Learned:
    """Learn two sets of shapes, and one rule for all models, from what is chosen."""
    drawn = tried.drawn
    shapes = tuple(
        learn_shapes(drawn.images[chosen & among], drawn.labels[chosen & among])
        for among in (tried.is_pen | (drawn.kinds == PRINT), tried.is_pen)
    )
    looks = compare_shapes(tried.sketches, shapes, tried.figures)
    places = np.flatnonzero(chosen & ~tried.is_digit_by_chance)
    letters = places[(drawn.names[places] != "") & (drawn.kinds[places] != MARK)]
    places = np.concatenate([places, *[letters] * (_LETTER_WEIGHT - 1)])
    features = np.concatenate([find_features(one, looks)[places] for one in tried.readings.values()])
    is_right = np.concatenate([tried.is_right(model)[places] for model in tried.readings])
    return _Learned(shapes, looks, _fit_rule(features, is_right))


def _fit_rule(features: np.ndarray, is_right: np.ndarray) -> DoubtRule:
    """Fit some networks, and join them to one whose logit is the mean of theirs."""
    scaler = StandardScaler().fit(features)
    hidden, output, bias = [], [], 0.0
    warnings.simplefilter("ignore", ConvergenceWarning)  # the rule is to stop after so many epochs
    for seed in range(_N_NETWORKS):
        network = MLPClassifier((_N_UNITS,), alpha=1.0, batch_size=512, learning_rate_init=0.003)
        network.set_params(max_iter=_N_EPOCHS, n_iter_no_change=_N_EPOCHS, random_state=seed)
        network.fit(scaler.transform(features).astype(np.float32), is_right)
        first = network.coefs_[0] / scaler.scale_[:, None]
        hidden.append(np.vstack([first, network.intercepts_[0] - scaler.mean_ @ first]))
        output.append(network.coefs_[1][:, 0] / _N_NETWORKS)
        bias += float(network.intercepts_[1][0]) / _N_NETWORKS
    return DoubtRule(np.hstack(hidden), np.append(np.concatenate(output), bias))


def _report(tried: _Tried, learned: list[_Learned], model: str) -> bool:
    """Judge a model where nothing was learned, rule and floor included."""
    is_right, is_answered = tried.is_right(model), np.zeros(len(tried.parts), dtype=bool)
    chances = np.zeros(len(tried.parts))
    for part, one in enumerate(learned):
        left_out = tried.parts == part
        chances[left_out] = one.find_chances(tried, model)[left_out]
    floors = []
    for part in range(_PARTS):
        others = tried.is_pen & (tried.parts != part)
        floors.append(find_floor(chances[others], is_right[others], USUAL_SHARE))
        is_answered |= (tried.parts == part) & (chances >= floors[-1])
    print(f"\n{model}, floors {min(floors):.2f} to {max(floors):.2f}\n")
    print("| tried | n | answered | right of these (95 %) | refused | refused of what is read right (95 %) |")
    print("| --- | --- | --- | --- | --- | --- |")
    kinds = [kind for kind in dict.fromkeys(tried.drawn.kinds) if kind not in ONLY_LEARNED]
    return bool(
        np.all([_print_kind(tried, kind, is_answered, is_right, _MOST_LOST[model]) for kind in kinds])
    )


def _print_kind(
    tried: _Tried, kind: str, is_answered: np.ndarray, is_right: np.ndarray, most_lost: float
) -> bool:
    chosen = tried.drawn.kinds == kind
    answered, right, read = (one[chosen] for one in (is_answered, is_answered & is_right, is_right))
    words, lost, is_kept = "", "", True
    if read.any():
        writers = tried.drawn.writers[chosen]
        words = _say_share(right, answered, writers)
        lost = _say_share(read & ~answered, read, writers)
        is_print = kind == PRINT  # its pens differ more; what is refused of it is no part of the claim
        is_kept = bool(right.sum() >= _LEAST_RIGHT * answered.sum())
        is_kept &= is_print or bool((read & ~answered).sum() <= most_lost * read.sum())
    else:
        is_kept = bool(answered.mean() <= 1 - _LEAST_REFUSED)
    print(
        f"| {kind} | {len(answered):,} | {answered.sum():,} | {words} | {1 - answered.mean():.1%} | {lost} |",
        flush=True,
    )
    if not is_kept:
        print("  The claim breaks.", file=sys.stderr)
    return is_kept


def _say_share(counted: np.ndarray, among: np.ndarray, writers: np.ndarray) -> str:
    """Say a share with its interval over writers; over images where their writers are not known."""
    everyone = np.unique(writers)
    n, n_counted = ([int(one[writers == who].sum()) for who in everyone] for one in (among, counted))
    low, high = people_interval(n_counted, n)
    of = "" if len(everyone) > 1 else ", over images"
    return f"{sum(n_counted) / sum(n):.2%} ({low:.2%} to {high:.2%}{of})"


def _write_jury(tried: _Tried, learned: list[_Learned], pens: Pens) -> None:
    """Keep some digits of each writer, and what has not seen their part of the writers."""
    of_digits = [np.flatnonzero(pens.writers * 10 + pens.labels == one) for one in range(10, 310)]
    places = np.sort(np.concatenate([one[:_N_OF_A_DIGIT] for one in of_digits]))
    parts = tried.parts[places]
    looks = {
        name: np.stack(
            [getattr(learned[part].looks, name)[at] for part, at in zip(parts, places, strict=True)]
        )
        for name in ("distances", "oddities", "figures")
    }
    arrays: dict[str, Any] = {name: values.astype(np.float16) for name, values in looks.items()}
    arrays |= {
        "images": np.round(tried.drawn.images[places] * 255).astype(np.uint8),
        "parts": parts.astype(np.uint8),
    }
    arrays |= {
        "labels": pens.labels[places].astype(np.uint8),
        "writers": pens.writers[places].astype(np.uint8),
    }
    arrays |= {"places": places.astype(np.int16)} | _pack_rules([one.rule for one in learned])
    np.savez_compressed(JURY_PATH, **arrays)


def _write_judge(learned: _Learned, floors: tuple[float, ...]) -> None:
    arrays: dict[str, Any] = {
        name: np.stack([getattr(one, name) for one in learned.shapes]).astype(np.float32)
        for name in ("means", "directions", "variances")
    }
    arrays |= {"hidden": learned.rule.hidden, "output": learned.rule.output, "floors": np.array(floors)}
    np.savez_compressed(JUDGE_PATH, **arrays)


def _pack_rules(rules: list[DoubtRule]) -> dict[str, np.ndarray]:
    names = ("hidden", "output")
    return {name: np.stack([getattr(rule, name) for rule in rules]).astype(np.float32) for name in names}


def _write_floors(stand_ins: np.ndarray, temperature: float) -> dict[str, DoubtFacts]:
    """Measure the floors of the built-in models and keep them in their folders; the weights stay."""
    jury, found = read_jury(), {}
    for name in ("paper", "legible", "exact", "robust"):
        model = load_model(SHIPPED_MODELS / name)
        facts = measure_floors(model.network, model.info)
        if facts is None:
            facts = find_floors(stand_ins[jury.places], temperature, jury, _STAND_INS)
        found[name] = replace(facts, reader=f"{facts.reader} ({_COMMAND})")
        info = replace(model.info, doubt=found[name])
        save_model(model.network, info, model.folder, model.seen)
    return found


if __name__ == "__main__":
    sys.exit(main())
