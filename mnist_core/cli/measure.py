"""The command `evaluate`."""

import argparse

import numpy as np

from mnist_core.cli.choose import open_model
from mnist_core.cli.data import add_data_arguments, read_data
from mnist_core.cli.say import say
from mnist_core.dataset import Dataset, split_dataset
from mnist_core.dataset.side import bring_to_side
from mnist_core.evaluation import Evaluation, evaluate, wilson_interval
from mnist_core.evaluation.match import match_labels
from mnist_core.evaluation.part import leave_out_trained
from mnist_core.modelstore import Model


def add_evaluate_arguments(command: argparse.ArgumentParser) -> None:
    """Name the options of `evaluate`."""
    command.add_argument("model", metavar="MODEL", help="a model folder, or the name of a saved model")
    add_data_arguments(command)
    command.add_argument(
        "--part",
        choices=["test", "all"],
        default="test",
        help="the held-out images, without any that the model was trained on, or all (default: test)",
    )
    command.add_argument("--seed", type=int, default=0, help="seed of the split (default: 0)")


def run_evaluate(arguments: argparse.Namespace) -> None:
    """Measure a saved model on a file's images."""
    model = open_model(arguments.model)
    dataset = read_data(arguments)
    measured = _evaluate_part(model, dataset, arguments.part, arguments.seed)
    low, high = wilson_interval(measured.n_right, measured.n)
    document = {
        "model": str(model.folder),
        "part": arguments.part,
        "n": measured.n,
        "accuracy": measured.accuracy,
        "interval": [low, high],
        "confusion": measured.confusion.tolist(),
        "class_names": list(model.info.class_names),
        "brought_from_side": None if dataset.side == model.info.side else dataset.side,
    }
    words = (
        f"{model.name} reads {measured.accuracy:.2%} of {measured.n:,} images (95 %: {low:.2%} to {high:.2%})"
    )
    if dataset.side != model.info.side:
        side = model.info.side
        words += f"; they were brought from {dataset.side} x {dataset.side} to {side} x {side} pixels"
    say(document, words, arguments.json)


def _evaluate_part(model: Model, dataset: Dataset, part: str, seed: int) -> Evaluation:
    labels = match_labels(dataset, model.info.class_names)
    indices = np.arange(dataset.n_samples)
    if part == "test":
        indices = leave_out_trained(model.info.data, dataset, split_dataset(dataset, seed).test)
    images = bring_to_side(dataset.images[indices], model.info.side)
    return evaluate(model.network, images, labels[indices])
