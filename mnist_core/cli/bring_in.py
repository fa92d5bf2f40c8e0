"""The command `import`: a network that was trained elsewhere becomes a model of the lab."""

import argparse
from pathlib import Path

from mnist_core.cli.data import read_path
from mnist_core.cli.output import add_model_output
from mnist_core.cli.say import say
from mnist_core.data.files import make_printable
from mnist_core.data.origin import WORDS
from mnist_core.insight.imported.choices import SCALINGS, ImportChoices
from mnist_core.insight.imported.imported_model import keep_import, understand_network
from mnist_core.network.candidate import Activation


def add_import_arguments(command: argparse.ArgumentParser) -> None:
    """Name the options of `import`."""
    command.add_argument(
        "file",
        type=Path,
        metavar="FILE",
        help="the weights of one to three hidden layers and the output: .mat, .npz, ONNX or safetensors",
    )
    command.add_argument(
        "--data",
        type=Path,
        metavar="FILE",
        help="labelled images such as it was trained on, by which is found what its file does not say; "
        "default: the built-in sample",
    )
    group = command.add_argument_group("what the file does not say, where it is not to be found by fit")
    group.add_argument("--activation", choices=list(Activation), help="behind the hidden layers")
    group.add_argument(
        "--scaling",
        metavar="|".join([*SCALINGS, "FACTOR,SHIFT"]),
        help="what pixels are to it: " + ", ".join(f"{name}: {words}" for name, words in SCALINGS.items()),
    )
    group.add_argument("--orientation", choices=WORDS["orientation"][:-1], help="how it sees images")
    group.add_argument("--ink", choices=WORDS["ink"][:2], help="bright on dark, or dark on bright")
    group.add_argument("--classes", metavar="NAME,NAME", help="what its outputs stand for, in their order")
    add_model_output(command, "--out", required=True, metavar="FOLDER", help="the model's folder")


def run_import(arguments: argparse.Namespace) -> None:
    """Read a network, find what its file does not say, and save it as a model."""
    choices = ImportChoices(
        arguments.activation, arguments.scaling, arguments.orientation, arguments.ink, arguments.classes
    )
    name, dataset = make_printable(arguments.file.name), read_path(arguments.data)
    understood = understand_network(arguments.file, name, dataset, choices)
    model = keep_import(understood, name, dataset, arguments.out, choices)
    info, best = model.info, understood.found.best
    layers = {
        layer: [linear.out_features, linear.in_features] for layer, linear in model.network.layers.items()
    }
    document = {
        "model": str(model.folder),
        "layers": layers,
        "activation": info.candidate.activation.value,
        "scaling": best.scaling.name,
        "orientation": best.orientation.value,
        "ink": best.options["ink"],
        "classes": [info.class_names[place] for place in best.classes],
        "temperature": info.temperature,
        "side": info.side,
        "accuracy": info.test.accuracy,
        "n": info.test.n,
        "measured_on": dataset.name,
        "reasons": list(understood.reasons),
    }
    words = [
        f"{name}: a {info.side**2}-{info.candidate.architecture}-{info.n_classes} network, saved to "
        f"{model.folder}; it reads {info.test.accuracy:.2%} of {info.test.n:,} images of {dataset.name}",
        *(f"  {reason}" for reason in understood.reasons),
    ]
    say(document, "\n".join(words), arguments.json)
