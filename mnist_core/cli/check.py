"""The command `check`: gives a batch, and judges the gradients that a student computes of it."""

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from mnist_core.cli.choose import open_model
from mnist_core.cli.data import read_path
from mnist_core.cli.output import add_output
from mnist_core.cli.say import say
from mnist_core.data.files import make_printable, read_file
from mnist_core.ground.errors import DataError, LabError
from mnist_core.ground.variables import Value
from mnist_core.insight.imported.choices import ImportChoices
from mnist_core.insight.imported.imported_model import understand_network
from mnist_core.insight.referee.backprop import compute_gradients
from mnist_core.insight.referee.batch import (
    N_IMAGES,
    Batch,
    choose_batch,
    is_batch,
    read_batch,
    write_batch,
)
from mnist_core.insight.referee.handed_in import Answers, find_answers
from mnist_core.insight.referee.verdict import LayerVerdict, Part, Verdict, judge

_USUAL = "paper"


def add_check_arguments(command: argparse.ArgumentParser) -> None:
    """Name the options of `check`."""
    command.add_argument(
        "words",
        nargs="*",
        metavar="MODEL-OR-FILE",
        help="a model (default: paper) or a file of weights whose gradients are asked for; and the student's "
        "files of loss and gradients (.mat, .npz, CSV)",
    )
    command.add_argument(
        "--data",
        type=Path,
        metavar="FILE",
        help="the batch as it was given, or the images that it is drawn from (default: the built-in "
        "sample), or the student's file",
    )
    add_output(command, "--give", metavar="OUT", help="write the batch instead, as .mat or .npz")
    command.add_argument(
        "--images", type=int, default=N_IMAGES, metavar="N", help=f"images of the batch (default: {N_IMAGES})"
    )
    command.add_argument("--seed", type=int, default=0, help="of the choice of images (default: 0)")


def run_check(arguments: argparse.Namespace) -> None:
    """Write a batch, or judge gradients."""
    if arguments.give is not None:
        _give(arguments)
        return
    words, files = _sort_words(arguments.words)
    values: dict[Path, Mapping[str, Value]] = {path: read_file(path, is_network=True) for path in files}
    if arguments.data is not None and arguments.data.is_file():
        read = _try_to_read(arguments.data)
        values |= {arguments.data: read} if read is not None else {}
    batch = _find_batch(arguments, words, values)
    answers = _find_answers(values, batch)
    verdict = judge(answers, batch)
    say(_describe(verdict, answers), "\n".join(_say(verdict, answers)), arguments.json)


def _give(arguments: argparse.Namespace) -> None:
    words, files = _sort_words(arguments.words)
    batch = _choose(arguments, [*words, *map(str, files)][:1] or [_USUAL], arguments.data)
    write_batch(batch, arguments.give)
    document = {
        "path": str(arguments.give),
        "n": batch.n,
        "layers": [
            {"name": name, "shape": list(matrix.shape)}
            for name, matrix in zip(batch.layer_names, batch.matrices, strict=True)
        ],
        "activation": batch.activation.value,
        "readme": batch.words,
    }
    say(document, f"{arguments.give}: {batch.words}", arguments.json)


def _sort_words(words: Sequence[str]) -> tuple[list[str], list[Path]]:
    """Part the models that are named from the files."""
    files = [Path(word) for word in words if Path(word).is_file()]
    return [word for word in words if not Path(word).is_file()], files


def _try_to_read(path: Path) -> Mapping[str, Value] | None:
    try:
        return read_file(path, is_network=True)
    except LabError:
        return None


def _find_batch(
    arguments: argparse.Namespace, models: list[str], values: dict[Path, Mapping[str, Value]]
) -> Batch:
    """Find the batch: the one that was given, else that which would be given now; drop its file."""
    for path in [path for path, held in values.items() if is_batch(held)]:
        return read_batch(values.pop(path))
    others = [path for path in values if path != arguments.data]
    if models or not others:
        return _choose(arguments, models or [_USUAL], _drop_data(arguments, values))
    for path in others:  # a network of one's own, with its gradients in the same file or in another
        try:
            return _choose(arguments, [str(path)], _drop_data(arguments, values))
        except LabError:
            continue
    return _choose(arguments, [_USUAL], _drop_data(arguments, values))


def _drop_data(arguments: argparse.Namespace, values: dict[Path, Mapping[str, Value]]) -> Path | None:
    """Tell whether `--data` is the images, and if so drop it from what may be answers."""
    if arguments.data is None or (arguments.data in values and len(values) == 1):
        return None  # it is all that came: the student's file
    values.pop(arguments.data, None)
    path: Path = arguments.data
    return path


def _choose(arguments: argparse.Namespace, models: Sequence[str], data: Path | None) -> Batch:
    dataset = read_path(data)
    path = Path(models[0])
    if path.is_file():
        found = understand_network(path, make_printable(path.name), dataset, ImportChoices())
        network, side, names = found.network, found.side, found.class_names
    else:
        model = open_model(models[0])
        network, side, names = model.network, model.info.side, model.info.class_names
    return choose_batch(network, dataset, side, names, arguments.images, arguments.seed)


def _find_answers(values: Mapping[Path, Mapping[str, Value]], batch: Batch) -> Answers:
    if not values:
        raise DataError(
            "check needs a file of gradients, but none was named: name it, or have a batch given by --give "
            "batch.mat."
        )
    merged: dict[str, Value] = {}
    for held in values.values():
        merged |= held
    return find_answers(merged, batch, compute_gradients(batch))


def _describe(verdict: Verdict, answers: Answers) -> dict[str, Any]:
    return {
        "agrees": verdict.agrees,
        "loss": None if verdict.loss is None else asdict(verdict.loss),
        "layers": [
            {
                "name": layer.name,
                "agrees": layer.agrees,
                "digits": layer.digits,
                "mistake": layer.mistake,
                "weights": asdict(layer.weights),
                "bias": asdict(layer.bias),
            }
            for layer in verdict.layers
        ],
        "notes": answers.notes,
    }


def _say(verdict: Verdict, answers: Answers) -> list[str]:
    lines = [] if verdict.loss is None else [f"loss: {_say_part(verdict.loss)}"]
    lines += [f"{layer.name}: {_say_layer(layer)}" for layer in verdict.layers]
    wrong = [layer.name for layer in verdict.layers if not layer.agrees]
    if verdict.agrees:
        lines.append("All is right.")
    elif len(wrong) > 1:  # gradients come down from the output
        lines.append(f"Mend {wrong[-1]} first: its mistakes come down to the others.")
    return [*answers.notes, *lines]


def _say_layer(layer: LayerVerdict) -> str:
    if layer.agrees:
        return f"right to {layer.digits} digits"
    return f"weights {_say_part(layer.weights)}; bias {_say_part(layer.bias)}"


def _say_part(part: Part) -> str:
    return f"right to {part.digits} digits" if part.agrees else f"wrong: {part.mistake}"
