"""How long an epoch takes on this machine."""

import os
from typing import Any

import torch

from mnist_core import classifier
from mnist_core.arrays import Images, Labels
from mnist_core.dataset import split_inner
from mnist_core.dataset.sample import SAMPLE_PATH
from mnist_core.fused import Trainer, prepare_ink
from mnist_core.fused.weights import start_training
from mnist_core.grid import PAPER_WINNER, Activation, Candidate, Engine, Recipe
from mnist_core.layouts import read_dataset

_RECIPE = Recipe(max_epochs=3)
_SMALL = Candidate(PAPER_WINNER.lr, 24, 24, Activation.TANH)  # with the winner it fills a stack


def measure_epoch() -> dict[str, Any]:
    """Measure an epoch on the built-in sample with each engine, on one thread.

    Returns
    -------
    dict
        `seconds_per_image`: for each engine, wall seconds of an epoch of one network a training image,
        the inner validation images among them; `cores`: what may be used side by side.
    """
    torch.set_num_threads(1)
    sample = read_dataset(SAMPLE_PATH)
    seconds = {
        Engine.FUSED.value: _measure_fused(sample.images, sample.labels),
        Engine.SKLEARN.value: _measure_sklearn(sample.images, sample.labels),
    }
    return {
        "seconds_per_image": {engine: value / sample.n_samples for engine, value in seconds.items()},
        "cores": os.cpu_count() or 1,
    }


def _measure_fused(images: Images, labels: Labels) -> float:
    ink = prepare_ink(images, labels, *split_inner(labels, _RECIPE.inner_folds), _RECIPE)
    stack = [
        start_training(candidate, _RECIPE, ink.n_pixels, _RECIPE.n_classes)
        for candidate in (PAPER_WINNER, _SMALL)
    ]
    trainer = Trainer(stack, ink)
    while not trainer.is_over:
        trainer.train_round()
    # The first epoch warms up.
    return min(record.seconds for record in stack[0].history[1:])


def _measure_sklearn(images: Images, labels: Labels) -> float:
    _, history = classifier.train_network(images, labels, PAPER_WINNER, _RECIPE)
    return min(record.seconds for record in history[1:])
