"""The command `evaluate`."""

import argparse
from dataclasses import asdict
from pathlib import Path

import numpy as np

from mnist_core.cli.choose import open_model
from mnist_core.cli.data import add_data_arguments, read_data
from mnist_core.cli.say import say
from mnist_core.dataset import Dataset, split_dataset
from mnist_core.dataset.side import bring_to_side
from mnist_core.drawing import read_drawings
from mnist_core.evaluation import Evaluation, wilson_interval
from mnist_core.evaluation.answers import evaluate_model
from mnist_core.evaluation.match import match_labels
from mnist_core.evaluation.part import leave_out_trained
from mnist_core.modelstore import Model
from mnist_core.reading.hands import evaluate_drawings


def add_evaluate_arguments(command: argparse.ArgumentParser) -> None:
    """Name the options of `evaluate`."""
    command.add_argument("model", metavar="MODEL", help="a model folder, or the name of a saved model")
    add_data_arguments(command, "a .mat file of digits, or a .json file of pen strokes with labels")
    command.add_argument(
        "--part",
        choices=["test", "all"],
        default="test",
        help="the held-out images, without any that the model was trained on, or all (default: test)",
    )
    command.add_argument("--seed", type=int, default=0, help="seed of the split (default: 0)")


def run_evaluate(arguments: argparse.Namespace) -> None:
    """Measure a saved model on a file's images, or on labelled pen strokes."""
    model = open_model(arguments.model)
    if arguments.file.suffix.lower() == ".json":
        _measure_drawings(model, arguments.file, arguments.json)
        return
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


def _measure_drawings(model: Model, path: Path, as_json: bool) -> None:
    measured, hands = evaluate_drawings(model, read_drawings(path))
    low, high = wilson_interval(measured.n_right, measured.n)
    document = {
        "model": str(model.folder),
        "n": measured.n,
        "accuracy": measured.accuracy,
        "interval": [low, high],
        "confusion": measured.confusion.tolist(),
        "writers": [asdict(hand) for hand in hands],
    }
    words = [
        f"{model.name} reads {measured.accuracy:.2%} of {measured.n:,} drawings "
        f"(95 %: {low:.2%} to {high:.2%}); it may have been trained on some of them",
        *(f"  writer {hand.writer}: {hand.accuracy:.1%} of {hand.n}" for hand in hands),
    ]
    say(document, "\n".join(words), as_json)


def _evaluate_part(model: Model, dataset: Dataset, part: str, seed: int) -> Evaluation:
    labels = match_labels(dataset, model.info.class_names)
    indices = np.arange(dataset.n_samples)
    if part == "test":
        indices = leave_out_trained(model.info.data, dataset, split_dataset(dataset, seed).test)
    images = bring_to_side(dataset.images[indices], model.info.side)
    return evaluate_model(model, images, labels[indices])
