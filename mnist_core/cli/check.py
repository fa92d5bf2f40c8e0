"""The command `check`: gives a batch, and judges the gradients that a student computes of it."""

import argparse
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from mnist_core.cli.choose import open_model
from mnist_core.cli.data import read_path
from mnist_core.cli.output import add_output
from mnist_core.cli.say import say
from mnist_core.data.files import make_printable, read_file
from mnist_core.ground.errors import DataError, DataFileError, ModelError
from mnist_core.ground.variables import Value
from mnist_core.insight.imported.chain import Chain
from mnist_core.insight.imported.weights_file import build_chains
from mnist_core.insight.referee.backprop import compute_gradients
from mnist_core.insight.referee.batch import (
    N_IMAGES,
    Batch,
    choose_batch,
    is_batch,
    read_batch,
    take_layers,
    write_batch,
)
from mnist_core.insight.referee.handed_in import Answers, find_answers, has_shapes
from mnist_core.insight.referee.judging import judge
from mnist_core.insight.referee.verdict import Verdict
from mnist_core.network.candidate import Activation

_USUAL = "paper"


def add_check_arguments(command: argparse.ArgumentParser) -> None:
    """Name the options of `check`."""
    command.add_argument(
        "words",
        nargs="*",
        metavar="MODEL-OR-FILE",
        help="a model (default: paper) or a file of weights whose gradients are asked for; and the student's "
        "files of loss and gradients (.mat, .npz, CSV), or a folder or ZIP of them",
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
    command.add_argument(
        "--activation",
        choices=list(Activation),
        help="behind the hidden layers of a file of weights that does not say it",
    )
    command.add_argument("--seed", type=int, default=0, help="of the choice of images (default: 0)")


def run_check(arguments: argparse.Namespace) -> None:
    """Write a batch, or judge gradients."""
    if arguments.give is not None:
        _give(arguments)
        return
    models, files = _sort_words(arguments.words)
    values: dict[Path, Mapping[str, Value]] = {path: read_file(path, is_network=True) for path in files}
    if arguments.data is not None and arguments.data.is_file():
        read = _try_to_read(arguments.data)
        values |= {arguments.data: read} if read is not None else {}
    batch, network = _find_batch(arguments, models, values)
    answers = _find_answers(values, batch)
    verdict = judge(answers, batch)
    say(_describe(verdict, answers, network), "\n".join([network, *_say(verdict, answers)]), arguments.json)


def _give(arguments: argparse.Namespace) -> None:
    models, files = _sort_words(arguments.words)
    if models or not files:
        batch, network = _choose_model(arguments, models, arguments.data)
    else:
        name = make_printable(files[0].name)
        layers = build_chains(read_file(files[0], is_network=True), name)[0]
        batch, network = _choose_own(arguments, name, layers, arguments.data)
    write_batch(batch, arguments.give)
    document = {
        "path": str(arguments.give),
        "n": batch.n,
        "layers": [
            {"name": name, "shape": list(matrix.shape)}
            for name, matrix in zip(batch.layer_names, batch.matrices, strict=True)
        ],
        "activation": batch.activation.value,
        "network": network,
        "readme": batch.words,
    }
    say(document, f"{arguments.give}: {batch.words}\n{network}", arguments.json)


def _sort_words(words: Sequence[str]) -> tuple[list[str], list[Path]]:
    """Part the models that are named from the files, and the folders of such."""
    paths = [Path(word) for word in words]
    files = [path for path in paths if path.exists() and not (path / "model.json").exists()]
    return [word for word in words if Path(word) not in files], files


def _try_to_read(path: Path) -> Mapping[str, Value] | None:
    """Read a file that may hold gradients or a batch; None where it holds images, as of another format."""
    try:
        return read_file(path, is_network=True)
    except DataFileError:
        return None


def _find_batch(
    arguments: argparse.Namespace, models: list[str], values: dict[Path, Mapping[str, Value]]
) -> tuple[Batch, str]:
    """Find the batch: the one that was given, else that which would be given now.

    Its network is told in a sentence.
    """
    for word in models:  # which may be a file of gradients that is not there
        open_model(word)
    batches = [path for path, held in values.items() if is_batch(held)]
    if batches:  # a student who has saved all that there was has it once more
        given = (
            arguments.data if arguments.data in batches else min(batches, key=lambda one: len(values[one]))
        )
        return read_batch(values[given]), f"The network is that of the batch {given.name}."
    own = None if models else _find_own(values, arguments.data)
    data = _drop_data(arguments.data, values, own)
    return _choose_own(arguments, *own, data) if own else _choose_model(arguments, models, data)


def _find_own(values: Mapping[Path, Mapping[str, Value]], data: Path | None) -> tuple[str, Chain] | None:
    """Find a network of one's own; its gradients are in the same file or in another."""
    for path, held in values.items():
        with suppress(ModelError):  # it holds none
            if path != data:
                name = make_printable(path.name)
                return name, build_chains(held, name)[0]
    return None


def _drop_data(
    data: Path | None, values: dict[Path, Mapping[str, Value]], own: tuple[str, Chain] | None
) -> Path | None:
    """Tell whether `--data` is the images, and if so drop it from what may be answers."""
    if data in values:
        is_all = len(values) == 1
        if is_all or (own is not None and has_shapes(values[data], own[1])):
            return None  # it is the student's file
        del values[data]
    return data


def _choose_model(
    arguments: argparse.Namespace, models: Sequence[str], data: Path | None
) -> tuple[Batch, str]:
    model = open_model(models[0] if models else _USUAL)
    layers = take_layers(model.network)
    batch = choose_batch(
        layers,
        model.network.activation,
        read_path(data),
        model.info.class_names,
        arguments.images,
        arguments.seed,
    )
    return batch, f"The network is {model.name}."


def _choose_own(
    arguments: argparse.Namespace, name: str, layers: Chain, data: Path | None
) -> tuple[Batch, str]:
    """Choose a batch for a network of one's own, trained or not: as its file has it, nothing is fitted."""
    dataset = read_path(data)
    activation = arguments.activation or layers.activation
    if activation is None:
        raise ModelError(
            f"{name} does not say what is behind its hidden layers: say it with --activation "
            f"{' or '.join(Activation)}."
        )
    if layers.n_classes != dataset.n_classes:
        raise DataError(
            f"{name} has {layers.n_classes} outputs, but {dataset.name} has {dataset.n_classes} classes: "
            "name images of the classes that it tells apart."
        )
    batch = choose_batch(
        layers, Activation(activation), dataset, dataset.class_names, arguments.images, arguments.seed
    )
    reasons = " ".join(layers.reasons)
    return batch, (
        f"The network is that of {name}. {reasons} It sees pixels from 0 to 1, upright, row by row, and its "
        f"outputs stand for {', '.join(dataset.class_names)} in this order."
    )


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


def _describe(verdict: Verdict, answers: Answers, network: str) -> dict[str, Any]:
    return {
        "agrees": verdict.agrees,
        "network": network,
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
    lines = [] if verdict.loss is None else [f"loss: {verdict.loss.words}"]
    lines += [f"{layer.name}: {layer.words}" for layer in verdict.layers]
    return [*answers.notes, *lines, *filter(None, [verdict.words])]
