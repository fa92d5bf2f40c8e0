"""Which networks the study trains: the paper's often, others with one thing changed, and a null."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

import numpy as np

from mnist_core.ground.errors import GridError
from mnist_core.network.candidate import Activation, Candidate
from mnist_core.network.grid import PAPER_GRID, PAPER_WINNER
from mnist_core.network.recipe import LEGIBLE, Recipe

PAPER, GRID, NULL = "paper's recipe", "paper's grid", "shuffled labels"

NETWORKS = 320
FEWEST = 10

_LEGIBLE: dict[str, Any] = {"input_noise": LEGIBLE.input_noise}

_LEVELS: dict[str, dict[str, dict[str, Any]]] = {
    "input noise": {f"{level:g}": {"input_noise": level} for level in (0.1, 0.2, 0.3, 0.5, 0.6, 0.7, 1.0)},
    "weight decay": {f"{level:g}": {"weight_decay": level} for level in (1e-4, 1e-3, 2e-3, 3e-3, 5e-3)},
    "input dropout": {f"{level:g}": {"input_dropout": level} for level in (0.2, 0.5, 0.8)},
    "activation": {kind.label: {"activation": kind} for kind in (Activation.RELU, Activation.SIGMOID)},
    "width": {
        "24-12": {"hidden1": 24, "hidden2": 12},
        "256-32": {"hidden1": 256, "hidden2": 32},
    },
    "patience": {"1": {"patience": 1}, "10": {"patience": 10}},
    "epochs": {"1": {"max_epochs": 1}, "3": {"max_epochs": 3}},
    "noise 0.6 and": {
        "ReLU": {**_LEGIBLE, "activation": Activation.RELU},
        "Sigmoid": {**_LEGIBLE, "activation": Activation.SIGMOID},
        "24-12": {**_LEGIBLE, "hidden1": 24, "hidden2": 12},
        "decay 0.001": {**_LEGIBLE, "weight_decay": 1e-3},
    },
}

FACTORS = tuple(_LEVELS)
"""What is changed, one thing at a time."""

_CANDIDATE = ("lr", "hidden1", "hidden2", "activation")


@dataclass(frozen=True)
class Kind:
    """One network of the study.

    Attributes
    ----------
    factor, level : str
        What is changed of the paper's recipe, and to what.
    candidate : Candidate
        Layer widths, activation, learning rate.
    recipe : Recipe
        How it is trained, its seed included.
    is_shuffled : bool
        Whether it is trained on shuffled labels.
    """

    factor: str
    level: str
    candidate: Candidate
    recipe: Recipe
    is_shuffled: bool = False


def plan_study(networks: int = NETWORKS, recipe: Recipe | None = None) -> list[Kind]:
    """List the networks of a study.

    A fifth have the paper's recipe, a quarter are of the paper's grid, one in 25 is trained on shuffled
    labels; the rest change one thing at a time, each level with as many seeds as any other, give or take one.

    Parameters
    ----------
    networks : int
        How many; at least 10.
    recipe : Recipe or None
        The paper's, with the first seed of the weights; None takes seed 0.

    Raises
    ------
    GridError
        If there are fewer networks than that.
    """
    if networks < FEWEST:
        raise GridError(f"The study needs at least {FEWEST} networks, but {networks} were asked for.")
    recipe = recipe or Recipe()
    parts = [
        (_repeat([Kind(PAPER, "", PAPER_WINNER, recipe)]), networks // 5),
        (_repeat(_list_grid(recipe)), networks * PAPER_GRID.n_candidates // NETWORKS),
        (_repeat(_list_null(recipe)), max(2, networks // 25)),
    ]
    rest = networks - sum(count for _, count in parts)
    return [
        kind
        for kinds, count in [*parts, (_repeat(_list_levels(recipe)), rest)]
        for kind in islice(kinds, count)
    ]


def _repeat(kinds: list[Kind]) -> Iterator[Kind]:
    """Repeat kinds with one seed after the other, without end."""
    more = 0
    while True:
        for kind in kinds:
            yield replace(kind, recipe=replace(kind.recipe, seed=kind.recipe.seed + more))
        more += 1


def _list_grid(recipe: Recipe) -> list[Kind]:
    """List the paper's grid in a mixed order, so that its first candidates are of all kinds."""
    candidates = PAPER_GRID.candidates()
    order = np.random.default_rng(0).permutation(len(candidates))
    return [Kind(GRID, str(candidates[place]), candidates[place], recipe) for place in order]


def _list_null(recipe: Recipe) -> list[Kind]:
    noisy = replace(recipe, input_noise=LEGIBLE.input_noise)
    return [
        Kind(NULL, PAPER, PAPER_WINNER, recipe, is_shuffled=True),
        Kind(NULL, "noise 0.6", PAPER_WINNER, noisy, is_shuffled=True),
    ]


def _list_levels(recipe: Recipe) -> list[Kind]:
    return [
        _change(recipe, factor, level, changes)
        for factor, levels in _LEVELS.items()
        for level, changes in levels.items()
    ]


def _change(recipe: Recipe, factor: str, level: str, changes: dict[str, Any]) -> Kind:
    of_candidate = {name: value for name, value in changes.items() if name in _CANDIDATE}
    of_recipe = {name: value for name, value in changes.items() if name not in _CANDIDATE}
    most = min(of_recipe.pop("max_epochs", recipe.max_epochs), recipe.max_epochs)
    changed = replace(recipe, max_epochs=most, **of_recipe)
    return Kind(factor, level, replace(PAPER_WINNER, **of_candidate), changed)
