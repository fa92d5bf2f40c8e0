"""The command `evaluate`."""

import argparse
from pathlib import Path

from mnist_core.cli.choose import open_model
from mnist_core.cli.say import say
from mnist_core.dataset import Dataset, split_dataset
from mnist_core.evaluation import Evaluation, evaluate, wilson_interval
from mnist_core.evaluation.part import leave_out_trained
from mnist_core.layouts import read_dataset
from mnist_core.modelstore import Model


def add_evaluate_arguments(command: argparse.ArgumentParser) -> None:
    """Name the options of `evaluate`."""
    command.add_argument("model", metavar="MODEL", help="a model folder, or the name of a saved model")
    command.add_argument("file", type=Path, metavar="FILE", help="a .mat file of digits")
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
    dataset = read_dataset(arguments.file)
    measured = _evaluate_part(model, dataset, arguments.part, arguments.seed)
    low, high = wilson_interval(measured.n_right, measured.n)
    document = {
        "model": str(model.folder),
        "part": arguments.part,
        "n": measured.n,
        "accuracy": measured.accuracy,
        "interval": [low, high],
        "confusion": measured.confusion.tolist(),
    }
    words = (
        f"{model.name} reads {measured.accuracy:.2%} of {measured.n:,} images (95 %: {low:.2%} to {high:.2%})"
    )
    say(document, words, arguments.json)


def _evaluate_part(model: Model, dataset: Dataset, part: str, seed: int) -> Evaluation:
    if part == "all":
        return evaluate(model.network, dataset.images, dataset.labels)
    indices = leave_out_trained(model.info.data, dataset, split_dataset(dataset, seed).test)
    return evaluate(model.network, dataset.images[indices], dataset.labels[indices])
