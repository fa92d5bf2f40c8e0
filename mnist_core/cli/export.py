"""The command `export`."""

import argparse

from mnist_core.cli.choose import open_model
from mnist_core.cli.output import add_output
from mnist_core.cli.say import say
from mnist_core.network.exporting import FORMATS, export_model


def add_export_arguments(command: argparse.ArgumentParser) -> None:
    """Name the options of `export`."""
    command.add_argument("model", metavar="MODEL", help="a model folder, or the name of a saved model")
    kinds = "; ".join(f"{kind}: {form.words} ({form.suffix})" for kind, form in FORMATS.items())
    command.add_argument("--format", choices=FORMATS, required=True, metavar="FORMAT", help=kinds)
    add_output(
        command,
        "--out",
        required=True,
        metavar="FILE",
        help="the file to write; what belongs to it comes beside it, or into it where it ends in .zip",
    )


def run_export(arguments: argparse.Namespace) -> None:
    """Write a network for another runtime."""
    model = open_model(arguments.model)
    paths = [str(path) for path in export_model(model, arguments.format, arguments.out)]
    document = {"path": paths[0], "format": arguments.format, "files": paths}
    title = FORMATS[arguments.format].title
    say(document, f"{model.name} as {title} written to {' and '.join(paths)}", arguments.json)
