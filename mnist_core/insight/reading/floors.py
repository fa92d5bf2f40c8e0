"""From which chance on a model answers: each model's own, measured on people whom it has not seen."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from jaxtyping import Int64, UInt8
from scipy.special import softmax

from mnist_core.data.dataset import DIGITS
from mnist_core.ground.arrays import Indices, Labels, Logits
from mnist_core.insight.evaluation import read_logits
from mnist_core.insight.reading.doubt import (
    Chances,
    DoubtRule,
    Looks,
    find_features,
    read_judge,
    sketch_images,
)
from mnist_core.network.architecture import MLP
from mnist_core.network.models.info import DoubtFacts, ModelInfo
from mnist_core.pens import SIDE

JURY_PATH = Path(__file__).resolve().parent / "builtin" / "jury.npz"
SHARES = (0.95, 0.97, 0.98, 0.985, 0.99, 0.993, 0.996, 0.998)
"""Shares of right answers that a floor is measured for."""
USUAL_SHARE = 0.99
"""The one that is asked for as a rule, and that the facts of a floor are told for."""

# Of what a model reads rightly: so much it may refuse even where the share needs less, so that it also
# refuses what is no digit.
_LOST = 0.028


@dataclass(frozen=True, eq=False)
class Jury:
    """Digits of many writers, and for each of them all but the reading, by what has not seen its writer.

    Attributes
    ----------
    places : ndarray of shape (n,), int64
        Which of the pen digits that the lab ships.
    images : ndarray of shape (n, 28, 28), uint8
        As `draw_strokes` draws them, ink from 0 to 255.
    labels, writers : ndarray of shape (n,), int64
        The digits, and who wrote each.
    parts : ndarray of shape (n,), int64
        The part of the writers that each belongs to.
    looks : Looks
        Of each, by shapes that were learned without its part.
    rules : tuple of DoubtRule
        One a part, learned without it.
    """

    places: Indices
    images: UInt8[np.ndarray, "n side side"]
    labels: Labels
    writers: Int64[np.ndarray, " n"]
    parts: Int64[np.ndarray, " n"]
    looks: Looks
    rules: tuple[DoubtRule, ...]


def choose_floor(share: float, facts: DoubtFacts | None) -> float:
    """Choose the least chance at which to answer, for a share of the answers to be right.

    Parameters
    ----------
    share : float
        Above 0, below 1. It is kept on left-out writers (docs/decisions/0017-not-sure.md); between
        and beyond the measured shares it is interpolated.
    facts : DoubtFacts or None
        Of the model; None, for a model without its own, takes the floors of `models/paper`.
    """
    shares, floors = (SHARES, read_judge().floors) if facts is None else (facts.shares, facts.floors)
    return float(np.interp(share, [0.0, *shares, 1.0], [0.0, *floors, 1.0]))


def measure_floors(network: MLP, info: ModelInfo) -> DoubtFacts | None:
    """Measure a model's own floors; None where it was shown these writers or reads something else.

    Parameters
    ----------
    network : MLP
        Of the model.
    info : ModelInfo
        What it was trained on, what it reads, its temperature.
    """
    if info.has_seen_pens or info.side != SIDE or info.class_names != DIGITS:
        return None
    jury = read_jury()
    logits = read_logits(network, jury.images.astype(np.float32) / 255)
    return find_floors(logits, info.temperature, jury, "itself, which has seen no digit of theirs")


def find_floors(logits: Logits, temperature: float, jury: Jury, reader: str) -> DoubtFacts:
    """Find the floors of readings, and what they come to for writers who had no say in them.

    Parameters
    ----------
    logits : ndarray of shape (n, 10), float32
        Of the jury's digits, by a network that was trained without their writers.
    temperature : float
        That makes them probabilities.
    jury : Jury
        As `read_jury` returns it.
    reader : str
        Which network that was, in words.
    """
    chances = _find_chances(logits, temperature, jury)
    is_right = logits.argmax(axis=1) == jury.labels
    floors = tuple(find_floor(chances, is_right, share) for share in SHARES)
    is_answered = judge_writers(chances, is_right, jury.writers)
    everyone = [jury.writers == writer for writer in np.unique(jury.writers)]
    return DoubtFacts(
        shares=SHARES,
        floors=floors,
        reader=reader,
        n=tuple(int(one.sum()) for one in everyone),
        n_read_right=tuple(int(is_right[one].sum()) for one in everyone),
        n_answered=tuple(int(is_answered[one].sum()) for one in everyone),
        n_answered_right=tuple(int((is_answered & is_right)[one].sum()) for one in everyone),
    )


def judge_writers(chances: Chances, is_right: np.ndarray, writers: np.ndarray) -> np.ndarray:
    """Tell which readings are answered when each writer is judged by the floor that all others ask for."""
    is_answered = np.zeros(len(chances), dtype=bool)
    for writer in np.unique(writers):
        own = writers == writer
        is_answered[own] = chances[own] >= find_floor(chances[~own], is_right[~own], USUAL_SHARE)
    return is_answered


def find_floor(chances: Chances, is_right: np.ndarray, share: float) -> float:
    """Find the least chance from which on a share is right, or what may be lost is: the higher of both."""
    order = np.argsort(-chances, kind="stable")
    shares = np.cumsum(is_right[order]) / np.arange(1, len(order) + 1)
    enough = np.flatnonzero(shares >= share)
    needed = float(chances[order[enough[-1]]]) if len(enough) else 1.0
    affordable = float(np.quantile(chances[is_right], _LOST)) if is_right.any() else 1.0
    return max(needed, affordable)


@cache
def read_jury() -> Jury:
    """Read the jury that the lab ships."""
    with np.load(JURY_PATH) as kept:
        arrays = {name: kept[name] for name in kept.files}
    wide = {name: arrays.pop(name).astype(np.float64) for name in ("distances", "oddities", "figures")}
    rules = zip(arrays.pop("hidden").astype(np.float64), arrays.pop("output").astype(np.float64), strict=True)
    numbers = {name: arrays[name].astype(np.int64) for name in ("places", "labels", "writers", "parts")}
    return Jury(
        images=arrays["images"],
        looks=Looks(**wide, sketches=sketch_images(arrays["images"].astype(np.float32) / 255)),
        rules=tuple(DoubtRule(hidden, output) for hidden, output in rules),
        **numbers,
    )


def _find_chances(logits: Logits, temperature: float, jury: Jury) -> Chances:
    features = find_features(softmax(logits / temperature, axis=1), jury.looks)
    chances = np.zeros(len(logits))
    for part, rule in enumerate(jury.rules):
        own = jury.parts == part
        chances[own] = rule.find_chances(features[own])
    return chances
