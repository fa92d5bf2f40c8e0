"""How long an epoch takes on this machine; run as a module it says so."""

import json
import time
from dataclasses import replace
from typing import Any

import torch

from mnist_core.data.dataset import split_inner
from mnist_core.data.layouts import read_or_sample
from mnist_core.engines import skorch_classifier as classifier
from mnist_core.engines.fused import Trainer, prepare_ink
from mnist_core.engines.fused.conversion import start_training
from mnist_core.ground.arrays import Images, Labels
from mnist_core.network.candidate import Activation, Candidate
from mnist_core.network.grid import PAPER_GRID, PAPER_WINNER
from mnist_core.network.plan import Engine
from mnist_core.network.recipe import Recipe
from mnist_core.store.forecast import measure_load

_RECIPE = Recipe(max_epochs=4)
_CANDIDATES = [
    Candidate(PAPER_WINNER.lr, hidden1, PAPER_WINNER.hidden2, activation)
    for activation in Activation
    for hidden1 in dict.fromkeys(one.hidden1 for one in PAPER_GRID.candidates())
]


def measure_epoch() -> dict[str, Any]:
    """Measure an epoch on the built-in sample with each engine, on one thread.

    Returns
    -------
    dict
        `seconds_per_image`: for each engine, processor seconds of an epoch of a usual network a training
        image, the inner validation images among them; `load_s`: those of loading what trains. Other work
        on the machine makes neither longer.
    """
    load_s = time.process_time()
    torch.set_num_threads(1)
    sample = read_or_sample()
    seconds = {
        Engine.FUSED.value: _measure_fused(sample.images, sample.labels),
        Engine.SKLEARN.value: _measure_sklearn(sample.images, sample.labels),
    }
    return {
        "seconds_per_image": {engine: value / sample.n_samples for engine, value in seconds.items()},
        "load_s": load_s,
    }


def _measure_fused(images: Images, labels: Labels) -> float:
    ink = prepare_ink(images, labels, *split_inner(labels, _RECIPE.inner_folds), _RECIPE)
    stack = [start_training(candidate, _RECIPE, ink.n_pixels, _RECIPE.n_classes) for candidate in _CANDIDATES]
    trainer = Trainer(stack, ink)
    trainer.train_round()  # warms up
    begin = time.thread_time()
    while not trainer.is_over:
        trainer.train_round()
    load = sum(measure_load(candidate, Engine.FUSED) for candidate in _CANDIDATES)
    return (time.thread_time() - begin) / (_RECIPE.max_epochs - 1) / load


def _measure_sklearn(images: Images, labels: Labels) -> float:
    classifier.train_network(images, labels, PAPER_WINNER, replace(_RECIPE, max_epochs=1))  # warms up
    begin = time.thread_time()
    classifier.train_network(images, labels, PAPER_WINNER, _RECIPE)
    return (time.thread_time() - begin) / _RECIPE.max_epochs


if __name__ == "__main__":
    print(json.dumps(measure_epoch()))  # noqa: T201 this is its answer
