"""The command `evaluate`."""

import argparse
from dataclasses import asdict
from pathlib import Path

from mnist_core.cli.choose import open_model
from mnist_core.cli.data import FILE_WORDS, add_data_arguments, add_part_argument, read_data
from mnist_core.cli.say import say
from mnist_core.data.dataset import Dataset
from mnist_core.data.side import bring_to_side
from mnist_core.insight.evaluation import Evaluation, wilson_interval
from mnist_core.insight.evaluation.answers import evaluate_model
from mnist_core.insight.evaluation.match import match_labels
from mnist_core.insight.evaluation.part import Part, Which, choose_part
from mnist_core.insight.evaluation.people import people_interval
from mnist_core.insight.reading.hands import Hand, evaluate_drawings
from mnist_core.network.models import Model
from mnist_core.pens import read_drawings


def add_evaluate_arguments(command: argparse.ArgumentParser) -> None:
    """Name the options of `evaluate`."""
    command.add_argument("model", metavar="MODEL", help="a model folder, or the name of a saved model")
    add_data_arguments(command, FILE_WORDS + ", or a .json file of pen strokes with labels")
    add_part_argument(command)
    command.add_argument(
        "--seed",
        type=int,
        help="seed of the split (default: that of the model's training on its data, else 0)",
    )


def run_evaluate(arguments: argparse.Namespace) -> None:
    """Measure a saved model on a file's images, or on labelled pen strokes."""
    model = open_model(arguments.model)
    first: Path = arguments.file[0]
    if first.suffix.lower() == ".json" and len(arguments.file) == 1:
        _measure_drawings(model, first, arguments.json)
        return
    dataset = read_data(arguments)
    part = choose_part(model, dataset, Which(arguments.part), arguments.seed)
    measured = _evaluate_part(model, dataset, part)
    low, high = wilson_interval(measured.n_right, measured.n)
    document = {
        "model": str(model.folder),
        "part": arguments.part,
        "measured_on": part.words,
        "is_unseen": part.is_unseen,
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
    say(document, f"{words}\nMeasured on: {part.words}", arguments.json)


def _measure_drawings(model: Model, path: Path, as_json: bool) -> None:
    measured, hands = evaluate_drawings(model, read_drawings(path))
    over, (low, high) = _find_interval(measured, hands)
    document = {
        "model": str(model.folder),
        "n": measured.n,
        "accuracy": measured.accuracy,
        "interval": [low, high],
        "interval_over": over,
        "confusion": measured.confusion.tolist(),
        "writers": [asdict(hand) | {"accuracy": hand.accuracy} for hand in hands],
    }
    words = [
        f"{model.name} reads {measured.accuracy:.2%} of {measured.n:,} drawings "
        f"(95 %, over {over}: {low:.2%} to {high:.2%}); it may have been trained on some of them",
        *(f"  writer {hand.writer}: {hand.accuracy:.1%} of {hand.n}" for hand in hands),
    ]
    say(document, "\n".join(words), as_json)


def _find_interval(measured: Evaluation, hands: list[Hand]) -> tuple[str, tuple[float, float]]:
    """Find the interval of drawings over their writers; over drawings where not each has one of several."""
    n = [hand.n for hand in hands]
    if len(n) > 1 and sum(n) == measured.n:
        return "writers", people_interval([hand.n_right for hand in hands], n)
    return "drawings", wilson_interval(measured.n_right, measured.n)


def _evaluate_part(model: Model, dataset: Dataset, part: Part) -> Evaluation:
    labels = match_labels(dataset, model.info.class_names)[part.indices]
    return evaluate_model(model, bring_to_side(dataset.images[part.indices], model.info.side), labels)
