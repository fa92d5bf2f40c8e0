"""The command `pictures`: take a network of squares apart into its pictures."""

import argparse
from pathlib import Path
from typing import Any

import numpy as np

from mnist_core.cli.choose import open_model
from mnist_core.cli.data import read_path
from mnist_core.cli.output import add_output
from mnist_core.cli.predict import read_input
from mnist_core.cli.say import say
from mnist_core.ground.arrays import Image
from mnist_core.ground.errors import DrawingError
from mnist_core.ground.replacing import write_out
from mnist_core.insight.evaluation.match import match_labels
from mnist_core.insight.fields import draw_sheet
from mnist_core.insight.fields.eigenpictures import (
    MOST_PICTURES,
    Eigenpictures,
    find_eigenpictures,
    measure_pictures,
)
from mnist_core.insight.fields.probe import choose_probe
from mnist_core.network.models import Model
from mnist_core.network.models.picture_facts import PictureFacts

_FILES = ("pictures.npz", "pictures.png")


def add_pictures_arguments(command: argparse.ArgumentParser) -> None:
    """Name the options of `pictures`."""
    command.add_argument("model", metavar="MODEL", help="a model folder, or the name of a saved model")
    command.add_argument(
        "input",
        type=Path,
        nargs="*",
        metavar="INPUT",
        help="pictures of one digit each, or .json files of pen strokes: says how much each picture of the "
        "network said of them",
    )
    command.add_argument(
        "--data", type=Path, metavar="FILE", help="digit images to measure on; default: the built-in sample"
    )
    add_output(command, "--out", _FILES, metavar="FOLDER", help="where to write the pictures")


def run_pictures(arguments: argparse.Namespace) -> None:
    """Take a network of squares apart, measure its pictures, and say what they said of each input."""
    model = open_model(arguments.model)
    whole = find_eigenpictures(model.network)
    dataset = read_path(arguments.data)
    labels = match_labels(dataset, model.info.class_names)
    trained = model.find_trained(dataset)
    probe = choose_probe(model.info.data, dataset, side=model.info.side, labels=labels, is_trained=trained)
    facts = measure_pictures(model.network, probe.test.images, probe.test.labels)
    assert facts is not None  # or there were no pictures
    named = [pair for path in arguments.input for pair in read_input(path)]
    said = [_tell_parts(model, whole, name, image) for name, image in named]
    files = [] if arguments.out is None else _write_files(arguments.out, whole, model.info.class_names)
    document: dict[str, Any] = {
        "n_pictures": list(facts.counts),
        "most": facts.most,
        "r2": list(facts.r2),
        "accuracy_alone": facts.accuracy,
        "measured_on": probe.words,
        "n": len(probe.test.labels),
        "inputs": said,
        "files": files,
    }
    say(document, "\n".join([_say_facts(facts, probe.words), *map(_say_input, said)]), arguments.json)


def _tell_parts(model: Model, whole: Eigenpictures, name: str, image: Image) -> dict[str, Any]:
    side = model.info.side
    if image.shape != (side, side):
        raise DrawingError(
            f"{model.name} reads images of {side} x {side} pixels, but {name} has {len(image)} x "
            f"{len(image)}: choose another model."
        )
    (parts,) = whole.split(image[None])
    logits = parts.sum(axis=1) + whole.biases
    return {
        "input": name,
        "digit": int(logits.argmax()),
        "name": model.info.class_names[int(logits.argmax())],
        "parts": parts.tolist(),
        "biases": whole.biases.tolist(),
        "logits": logits.tolist(),
    }


def _say_facts(facts: PictureFacts, where: str) -> str:
    fewest, most = min(facts.counts), max(facts.counts)
    count = f"{most}" if fewest == most else f"{fewest} to {most}"
    of_them = "these" if most <= facts.most else f"the {MOST_PICTURES} strongest of each"
    return (
        f"{count} pictures a class; on {where}, {of_them} explain the logits with R² {min(facts.r2):.4f} at "
        f"least, and alone read {facts.accuracy:.2%}."
    )


def _say_input(item: dict[str, Any]) -> str:
    parts, place = item["parts"][item["digit"]], item["digit"]
    terms = " ".join(f"{part:+.3f}" for part in parts)
    return (
        f"{item['input']}: {item['name']}, as its pictures said {terms}, with its bias "
        f"{item['biases'][place]:+.3f}: {item['logits'][place]:.3f}"
    )


def _write_files(out: Path, whole: Eigenpictures, names: tuple[str, ...]) -> list[str]:
    paths = [out / name for name in _FILES]
    arrays = {name: getattr(whole, name) for name in ("strengths", "pictures", "shifts", "biases")}
    with write_out(paths[0], "The pictures") as file:
        np.savez(file, allow_pickle=False, **arrays)
    shown = whole.keep(MOST_PICTURES)
    titles = [f"{name}: {one:+.2f}" for name, row in zip(names, shown.strengths, strict=True) for one in row]
    fields = shown.pictures.reshape(-1, *shown.pictures.shape[2:]).astype(np.float32)
    with write_out(paths[1], "The sheet of pictures") as file:
        draw_sheet(fields, titles=titles).savefig(file, format="png", dpi=150)
    return [str(path) for path in paths]
