"""The command `predict`."""

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np

from mnist_core.arrays import Image
from mnist_core.cli.choose import open_model
from mnist_core.cli.say import say
from mnist_core.drawing import draw_strokes, parse_strokes, read_picture
from mnist_core.errors import DrawingError
from mnist_core.evaluation import predict


def add_predict_arguments(command: argparse.ArgumentParser) -> None:
    """Name the options of `predict`."""
    command.add_argument("model", metavar="MODEL", help="a model folder, or the name of a saved model")
    command.add_argument(
        "input",
        type=Path,
        nargs="+",
        metavar="INPUT",
        help="pictures of one digit each (PNG, JPEG), or .json files of pen strokes",
    )


def run_predict(arguments: argparse.Namespace) -> None:
    """Read digits from pictures and pen strokes, in the order in which they are given."""
    model = open_model(arguments.model)
    named = [pair for path in arguments.input for pair in _read_input(path)]
    probabilities = predict(model.network, np.stack([image for _, image in named]))
    document: list[dict[str, Any]] = [
        {"input": name, "digit": int(row.argmax()), "probabilities": row.tolist()}
        for (name, _), row in zip(named, probabilities, strict=True)
    ]
    lines = [f"{item['input']}: {item['digit']} ({max(item['probabilities']):.1%})" for item in document]
    say(document, "\n".join(lines), arguments.json)


def _read_input(path: Path) -> list[tuple[str, Image]]:
    if path.suffix.lower() != ".json":
        return [(str(path), read_picture(path))]
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise DrawingError(
            f"{path} must be a JSON file of pen strokes, but cannot be read: {error}."
        ) from error
    drawings = parse_strokes(document)
    return [(f"{path}[{i}]", draw_strokes(drawing.strokes)) for i, drawing in enumerate(drawings)]
